"""What a box shows of itself: its address in a cookie, and tokens that are known without being kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.edge.http_message import Request
from rightcast.edge.interfaces.stalker_box import TOKEN_LIFE_S, BoxTokens, box_of
from tests.edge.box import MAC

TOKENS = BoxTokens(b"k" * 32)
NOW = 1_795_552_200.0


def asked(**headers: str) -> Request:
    given_ = {name.encode(): value.encode("latin-1", "replace") for name, value in headers.items()}
    return Request(method="GET", path="/portal.php", headers=given_)


@pytest.mark.parametrize(
    "cookie",
    [
        f"mac={MAC}; stb_lang=en", "mac=00%3A1A%3A79%3AAB%3ACD%3AEF", "stb_lang=en;MAC=00:1a:79:ab:cd:ef",
        'x=1; mac="00-1A-79-AB-CD-EF"', "mac=001A79ABCDEF; mac=00:1A:79:00:00:01",
    ],
)  # fmt: skip
def test_an_address_is_read_however_it_is_written(cookie: str) -> None:
    assert box_of(asked(cookie=cookie), {}).mac == MAC


@pytest.mark.parametrize("cookie", ["", "mac", "mac=", "mac=00:00:00:00:00:00", "mac=anna", "=;=;mac=%zz"])
def test_what_is_no_address_is_none(cookie: str) -> None:
    assert box_of(asked(cookie=cookie), {}).mac == ""


def test_a_client_without_cookies_may_send_fields() -> None:
    box = box_of(asked(), {"mac": MAC, "token": "ab"})
    assert (box.mac, box.token) == (MAC, "AB")


def test_a_token_is_known_for_its_life_to_its_box_only() -> None:
    token = TOKENS.make(MAC, NOW)
    assert len(token) == 32
    assert token == token.upper()
    assert TOKENS.knows(token, MAC, NOW)
    assert TOKENS.knows(token, MAC, NOW - 30)
    assert not TOKENS.knows(token, MAC, NOW + TOKEN_LIFE_S + 1)
    assert not TOKENS.knows(token, MAC, NOW - 3600)
    assert not TOKENS.knows(token, "00:1A:79:00:00:01", NOW)
    assert not BoxTokens(b"other").knows(token, MAC, NOW)


@given(st.integers(0, 31), st.sampled_from("0123456789ABCDEF"))
def test_a_token_with_another_digit_is_not_known(place: int, digit: str) -> None:
    token = TOKENS.make(MAC, NOW)
    changed = token[:place] + digit + token[place + 1 :]
    assert TOKENS.knows(changed, MAC, NOW) == (changed == token)


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_sent_is_read(cookie: str, authorization: str) -> None:
    box = box_of(asked(cookie=cookie, authorization=authorization), {})
    assert not TOKENS.knows(box.token, box.mac, NOW)

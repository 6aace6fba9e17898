"""Names and secrets of lines fit into addresses unencoded, and are kept as keyed digests."""

from __future__ import annotations

import contextlib
import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.credentials import (
    RESERVED_NAMES,
    check_name,
    check_secret,
    digest_secret,
    new_secret,
    secret_matches,
)
from rightcast.domain.errors import InvalidInputError

KEY = b"k" * 32
FIT = st.text(string.ascii_letters + string.digits + "-_", min_size=3, max_size=64)


@given(FIT)
def test_fit_names_and_secrets_are_kept_as_they_are(value: str) -> None:
    assert check_secret(value) == value
    if value.lower() not in RESERVED_NAMES:
        assert check_name(value) == value


@given(st.text(max_size=80) | st.text("aZ9-_ é/", max_size=80))
def test_whatever_is_accepted_needs_no_encoding_in_an_address(value: str) -> None:
    with contextlib.suppress(InvalidInputError):
        accepted = check_secret(value)
        assert quote(accepted, safe="") == accepted
        assert 3 <= len(accepted) <= 64


@pytest.mark.parametrize(
    "name", [*sorted(RESERVED_NAMES), "LIVE", "Series", "anna\n", "an", "x" * 65, "anna bo", "è-vero"]
)
def test_names_that_addresses_cannot_carry_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_name(name)
    assert caught.value.field == "name"


@given(FIT, FIT, FIT)
def test_only_the_right_secret_of_the_right_name_matches(name: str, secret: str, other: str) -> None:
    digest = digest_secret(KEY, name, secret)
    assert secret_matches(KEY, name, secret, digest)
    assert secret_matches(KEY, name, other, digest) is (other == secret)
    assert secret_matches(KEY, other, secret, digest) is (other == name)
    assert not secret_matches(b"another key", name, secret, digest)
    assert len(secret) < 10 or secret not in digest  # a few hexadecimal letters may stand in any digest


def test_made_secrets_are_fit_and_differ() -> None:
    made = {new_secret() for _ in range(200)}
    assert len(made) == 200
    assert all(check_secret(secret) == secret and len(secret) == 14 for secret in made)
    assert not set("".join(made)) & set("0O1lIio")

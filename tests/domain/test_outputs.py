"""Addresses to send to: what is read of them, and which would do harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.outputs import MOST_OUTPUTS, Outputs, Pace, collision, parse_output


def test_an_address_says_protocol_group_port_and_options() -> None:
    found = parse_output("rtp://239.10.1.7:5000?ttl=3&interface=eth1.20&dscp=34&pace=none")
    assert (found.rtp, found.target, found.ttl, found.interface, found.dscp, found.pace) == (
        True, ("239.10.1.7", 5000), 3, "eth1.20", 34, Pace.NONE,
    )  # fmt: skip
    six = parse_output("udp://[ff15::7]:5000")
    assert (six.rtp, six.target, six.ttl) == (False, ("ff15::7", 5000), 16)


@pytest.mark.parametrize(
    "url",
    [
        "", "239.1.1.1:5000", "http://239.1.1.1:5000", "udp://239.1.1.1", "udp://239.1.1.1:0", "udp://239.1.1.1:70000",
        "udp://group.example:5000", "udp://0.0.0.0:5000", "udp://255.255.255.255:5000", "udp://224.0.0.5:5000",
        "udp://user@239.1.1.1:5000", "udp://239.1.1.1:5000/path", "udp://239.1.1.1:5000?ttl=300",
        "udp://239.1.1.1:5000?ttl=-1", "udp://239.1.1.1:5000?ttl=", "udp://239.1.1.1:5000?tll=3",
        "udp://239.1.1.1:5000?interface=a%20b", "udp://239.1.1.1:5000?pace=fast", "udp://239.1.1.1:5000?ttl=1&ttl=2",
        "udp://[fe80::1]:5000", "udp://239.1.1.1:5000?dscp=64",
    ],
)  # fmt: skip
def test_a_wrong_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_output(url)
    assert caught.value.field == "urls"
    assert "rtp://" in caught.value.remedy


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"udp://{text}", f"udp://239.1.1.1:5000?{text}"):
        try:
            parse_output(url)
        except InvalidInputError:
            continue


@pytest.mark.parametrize(
    ("output", "source", "collides"),
    [
        ("udp://239.1.1.1:5000", "udp://239.1.1.1:5000", True),
        ("rtp://239.1.1.1:5000", "udp://@239.1.1.1:5000", True),
        ("udp://239.1.1.1:5000", "udp://239.1.1.1:5002", False),
        ("udp://239.1.1.1:5000", "udp://239.1.1.2:5000", False),
        ("udp://127.0.0.1:5000", "udp://@:5000", True),
        ("udp://127.0.0.1:5000", "udp://0.0.0.0:5000", True),
        ("udp://10.0.0.7:5000", "udp://@:5000", False),
        ("udp://239.1.1.1:5000", "http://239.1.1.1:5000/x.ts", False),
        ("udp://[ff15::7]:5000", "udp://[ff15:0::7]:5000", True),
    ],
)
def test_an_address_that_a_channel_is_received_from_is_found(output: str, source: str, collides: bool) -> None:
    assert (collision(parse_output(output), [("Uno", source)]) == "Uno") is collides


def test_a_list_holds_each_address_once_and_not_too_many() -> None:
    Outputs(urls=("udp://239.1.1.1:5000", "rtp://239.1.1.2:5000")).check()
    for urls in [("udp://239.1.1.1:5000", "rtp://239.1.1.1:5000?ttl=2"),
                 tuple(f"udp://239.1.1.{number}:5000" for number in range(MOST_OUTPUTS + 1))]:  # fmt: skip
        with pytest.raises(InvalidInputError):
            Outputs(urls=urls).check()

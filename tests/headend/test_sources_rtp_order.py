"""The reordering window: whatever the network shuffles within it comes out in sequence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.headend.sources.rtp import WINDOW_DATAGRAMS, WINDOW_S, Reorderer, parse_rtp
from tests.headend.senders import rtp, shuffled


def _through(datagrams: list[bytes], now: float = 0.0) -> tuple[list[bytes], Reorderer]:
    order, out = Reorderer(), []
    for datagram in datagrams:
        parsed = parse_rtp(datagram)
        assert parsed is not None
        order.push(*parsed, now, out)
    return out, order


@given(st.integers(0, 65_535), st.integers(2, 30), st.integers(0, 1000))
def test_displaced_datagrams_come_out_in_sequence(first: int, window: int, seed: int) -> None:
    payloads = [number.to_bytes(2, "big") for number in range(200)]
    head, *others = rtp(payloads, first=first)
    out, order = _through([head, *shuffled(others, window, seed)])
    assert out == payloads
    assert order.lost == 0


@given(st.lists(st.booleans(), min_size=120, max_size=300))
def test_what_is_lost_is_counted_and_the_rest_comes(kept: list[bool]) -> None:
    payloads = [number.to_bytes(2, "big") for number in range(len(kept))]
    kept = [True, *kept[1:-1], True]
    sent = [datagram for datagram, keep in zip(rtp(payloads), kept, strict=True) if keep]
    out, order = _through(sent)
    while order._held:
        order.expire(100.0, out)
    assert out == [payload for payload, keep in zip(payloads, kept, strict=True) if keep]
    assert order.lost == kept.count(False)


def test_duplicates_are_dropped() -> None:
    payloads = [b"a", b"b", b"c"]
    datagrams = list(rtp(payloads))
    out, _ = _through([one for one in datagrams for _ in range(2)])
    assert out == payloads


def test_a_gap_is_waited_for_only_so_long() -> None:
    datagrams = list(rtp([b"a", b"b", b"c"]))
    order, out = Reorderer(), []
    for datagram in (datagrams[0], datagrams[2]):
        order.push(*parse_rtp(datagram), 10.0, out)  # type: ignore[misc]  # these are well formed
    order.expire(10.0 + WINDOW_S / 2, out)
    assert out == [b"a"]
    order.expire(10.0 + WINDOW_S * 1.1, out)
    assert out == [b"a", b"c"]
    assert order.lost == 1


def test_a_sender_that_starts_anew_is_followed_at_once() -> None:
    before, after = list(rtp([b"a", b"b"], first=10)), list(rtp([b"c", b"d"], first=40_000))
    out, order = _through([*before, *after])
    assert out == [b"a", b"b", b"c", b"d"]
    assert order.lost == 0


def test_the_window_holds_no_more_than_it_says() -> None:
    datagrams = list(rtp([bytes([number % 256]) for number in range(200)]))
    _, order = _through([datagrams[0], *datagrams[2:]])
    assert len(order._held) < WINDOW_DATAGRAMS
    assert order.lost == 1


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    parsed = parse_rtp(data)
    assert parsed is None or len(parsed[2]) <= len(data)

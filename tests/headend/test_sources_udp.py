"""Transport streams in datagrams: unicast, groups, RTP, and what the network does to them."""

from __future__ import annotations

import socket

import pytest

from rightcast.domain.errors import InvalidInputError, PortTakenError, SourceUnreachableError
from rightcast.headend.sources.opening import open_receiver
from rightcast.headend.sources.sockets import dropped_datagrams
from tests.headend.senders import Hearing, datagrams, free_port, rtp, send_datagrams, sending, shuffled, workshop
from tests.headend.signals import signal


@pytest.fixture(scope="module")
def stream() -> bytes:
    return signal().read_bytes()


@pytest.mark.parametrize("address", ["127.0.0.1", "@127.0.0.1", "@", "localhost"])
async def test_datagrams_arrive_as_they_were_sent(stream: bytes, address: str) -> None:
    port = free_port(socket.SOCK_DGRAM)
    with Hearing(f"udp://{address}:{port}") as heard:
        await heard.until(lambda: heard.intake.is_open)
        async with sending(send_datagrams(datagrams(stream), "127.0.0.1", port)):
            assert await heard.gets(len(stream))
        assert heard.data == stream
        assert heard.intake.lost == 0


@pytest.mark.parametrize("interface", ["lo", "127.0.0.1"])
@pytest.mark.parametrize("sender", ["", "127.0.0.1"])
async def test_a_group_is_joined_on_the_chosen_interface(stream: bytes, interface: str, sender: str) -> None:
    port = free_port(socket.SOCK_DGRAM)
    group = "232.9.9.9" if sender else "239.9.9.9"
    with Hearing(f"udp://{sender}@{group}:{port}?interface={interface}") as heard:
        await heard.until(lambda: heard.intake.is_open)
        async with sending(send_datagrams(datagrams(stream), group, port, interface="127.0.0.1")):
            assert await heard.gets(len(stream)), heard.intake.trouble
        assert heard.data == stream


async def test_another_sender_of_a_group_is_not_heard(stream: bytes) -> None:
    port = free_port(socket.SOCK_DGRAM)
    with Hearing(f"udp://127.0.0.9@232.9.9.9:{port}?interface=lo") as heard:
        await heard.until(lambda: heard.intake.is_open)
        async with sending(send_datagrams(datagrams(stream)[:50], "232.9.9.9", port, interface="127.0.0.1")):
            assert not await heard.gets(1, within_s=0.5)


async def test_two_groups_on_one_port_do_not_mix(stream: bytes) -> None:
    port = free_port(socket.SOCK_DGRAM)
    with (
        Hearing(f"udp://239.9.9.1:{port}?interface=lo") as first,
        Hearing(f"udp://239.9.9.2:{port}?interface=lo") as second,
    ):
        await first.until(lambda: first.intake.is_open)
        await second.until(lambda: second.intake.is_open)
        async with sending(send_datagrams(datagrams(stream), "239.9.9.1", port, interface="127.0.0.1")):
            assert await first.gets(len(stream))
        assert not await second.gets(1, within_s=0.2)


@pytest.mark.parametrize(
    "form", [{}, {"extended": True}, {"sources": 3}, {"padding": 8}, {"extended": True, "sources": 15, "padding": 200}]
)
async def test_rtp_headers_are_stripped(stream: bytes, form: dict[str, int]) -> None:
    port = free_port(socket.SOCK_DGRAM)
    with Hearing(f"rtp://127.0.0.1:{port}") as heard:
        await heard.until(lambda: heard.intake.is_open)
        async with sending(send_datagrams(rtp(datagrams(stream), **form), "127.0.0.1", port)):
            assert await heard.gets(len(stream))
        assert heard.data == stream
        assert heard.intake.lost == 0


async def test_rtp_out_of_order_is_put_in_order(stream: bytes) -> None:
    port = free_port(socket.SOCK_DGRAM)
    first, *others = rtp(datagrams(stream))
    with Hearing(f"rtp://127.0.0.1:{port}") as heard:
        await heard.until(lambda: heard.intake.is_open)
        async with sending(send_datagrams([first, *shuffled(others)], "127.0.0.1", port)):
            assert await heard.gets(len(stream))
        assert heard.data == stream


async def test_rtp_losses_are_counted(stream: bytes) -> None:
    port = free_port(socket.SOCK_DGRAM)
    kept = [datagram for number, datagram in enumerate(rtp(datagrams(stream)[:300])) if number % 50 != 49]
    with Hearing(f"rtp://127.0.0.1:{port}") as heard:
        await heard.until(lambda: heard.intake.is_open)
        async with sending(send_datagrams(kept, "127.0.0.1", port)):
            assert await heard.gets(294 * 188 * 7)
        assert heard.intake.lost == 5  # the sixth gap is at the end, where nothing shows it


async def test_datagrams_that_the_kernel_dropped_are_counted(stream: bytes) -> None:
    port = free_port(socket.SOCK_DGRAM)
    receiver = open_receiver(workshop(), f"udp://127.0.0.1:{port}")
    await receiver.start()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for _ in range(20_000):
                sock.sendto(stream[:1316], ("127.0.0.1", port))
        received = sum(len(block) for block in receiver.drain(0.0)) // 1316
        assert received + receiver.lost == 20_000
        assert receiver.lost > 0
    finally:
        receiver.close()


async def test_garbage_is_passed_on_and_breaks_nothing() -> None:
    port = free_port(socket.SOCK_DGRAM)
    junk = [bytes([number % 256]) * (number % 1500) for number in range(500)]
    for scheme in ("udp", "rtp"):
        with Hearing(f"{scheme}://127.0.0.1:{port}") as heard:
            await heard.until(lambda: heard.intake.is_open)
            async with sending(send_datagrams(junk, "127.0.0.1", port)):
                await heard.gets(10_000_000, within_s=0.8)
            assert not heard.intake.trouble


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("udp://192.0.2.1:5000", SourceUnreachableError),
        ("udp://239.1.1.1:5000?interface=nowhere0", InvalidInputError),
        ("udp://nobody@232.1.1.1:5000", InvalidInputError),
        ("udp://no-such-host.invalid:5000", InvalidInputError),
    ],
)
async def test_a_place_where_nothing_can_arrive_says_why(url: str, failure: type[Exception]) -> None:
    receiver = open_receiver(workshop(), url)
    with pytest.raises(failure) as caught:
        await receiver.start()
    assert caught.value.field == "url"  # type: ignore[attr-defined]
    assert caught.value.remedy  # type: ignore[attr-defined]


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="option 'ttl'"):
        open_receiver(workshop(), "udp://239.1.1.1:5000?ttl=3")


async def test_a_taken_port_says_so() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        receiver = open_receiver(workshop(), f"udp://127.0.0.1:{holder.getsockname()[1]}")
        with pytest.raises(PortTakenError):
            await receiver.start()
        assert dropped_datagrams(holder) == 0

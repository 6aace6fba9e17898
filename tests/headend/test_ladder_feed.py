"""What ffmpeg does not take in time: it waits within a bound, then goes, in whole packets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.headend.transcode_child import FeedQueue

PACKET = 188


class Pipe:
    """Takes what fits."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.got = b""

    def put(self, data: bytes | memoryview) -> int:
        done = min(len(data), self.room)
        self.room -= done
        self.got += bytes(data[:done])
        return done


def packets(count: int, first: int = 0) -> bytes:
    return b"".join(b"\x47" + bytes((number % 256,)) * (PACKET - 1) for number in range(first, first + count))


def test_what_finds_no_room_waits_and_keeps_its_order() -> None:
    pipe = Pipe(PACKET + 50)
    queue = FeedQueue(pipe.put, most_bytes=10 * PACKET)
    assert queue.push(packets(2))
    assert queue.push(packets(2, first=2))
    pipe.room = 10**6
    queue.flush()
    assert pipe.got == packets(4)
    assert queue.waiting_bytes == 0


def test_beyond_the_bound_all_that_waits_goes_but_the_packet_that_has_begun() -> None:
    pipe = Pipe(50)
    queue = FeedQueue(pipe.put, most_bytes=10 * PACKET)
    assert queue.push(packets(5))
    assert not queue.push(packets(8, first=5))
    pipe.room = 10**6
    queue.flush()
    assert pipe.got == packets(1)
    assert queue.dropped_packets == 12
    assert queue.push(packets(1, first=20))
    assert pipe.got == packets(1) + packets(1, first=20)


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 1500)), max_size=40))
def test_whatever_happens_the_pipe_gets_whole_packets(steps: list[tuple[int, int]]) -> None:
    pipe = Pipe(0)
    queue = FeedQueue(pipe.put, most_bytes=12 * PACKET)
    pushed = 0
    for count, room in steps:
        queue.push(packets(count, first=pushed))
        pushed += count
        pipe.room += room
        queue.flush()
        assert queue.waiting_bytes <= 12 * PACKET
    pipe.room = 10**6
    queue.flush()
    assert len(pipe.got) == (pushed - queue.dropped_packets) * PACKET
    for start in range(0, len(pipe.got), PACKET):
        one = pipe.got[start : start + PACKET]
        assert one[0] == 0x47
        assert len(set(one[1:])) == 1

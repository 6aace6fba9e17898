"""One source for many channels: received once, split by service, opened again with growing pauses."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError, SourceUnreachableError
from rightcast.headend.intake import LONGEST_PAUSE_S, STABLE_S, Intake, Intakes
from rightcast.headend.sources.ending import SourceEndedError
from tests.headend.signals import multiplex_signal, packets_of, pid_of, signal

if TYPE_CHECKING:
    import pytest

BLOCK = 188 * 100


class Scripted:
    """A receiver that plays what the test puts into it."""

    lost = 0
    may_rest = False

    def __init__(self, *blocks: bytes, failure: Exception | None = None, patience_s: float | None = None) -> None:
        self.blocks = [*blocks]
        self.failure = failure
        self.patience_s = patience_s
        self.closed = False

    async def start(self) -> None:
        if self.failure is not None:
            raise self.failure

    def drain(self, _now: float) -> list[bytes]:
        if self.blocks and self.blocks[0] == b"end":
            raise SourceEndedError("It hung up.")
        if self.blocks and self.blocks[0] == b"fault":
            raise ZeroDivisionError
        return [self.blocks.pop(0)] if self.blocks else []

    def close(self) -> None:
        self.closed = True


def _cut(data: bytes) -> list[bytes]:
    return [data[start : start + BLOCK] for start in range(0, len(data), BLOCK)]


async def _run(intake: Intake, seconds: float, now: float = 1000.0) -> float:
    """Tick ten times a second of an invented clock."""
    for _ in range(round(seconds * 10)):
        intake.tick(now)
        await asyncio.sleep(0)
        now += 0.1
    return now


def _steady(_low: float, _high: float) -> float:
    return 1.0


async def test_a_single_service_passes_untouched() -> None:
    data = signal(seconds=2).read_bytes()
    intake, got = Intake("udp://a:1", lambda: Scripted(*_cut(data))), bytearray()
    intake.splitter.attach(None, lambda block, _: got.extend(block))
    await _run(intake, 60)
    assert got == data
    assert intake.splitter.note == ""


async def test_a_multiplex_is_opened_once_and_split() -> None:
    data = multiplex_signal(3).read_bytes()
    opened: list[str] = []

    def open_receiver(url: str) -> Scripted:
        opened.append(url)
        return Scripted(*_cut(data))

    intakes, got = Intakes(open_receiver), {number: bytearray() for number in (1, 2, 3)}
    for number, buffer in got.items():
        intakes.attach("udp://a:1", number, lambda block, _, buffer=buffer: buffer.extend(block), 1000.0)
    now = 1000.0
    for _ in range(len(data) // BLOCK + 10):
        intakes.tick(now)
        await asyncio.sleep(0)
        now += 0.1
    assert opened == ["udp://a:1"]
    pids = [{pid_of(packet) for packet in packets_of(bytes(buffer))} - {0} for buffer in got.values()]
    assert all(len(found) >= 4 for found in pids)
    assert not pids[0] & pids[1]
    assert not pids[1] & pids[2]


async def test_without_a_service_id_the_first_of_a_multiplex_is_taken_and_said() -> None:
    data = multiplex_signal(3).read_bytes()
    intake, got = Intake("udp://a:1", lambda: Scripted(*_cut(data))), bytearray()
    intake.splitter.attach(None, lambda block, _: got.extend(block))
    await _run(intake, 30)
    assert "3 services" in intake.splitter.note
    assert "service 1" in intake.splitter.note
    assert 0 < len(got) < len(data) / 2


async def test_the_last_channel_that_leaves_closes_the_source() -> None:
    receiver = Scripted()
    intakes = Intakes(lambda _: receiver)

    def first(_block: bytes, _now: float) -> None: ...
    def second(_block: bytes, _now: float) -> None: ...

    intakes.attach("udp://a:1", None, first, 1.0)
    intakes.attach("udp://a:1", 5, second, 1.0)
    intakes.tick(1.0)
    await asyncio.sleep(0)
    intakes.detach("udp://a:1", None, first)
    assert not receiver.closed
    intakes.detach("udp://a:1", 5, second)
    assert receiver.closed


async def test_an_address_that_is_refused_is_not_tried_at_every_tick() -> None:
    attempts: list[int] = []

    def refuse() -> Scripted:
        attempts.append(1)
        raise InvalidInputError("No such scheme.")

    await _run(Intake("ftp://a", refuse, jitter=_steady), 10)
    assert len(attempts) <= 5


async def test_pauses_between_attempts_grow_and_end_at_the_longest() -> None:
    attempts: list[float] = []
    clock = 1000.0

    def make() -> Scripted:
        attempts.append(clock)
        return Scripted(failure=SourceUnreachableError("Nobody at home."))

    intake = Intake("udp://a:1", make, jitter=_steady)
    for _ in range(2000):
        intake.tick(clock)
        await asyncio.sleep(0)
        clock += 0.1
    pauses = [round(later - earlier, 1) for earlier, later in itertools.pairwise(attempts)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 1
    assert LONGEST_PAUSE_S <= pauses[-1] < LONGEST_PAUSE_S + 0.5
    assert intake.trouble == "Nobody at home."


async def test_a_source_that_returns_is_heard_and_forgiven() -> None:
    lives = iter([Scripted(b"a" * 188, b"end"), Scripted(b"b" * 188)])
    got = bytearray()
    intake = Intake("udp://a:1", lambda: next(lives), jitter=_steady)
    intake.splitter.attach(7, lambda block, _: got.extend(block))
    now = await _run(intake, 0.4)
    assert intake.trouble == "It hung up."
    await _run(intake, 1.5, now)
    assert intake.trouble == ""
    assert intake.bytes_received == 2 * 188


async def test_a_silent_connection_is_tried_anew_but_a_bound_socket_is_not() -> None:
    made: list[Scripted] = []

    def make(patience_s: float | None) -> Scripted:
        made.append(Scripted(patience_s=patience_s))
        return made[-1]

    await _run(Intake("http://a/", lambda: make(3.0), jitter=_steady), 8)
    assert len(made) == 3
    await _run(Intake("udp://a:1", lambda: make(None), jitter=_steady), 60)
    assert len(made) == 4


async def test_a_fault_in_a_recipe_stays_its_own(caplog: pytest.LogCaptureFixture) -> None:
    intake = Intake("udp://a:1", lambda: Scripted(b"fault"), jitter=_steady)
    await _run(intake, 1)
    assert "log says more" in intake.trouble
    assert "ZeroDivisionError" in caplog.text


async def test_troubles_name_no_password(caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> Scripted:
        raise InvalidInputError("http://anna:hunter2@host/ is refused.")

    intake = Intake("http://anna:hunter2@host/", refuse, jitter=_steady)
    await _run(intake, 0.3)
    assert "hunter2" not in intake.trouble + caplog.text


async def test_a_source_that_has_settled_is_drained_every_second_tick_until_it_falls_silent() -> None:
    drained: list[float] = []

    class Patient(Scripted):
        may_rest = True

        def drain(self, now: float) -> list[bytes]:
            drained.append(now)
            return super().drain(now)

    source = Patient(*[bytes(188)] * 250)
    intake = Intake("udp://a:1", lambda: source, jitter=_steady)
    intake.splitter.attach(7, lambda _block, _now: None)
    now = await _run(intake, STABLE_S)
    assert len(drained) > 98
    await _run(intake, 2, now)
    drained.clear()
    await _run(intake, 4, now + 2)
    assert len(drained) == 20
    source.blocks.clear()
    drained.clear()
    await _run(intake, 2, now + 6)
    assert len(drained) >= 19

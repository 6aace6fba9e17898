"""One source, received once for all channels that ask for it: opened, drained, opened again when it fails.

A multiplex is split here; what a channel gets is one service, whatever arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from typing import TYPE_CHECKING

from rightcast.domain.errors import RightcastError
from rightcast.domain.sources import redact
from rightcast.headend.multiplex import Multiplex
from rightcast.headend.sources.ending import SourceEndedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rightcast.headend.events import EventListener
    from rightcast.headend.sources.receiver import Receiver

    Sink = Callable[[bytes, float], None]

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
HURRIED_PAUSE_S = 2.0
STABLE_S = 10.0
"""Data for so long forgives the failures before."""
TICK_S = 0.1
REST_S = 1.5 * TICK_S
"""A source that has settled is drained every second tick: what a block costs beside its bytes is then halved."""
SPLIT_EVERY_S = 0.15
"""A multiplex is drained every tick and split every second one: eight services in 22 Mbit/s then cost a third less."""
_SORTING_BYTES = 8 << 20
_SORTING_S = 3.0

_log = logging.getLogger(__name__)


class Splitter:
    """Gives blocks to sinks: a service of a multiplex to each that names one, the only one to the others."""

    def __init__(self) -> None:
        self.note = ""
        self._multiplex = Multiplex()
        self._named: list[tuple[int, Sink]] = []
        self._plain: list[Sink] = []
        self._chosen: int | None = None
        self._held: list[bytes] | None = []
        self._held_since: float | None = None
        self._unsplit: list[bytes] = []
        self._split_at = 0.0

    @property
    def events(self) -> EventListener:
        """What a multiplex says is on."""
        return self._multiplex.events

    @property
    def chosen(self) -> int | None:
        """The service that sinks get which name none, where there are several."""
        return self._chosen

    @property
    def is_empty(self) -> bool:
        """Whether nobody listens."""
        return not self._named and not self._plain

    def attach(self, service_id: int | None, sink: Sink) -> None:
        """Begin to feed a sink."""
        if service_id is not None:
            self._named.append((service_id, sink))
            self._multiplex.attach(service_id, sink)
            return
        self._plain.append(sink)
        if self._chosen is not None:
            self._multiplex.attach(self._chosen, sink)

    def detach(self, service_id: int | None, sink: Sink) -> None:
        """Stop feeding a sink."""
        if service_id is not None:
            self._named.remove((service_id, sink))
            self._multiplex.detach(service_id, sink)
            return
        self._plain.remove(sink)
        if self._chosen is not None:
            self._multiplex.detach(self._chosen, sink)

    def restart(self) -> None:
        """The source was opened anew: what it carries may be something else."""
        self._split(self._split_at)
        for sink in self._plain:
            if self._chosen is not None:
                self._multiplex.detach(self._chosen, sink)
        self._multiplex.source_changed()
        self._chosen, self._held, self._held_since, self.note = None, [], None, ""

    def feed(self, block: bytes, now: float) -> None:
        """Pass a block on; what is to be split waits for `tick`."""
        if self._held is not None and self._plain:
            self._sort(block, now)
            return
        if self._named or self._chosen is not None:
            self._unsplit.append(block)
        if self._chosen is None:
            for sink in [*self._plain]:
                sink(block, now)

    def tick(self, now: float) -> None:
        """Ten times a second, after the drain: split what has gathered when it is time."""
        if self._unsplit and not 0 <= now - self._split_at < SPLIT_EVERY_S:
            self._split(now)

    def _split(self, now: float) -> None:
        gathered, self._unsplit = self._unsplit, []
        self._split_at = now
        if gathered:
            self._multiplex.feed(gathered[0] if len(gathered) == 1 else b"".join(gathered), now)

    def _sort(self, block: bytes, now: float) -> None:
        """Find out whether it is a multiplex before a sink that names no service gets its first byte."""
        self._split(now)
        held = self._held if self._held is not None else []
        held.append(block)
        self._held_since = now if self._held_since is None else self._held_since
        self._multiplex.feed(block, now)
        services = self._multiplex.services
        mapped = [found.service_id for found in services.values() if found.streams]
        overdue = now - self._held_since > _SORTING_S or sum(map(len, held)) > _SORTING_BYTES
        if len(services) > 1 and (mapped or overdue):
            self._choose(mapped[0] if mapped else next(iter(services)), len(services))
            for sink in self._plain:
                self._multiplex.attach(self._chosen or 0, sink)
        elif len(services) == 1 or overdue:
            self._held = None
            for sink in [*self._plain]:
                sink(b"".join(held), now)

    def _choose(self, service_id: int, count: int) -> None:
        self._chosen, self._held = service_id, None
        self.note = f"The source carries {count} services and none was chosen; this is service {service_id}."


class Intake:
    """Keeps one source open. `tick` never raises: whatever goes wrong is its `trouble`, tried again after a pause."""

    def __init__(
        self, url: str, make: Callable[[], Receiver], *, jitter: Callable[[float, float], float] = random.uniform
    ) -> None:
        self.splitter = Splitter()
        self.trouble = ""
        self.last_data = 0.0
        self.bytes_received = 0
        self._name = redact(url)
        self._make = make
        self._jitter = jitter
        self._receiver: Receiver | None = None
        self._starting: asyncio.Task[None] | None = None
        self._opened_at = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._open_at = 0.0
        self._lost_before = 0
        self._rest_until = 0.0
        self._settling_s = jitter(0.0, 2 * TICK_S)  # so that not all rest at the same tick

    @property
    def lost(self) -> int:
        """Datagrams lost since the intake exists."""
        return self._lost_before + (0 if self._receiver is None else self._receiver.lost)

    @property
    def is_open(self) -> bool:
        """Whether the source has been opened; data may still be awaited."""
        return self._receiver is not None and self._starting is None

    def begin(self, now: float) -> None:
        """Open without waiting for the next tick: somebody may be watching already."""
        if self._receiver is None:
            self._open(now)

    def tick(self, now: float) -> None:
        """Ten times a second: open, drain or wait."""
        if self._receiver is None:
            if now >= self._open_at:
                self._open(now)
        elif self._starting is not None:
            self._await_start(now)
        elif not 0 < self._rest_until - now <= REST_S:
            self._drain(self._receiver, now)
        self.splitter.tick(now)

    def hurry(self, now: float) -> None:
        """A channel is dark for want of this source: it is tried again sooner than its failures would have it."""
        if self._receiver is None and self._open_at - now > 1.25 * HURRIED_PAUSE_S:
            self._open_at = now + self._jitter(0.75, 1.25) * HURRIED_PAUSE_S

    def close(self) -> None:
        """Let go of the source; a task that still opens it is cancelled."""
        if self._starting is not None:
            self._starting.cancel()
            self._starting = None
        if self._receiver is not None:
            self._lost_before += self._receiver.lost
            self._receiver.close()
            self._receiver = None

    def _open(self, now: float) -> None:
        try:
            self._receiver = self._make()
            self._starting = asyncio.get_running_loop().create_task(self._receiver.start())
        except RightcastError as error:
            self._fail(error.sentence, now)

    def _await_start(self, now: float) -> None:
        starting = self._starting
        if starting is None or not starting.done():
            return
        self._starting = None
        error = starting.exception() if not starting.cancelled() else None
        if error is None:
            self._opened_at = now
            self.splitter.restart()
            if self._receiver is not None:
                self._drain(self._receiver, now)
        elif isinstance(error, RightcastError):
            self._fail(error.sentence, now)
        else:
            _log.error("Opening %s failed", self._name, exc_info=error)
            self._fail("The source could not be opened; the headend's log says more.", now)

    def _drain(self, receiver: Receiver, now: float) -> None:
        try:
            blocks = receiver.drain(now)
        except SourceEndedError as end:
            self._fail(end.sentence, now, at_once=end.complete)
            return
        except Exception:  # noqa: BLE001 - a fault in one recipe must not stop the tick of all channels
            _log.exception("Receiving %s failed", self._name)
            self._fail("The source could not be received; the headend's log says more.", now)
            return
        for block in blocks:
            self.bytes_received += len(block)
            self.splitter.feed(block, now)
        if blocks:
            self.last_data, self.trouble = now, ""
            if now - self._opened_at > STABLE_S:
                self._pause_s = FIRST_PAUSE_S
                if receiver.may_rest and now - self._opened_at > STABLE_S + self._settling_s:
                    self._rest_until = now + REST_S
            return
        patience = receiver.patience_s
        silent_s = now - max(self.last_data, self._opened_at)
        if patience is not None and silent_s > patience:
            self._fail(f"Nothing came for {silent_s:.0f} seconds.", now)

    def _fail(self, sentence: str, now: float, *, at_once: bool = False) -> None:
        """Close, and plan the next attempt: later each time, and never all channels at the same moment."""
        self.close()
        sentence = redact(sentence)
        if sentence != self.trouble and not at_once:
            _log.warning("Source %s: %s", self._name, sentence)
        self.trouble = sentence
        if at_once:
            self._open_at = now
            return
        self._open_at = now + self._jitter(0.75, 1.25) * self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)


class Intakes:
    """All sources of a process by address; two channels that ask for the same one share it."""

    def __init__(self, open_receiver: Callable[[str], Receiver]) -> None:
        self._open_receiver = open_receiver
        self._intakes: dict[str, Intake] = {}
        self._lost_before = 0

    @property
    def lost(self) -> int:
        """Datagrams lost by all sources since the process began."""
        return self._lost_before + sum(intake.lost for intake in self._intakes.values())

    def attach(self, url: str, service_id: int | None, sink: Sink, now: float) -> Intake:
        """Begin to feed a sink; the first one of an address opens it."""
        intake = self._intakes.get(url)
        if intake is None:
            intake = self._intakes[url] = Intake(url, lambda: self._open_receiver(url))
            intake.begin(now)
        intake.splitter.attach(service_id, sink)
        return intake

    def detach(self, url: str, service_id: int | None, sink: Sink) -> None:
        """Stop feeding a sink; the last one of an address closes it."""
        intake = self._intakes[url]
        intake.splitter.detach(service_id, sink)
        if intake.splitter.is_empty:
            intake.close()
            self._lost_before += intake.lost
            del self._intakes[url]

    def each(self) -> Iterator[tuple[str, Intake]]:
        """All of them, with their addresses."""
        yield from self._intakes.items()

    def tick(self, now: float) -> None:
        """Drain every source."""
        for intake in [*self._intakes.values()]:
            intake.tick(now)

    def close(self) -> None:
        """Close every source."""
        for intake in self._intakes.values():
            with contextlib.suppress(OSError):
                intake.close()
        self._intakes.clear()

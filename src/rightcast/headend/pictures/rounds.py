"""The round that looks at every channel in turn: when each is due, what is asked, and whom the answer concerns.

One per headend process; it owns the pool of workers and the thumbnails.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rightcast.contract.reports import PicturesReport
from rightcast.headend.pictures.orders import Look
from rightcast.headend.pictures.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from rightcast.domain.watch import Watch
    from rightcast.headend.pictures.orders import Seen
    from rightcast.headend.thumbnails import Thumbnails

CHANNELS_PER_WORKER = 80
CAREFUL_S = 60.0
"""Pause after a channel's pictures have ended a worker; longer each time."""
_LONGEST_CARE_S = 3600.0
_NOTHING_NEW_S = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """The newest whole segment of a channel, and what may be looked at in it. `sequence` tells it from the last one."""

    sequence: int
    path: str
    size: int
    video: tuple[int, str] | None
    audio: tuple[int, str] | None


class Watched(Protocol):
    """A channel as the round sees it."""

    @property
    def watch(self) -> Watch:
        """What is watched of it."""

    def sample(self) -> Sample | None:
        """The newest whole segment; None while nothing comes."""

    def on_seen(self, seen: Seen | None, *, thumbnail: bool, now: float) -> None:
        """What a look has shown; None: it ended the worker. `thumbnail`: a new one is shown."""


@dataclass(slots=True)
class _Turn:
    due: float
    sequence: int = -1
    pending: bool = False
    failures: int = 0


class Rounds:
    """`tick` ten times a second; it never raises. Times are unix seconds."""

    def __init__(self, thumbnails: Thumbnails, pool: Pool | None = None) -> None:
        self.pool = pool or Pool()
        self.skipped = 0
        self._thumbnails = thumbnails
        self._turns: dict[int, _Turn] = {}
        self._asked: dict[int, tuple[int, Watched]] = {}
        self._number = 0

    def tick(self, channels: Mapping[int, Watched], now: float) -> None:
        """Tell the channels what was seen, and ask for looks at those that are due."""
        for done in self.pool.tick():
            self._answer(done.look.number, done.seen, channels, now)
        self._follow(channels, now)
        for number, turn in self._turns.items():
            if now >= turn.due and not turn.pending:
                self._ask(number, turn, channels[number], now)

    def keep_only(self, channels: Collection[int]) -> None:
        """Other channels are not carried: what an earlier process left of them goes."""
        self._thumbnails.keep_only(channels)

    def leave(self, channel_id: int) -> None:
        """The channel leaves the air: its thumbnail goes with it, at once."""
        self._turns.pop(channel_id, None)
        self._thumbnails.remove(channel_id)

    def report(self) -> PicturesReport:
        """How the workers do."""
        pool = self.pool
        return PicturesReport(
            workers=len(pool.pids), looked=pool.looked, crashed=pool.crashed, hung=pool.hung, skipped=self.skipped
        )

    def close(self) -> None:
        """End the workers; thumbnails go too, for nobody renews them."""
        self.pool.close()
        for number in [*self._turns]:
            self.leave(number)

    def _follow(self, channels: Mapping[int, Watched], now: float) -> None:
        if self._turns.keys() == channels.keys():
            return
        for number in [number for number in self._turns if number not in channels]:
            self.leave(number)
        for place, number in enumerate(number for number in channels if number not in self._turns):
            # Channels that start together are not looked at together.
            self._turns[number] = _Turn(now + 0.1 * (place % 50))
        cores = os.cpu_count() or 1
        self.pool.resize(min(cores, -(-len(channels) // CHANNELS_PER_WORKER)))

    def _ask(self, number: int, turn: _Turn, channel: Watched, now: float) -> None:
        watch = channel.watch
        if not watch.pictures and not watch.sound:
            turn.due = now + watch.every_s
            return
        sample = channel.sample()
        if sample is None or sample.sequence == turn.sequence:
            turn.due = now + _NOTHING_NEW_S
            return
        video = sample.video if watch.pictures else None
        audio = sample.audio if watch.sound else None
        if video is None and audio is None:
            turn.sequence = sample.sequence
            return
        self._number += 1
        video_pid, video_codec = video or (-1, "")
        audio_pid, audio_codec = audio or (-1, "")
        look = Look(
            number=self._number,
            path=sample.path,
            size=sample.size,
            video_pid=video_pid,
            video_codec=video_codec,
            audio_pid=audio_pid,
            audio_codec=audio_codec,
        )
        turn.due, turn.sequence = max(now, turn.due + watch.every_s), sample.sequence
        if self.pool.submit(look):
            turn.pending = True
            self._asked[look.number] = (number, channel)
        else:
            self.skipped += 1

    def _answer(self, number: int, seen: Seen | None, channels: Mapping[int, Watched], now: float) -> None:
        channel_id, channel = self._asked.pop(number)
        turn = self._turns.get(channel_id)
        if turn is None or channels.get(channel_id) is not channel:
            return  # it left the air, or is another one by now: what was seen must not be shown
        turn.pending = False
        if seen is None:
            turn.failures += 1
            turn.due = now + min(CAREFUL_S * 2 ** (turn.failures - 1), _LONGEST_CARE_S)
        else:
            turn.failures = 0
        shown = seen is not None and seen.picture is not None and bool(seen.picture.jpeg)
        if shown and seen is not None and seen.picture is not None:
            shown = self._thumbnails.put(channel_id, seen.picture.jpeg)
        elif seen is None or seen.picture_trouble:
            self._thumbnails.remove(channel_id)
        channel.on_seen(seen, thumbnail=shown, now=now)

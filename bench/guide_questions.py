"""Questions that apps put to the guide: what is on now on all channels, and a day's grid of a hundred."""

from __future__ import annotations

import sqlite3
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING

from bench.figures import Figure, at_most
from bench.rig import rigged
from rightcast.contract.catalogue import Change, Kind, Revision, body_of
from rightcast.domain.guide import DAY_S, Credit, GuideDay, Show, day_of
from rightcast.edge.guide.shows import ReplicaGuide
from rightcast.edge.replica import Replica

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAYS = 7
SHOWS = 40
GRID = 100
_WORDS = [
    "the",
    "evening",
    "news",
    "of",
    "our",
    "town",
    "with",
    "guests",
    "music",
    "and",
    "whatever",
    "else",
    "there",
    "is",
    "to",
    "be",
    "told",
    "tonight",
]


def questions(quick: bool) -> list[Figure]:
    """A week of 500 channels in a replica's file; each question to a guide that was opened just now, and again."""
    channels = 50 if quick else 500
    today = day_of(time.time())
    midnight = today * DAY_S
    noon = midnight + DAY_S // 2
    with rigged(quick) as rig:
        path = rig.folder / "replica.sqlite3"
        _fill(path, channels, today)
        grid_of = range(1, min(GRID, channels) + 1)
        first, again = _asked(
            path, lambda guide: [guide.now_next(one, noon) for one in range(1, channels + 1)], ready=True
        )
        cold, warm = _asked(
            path, lambda guide: [guide.shows(one, midnight, midnight + DAY_S) for one in grid_of], ready=False
        )
        plain = _plain(path, grid_of, today)
    print(
        f"  now: ready {first:.2f} ms, again {again:.2f}; grid: from the file {cold:.1f} ms, again {warm:.2f}",
        flush=True,
    )
    what = f"{DAYS} days of {channels} channels, {SHOWS} shows a day"
    return [
        Figure(
            name="guide.now_next", value=first, goal=at_most(5),
            unit=f"ms for what is on and what comes on {channels} channels, the first time it is asked; {what}",
        ),
        Figure(
            name="guide.grid", value=cold, goal=at_most(50), reference="the same rows by plain sqlite3, undecoded",
            reference_value=plain, unit=f"ms for a day of {len(grid_of)} channels out of the file; {what}",
        ),
    ]  # fmt: skip


def _asked(path: Path, ask: Callable[[ReplicaGuide], object], *, ready: bool) -> tuple[float, float]:
    """Milliseconds of the first time and of the next, medians of five guides; `ready` as the edge makes it before."""
    firsts, nexts = [], []
    for _ in range(5):
        guide = ReplicaGuide(path)
        if ready:
            noon = day_of(time.time()) * DAY_S + DAY_S // 2
            guide.look_ahead(range(1, 501), noon)
        asking = partial(ask, guide)
        firsts.append(_ms(asking))
        nexts.append(_ms(asking))
        guide.close()
    return statistics.median(firsts), statistics.median(nexts)


def _plain(path: Path, channels: range, today: int) -> float:
    base = sqlite3.connect(path)
    keys = [
        GuideDay(channel_id=one, day=day, shows=()).key for one in channels for day in (today - 1, today, today + 1)
    ]
    found = _ms(lambda: [base.execute("SELECT body FROM guide WHERE key = ?", (key,)).fetchone() for key in keys])
    base.close()
    return found


def _ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def _fill(path: Path, channels: int, today: int) -> None:
    replica = Replica(path)
    number = 0
    for channel in range(1, channels + 1):
        revisions = []
        for day in range(today - 1, today + DAYS - 1):
            number += 1
            record = GuideDay(
                channel_id=channel, day=day, shows=tuple(_show(channel, day, one) for one in range(SHOWS))
            )
            revisions.append(Revision(number, Kind.GUIDE, record.key, body_of(Change(Kind.GUIDE, record.key, record))))
        replica.apply(revisions, identity="bench", now=time.time())
    replica.close()


def _show(channel: int, day: int, place: int) -> Show:
    length = DAY_S // SHOWS
    start = day * DAY_S + place * length
    words = [_WORDS[(channel + place + step) % len(_WORDS)] for step in range(24)]
    return Show(
        id=channel * 1000 + place, guide_id=f"c{channel}.test", start=start, stop=start + length,
        title=" ".join(words[:4]), subtitle=" ".join(words[4:8]), description=" ".join(words * 3), language="en",
        credits=(Credit(part="presenter", name=f"Ada {place}"),), categories=("News",), season=1, episode=place + 1,
        genre=0x20,
    )  # fmt: skip

"""What rights cost: one decision among a thousand agreements, and asking everything that runs again after a change."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bench.figures import Figure, at_most
from bench.rig import RigError, rigged
from rightcast.contract.catalogue import Change, Kind, Revision, body_of
from rightcast.domain.entitlement import Allowed, decide
from rightcast.domain.lineup import (
    Channel,
    ChannelKind,
    Line,
    LineStatus,
    Lineup,
    LineupEntry,
    Package,
    Station,
)
from rightcast.domain.places import Network
from rightcast.domain.rights import Bounds, CarriageRight, DeviceClass, Distribution, Instrument, RightStatus
from rightcast.edge.admission import Admission
from rightcast.edge.asking import Asking
from rightcast.edge.cues import Cues
from rightcast.edge.identity import Player
from rightcast.edge.places import Places
from rightcast.edge.replica import Replica
from rightcast.edge.room import Room
from rightcast.edge.standpoints import Standpoints
from rightcast.edge.viewings import Viewing, Viewings
from rightcast.state.sessions_memory import MemorySessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightcast.contract.catalogue import Record

AGREEMENTS = 1000
CHANNELS = 500
OF_EACH = 5
VIEWERS = 5000
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
TELEVISION = "TiviMate/5.1.0 (Android 12)"
ABROAD = Bounds(presence=("DE", "FR"), device_classes=(DeviceClass.TELEVISION,))
AT_HOME = Bounds(
    presence=("IT", "SM", "VA"),
    distribution=(Distribution.OTT, Distribution.MANAGED),
    device_classes=(DeviceClass.TELEVISION, DeviceClass.SET_TOP_BOX),
)


def decisions(quick: bool) -> list[Figure]:
    """A thousand agreements with bounds, ten for each channel; the question as an edge puts it, and its answer."""
    times = 2_000 if quick else 20_000
    with rigged(quick) as rig:
        replica = _replica(rig.folder / "replica.sqlite3", lines=1)
        asking = Asking(replica, Cues(), _standpoints(replica), time.time)
        line, player = replica.line(1), Player("10.1.2.3", TELEVISION)
        if line is None:
            raise RigError("The line was not stored.")
        questions = [asking.question(line, number, player) for number in range(1, CHANNELS + 1)]
        if not all(isinstance(decide(one), Allowed) for one in questions):
            raise RigError("Not every channel may be watched.")
        asked = _best(lambda: [asking.question(line, number, player) for number in range(1, CHANNELS + 1)], times)
        decided = _best(lambda: [decide(one) for one in questions], times)
        replica.close()
    print(f"  deciding {decided:.2f} us, putting the question before it {asked:.2f} us", flush=True)
    what = f"{AGREEMENTS:,} agreements with bounds over {CHANNELS} channels, {len(questions[0].rights)} of each"
    unit = f"us a decision, {what}"
    return [Figure(name="rights.decide", value=decided, goal=at_most(10), unit=unit)]


def rejudgement(quick: bool) -> list[Figure]:
    """One agreement covers what everybody watches; it changes, and every running session is asked about again."""
    viewers = 500 if quick else VIEWERS
    with rigged(quick) as rig:
        replica = _replica(rig.folder / "replica.sqlite3", lines=viewers)
        kept, ended = asyncio.run(_rejudged(replica, viewers))
        replica.close()
    scale = VIEWERS / viewers
    print(f"  all stay {kept * scale:.0f} ms, all are cut {ended * scale:.0f} ms", flush=True)
    unit = f"ms until {viewers:,} running sessions were decided on again after one agreement changed"
    return [Figure(name="rights.rejudge", value=max(kept, ended), goal=at_most(500 / scale), unit=unit)]


async def _rejudged(replica: Replica, viewers: int) -> tuple[float, float]:
    """Milliseconds from a change of the wide agreement until the last session was asked: all stay, all are cut."""
    viewings, cut = Viewings(), [0]

    def count(_: Viewing) -> None:
        cut[0] += 1

    admission = Admission(
        replica=replica, sessions=MemorySessions(), viewings=viewings, secrets_key=b"s", tokens_key=b"t", edge="e0",
        cut=count, cues=Cues(), standpoints=_standpoints(replica),
    )  # fmt: skip
    for number in range(1, viewers + 1):
        line = replica.line(number)
        opened = None if line is None else await admission.open_ts(
            line, number % CHANNELS + 1, Player(f"10.1.{number >> 8}.{number & 255}", TELEVISION)
        )  # fmt: skip
        if not isinstance(opened, Viewing):
            raise RigError(f"A session could not be opened: {opened}")
    again = partial(_changed, replica, viewings, admission)
    kept = statistics.median([await again(_wide(reference=f"R-{turn}")) for turn in range(3)])
    ended = await again(_wide(reference="R-X", bounds=ABROAD))
    if cut[0] != viewers:
        raise RigError(f"{cut[0]} of {viewers} sessions were cut.")
    return kept, ended


async def _changed(replica: Replica, viewings: Viewings, admission: Admission, right: CarriageRight) -> float:
    begun = time.perf_counter()
    _publish(replica, [(Kind.RIGHT, right.id, right)])
    await admission.ask_again(viewings.touched_by([(Kind.RIGHT, right.id)]))
    return 1000 * (time.perf_counter() - begun)


def _replica(path: Path, *, lines: int) -> Replica:
    """Lines with every channel, and for each channel narrow agreements that are for others; one wide one is for all."""
    replica = Replica(path)
    entries = tuple(
        LineupEntry(channel_id=one, number=one, category_id=1, category_name="All") for one in range(1, CHANNELS + 1)
    )
    records: list[tuple[Kind, int, Record]] = [
        (Kind.STATION, 0, Station(networks=(Network(cidr="10.0.0.0/8", country="IT"),))),
        (Kind.LINEUP, 1, Lineup(id=1, name="All", entries=entries)),
        (Kind.PACKAGE, 1, Package(id=1, name="All", lineup_ids=(1,))),
        (Kind.RIGHT, 1, _wide()),
    ]
    records += [(Kind.CHANNEL, one, _channel(one)) for one in range(1, CHANNELS + 1)]
    records += [(Kind.RIGHT, one, _narrow(one)) for one in range(2, AGREEMENTS + 1)]
    records += [(Kind.LINE, one, _line(one)) for one in range(1, lines + 1)]
    _publish(replica, records)
    return replica


def _publish(replica: Replica, records: list[tuple[Kind, int, Record]]) -> None:
    revisions = [
        Revision(replica.revision + place, kind, key, body_of(Change(kind, key, record)))
        for place, (kind, key, record) in enumerate(records, 1)
    ]
    replica.apply(revisions, identity="bench", now=time.time())


def _standpoints(replica: Replica) -> Standpoints:
    return Standpoints(replica, Places(replica, None).of, lambda _: (), Room(replica, MemorySessions(), time.time))


def _wide(**changes: object) -> CarriageRight:
    right = CarriageRight(
        id=1, reference="R-1", licensor="L", instrument=Instrument.CONTRACT, status=RightStatus.ACTIVE,
        channel_ids=tuple(range(1, CHANNELS + 1)), territories=("IT",), starts=BEGUN, bounds=AT_HOME,
    )  # fmt: skip
    return replace(right, **changes)


def _narrow(number: int) -> CarriageRight:
    """An agreement for viewers elsewhere, so that the decision goes past it."""
    channels = tuple(sorted({(number * OF_EACH + step) % CHANNELS + 1 for step in range(OF_EACH)}))
    return _wide(id=number, reference=f"R-{number}", channel_ids=channels, bounds=ABROAD)


def _channel(number: int) -> Channel:
    name = f"Channel {number}"
    return Channel(id=number, number=number, name=name, kind=ChannelKind.TV, sources=(), added=BEGUN)


def _line(number: int) -> Line:
    return Line(
        id=number, name=f"line-{number}", secret_digest="0" * 64, status=LineStatus.ACTIVE, package_ids=(1,),
        territory="IT", created=BEGUN, expires=datetime.now(UTC) + timedelta(days=30),
    )  # fmt: skip


def _best(work: Callable[[], object], times: int) -> float:
    """Microseconds for one of the CHANNELS things that `work` does, the best of some rounds."""
    rounds = max(3, times // CHANNELS)
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return 1e6 * min(taken) / CHANNELS

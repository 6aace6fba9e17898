"""Failover: from the moment a source fails to the next picture at a viewer, over a real headend and edge.

Each channel has two HTTP sources with a key frame every 1.92 s, the second one standing by.
"""

from __future__ import annotations

import random
import statistics
import time
from typing import TYPE_CHECKING

from bench.feeders import Bank, Feeder, moving_loop
from bench.figures import Figure, at_most
from bench.rig import RigError, percentile, rigged, wait_for
from bench.station import SECRET, fill_feed, headend_report, settings_in, start_edge, start_room
from bench.watchers import Audience, Watcher
from rightcast.domain.failover import Failover
from rightcast.domain.features import Features

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

_PIDS = (0x100, 0x200)


def refused(quick: bool) -> list[Figure]:
    """The source hangs up and refuses further connections."""
    seconds = _trials(quick, "refused")
    return [_figure("headend.failover_refused", seconds, 0.7, "a source hung up")]


def frozen(quick: bool) -> list[Figure]:
    """The source stays connected and sends nothing more."""
    seconds = _trials(quick, "frozen")
    return [_figure("headend.failover_frozen", seconds, 2.0, "a source fell silent")]


def _trials(quick: bool, fault: str) -> list[float]:
    channels, rounds = (4, 5) if quick else (8, 8)
    chance, found = random.Random(3), []
    loops = [moving_loop(pid) for pid in _PIDS]
    pairs = [[Feeder(loop) for loop in loops] for _ in range(channels)]
    bank = Bank([feeder for pair in pairs for feeder in pair])
    try:
        with rigged(quick) as rig:
            settings = settings_in(rig.folder)
            features = Features(failover=Failover(returns=False))
            fill_feed(settings, [(pair[0].url, None) for pair in pairs], features=features, lines=channels,
                      fallbacks=[pair[1].url for pair in pairs])  # fmt: skip
            start_room(rig, settings, "headend")
            start_edge(rig, settings)
            wait_for(lambda: _standing_by(settings) == channels, 40, "every channel and its standby")
            port = settings.listen.port
            watchers = [Watcher(str(n), f"/live/v{n - 1:05d}/{SECRET}/{n}.ts", port) for n in range(1, channels + 1)]
            audience = Audience(watchers)
            try:
                for turn in range(rounds):
                    shown, other = pairs_index(turn)
                    found += _round(bank, settings, pairs, watchers, (shown, other), fault, chance)
            finally:
                audience.close()
    finally:
        bank.close()
    return found


def pairs_index(turn: int) -> tuple[int, int]:
    """Which source of each pair is on air in this round, and which one stands by."""
    return (turn % 2, 1 - turn % 2)


def _round(
    bank: Bank,
    settings: StationSettings,
    pairs: list[list[Feeder]],
    watchers: list[Watcher],
    places: tuple[int, int],
    fault: str,
    chance: random.Random,
) -> list[float]:
    """Let what is on air fail on every channel in turn; seconds until each viewer saw the other source."""
    shown, other = places
    failed_at = []
    for pair, watcher in zip(pairs, watchers, strict=True):
        time.sleep(chance.uniform(0.05, 0.3))
        with bank.lock:
            watcher.first_after.clear()
            if fault == "frozen":
                pair[shown].frozen = True
            else:
                pair[shown].refuse()
            failed_at.append(time.monotonic())
    pid = _PIDS[other] + 1
    wait_for(lambda: all(pid in watcher.first_after for watcher in watchers), 15, "the other source at every viewer")
    if any(watcher.closed for watcher in watchers):
        raise RigError("The edge closed a viewer.")
    taken = [watcher.first_after[pid] - failed for watcher, failed in zip(watchers, failed_at, strict=True)]
    with bank.lock:
        for pair in pairs:
            pair[shown].serve()
    told = time.time()  # what was reported before says nothing of what was restored now
    wait_for(lambda: _standing_by(settings, told) == len(pairs), 60, "the failed sources to stand by again")
    return taken


def _standing_by(settings: StationSettings, since: float = 0.0) -> int:
    report = headend_report(settings)
    channels = report.channels if report is not None and report.at > since else []
    return sum(sorted(one.state for one in channel.sources) == ["on_air", "standby"] for channel in channels)


def _figure(name: str, seconds: list[float], goal_s: float, what: str) -> Figure:
    median = statistics.median(seconds)
    print(f"  {name}: {' '.join(f'{one:.2f}' for one in sorted(seconds))}", flush=True)
    return Figure(
        name=name,
        value=percentile(seconds, 0.95),
        unit=f"s from the moment {what} to the next picture at a viewer, p95 of {len(seconds)} (median {median:.2f})",
        goal=at_most(goal_s),
    )

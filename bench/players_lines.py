"""Signing in where there are millions of lines: requests per second, and looking one line up."""

from __future__ import annotations

import random
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench import shelves
from bench.figures import Figure, at_least, at_most
from bench.rig import LOAD_CPU, RigError, compiled, rigged, run_to_json
from bench.station import SECRET, settings_in, start_edge
from rightcast.domain.credentials import digest_secret
from rightcast.domain.lineup import Line, LineStatus
from rightcast.edge.kept_lines import packed
from rightcast.edge.replica import Replica
from rightcast.state.feed import FileFeed
from rightcast.state.keys import derived_key, station_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import StationSettings

CONNECTIONS = 64
NAMES = 20_000
"""Five times as many as the replica holds in memory."""


def lines(quick: bool) -> list[Figure]:
    """A replica of five million lines under one edge, signed in to by many names in turn."""
    count = 50_000 if quick else 5_000_000
    with rigged(quick) as rig:
        settings = settings_in(rig.folder)
        begun = time.monotonic()
        _fill(settings, count)
        names = [f"v{number:07d}" for number in random.Random(5).sample(range(1, count + 1), NAMES)]
        size = settings.replica(0).stat().st_size
        print(f"  {count:,} lines in {time.monotonic() - begun:.0f} s, {size / 1e6:,.0f} MB", flush=True)
        looked_up = _look_up_s(settings, names)
        start_edge(rig, settings)
        paths = [f"/player_api.php?username={name}&password={SECRET}" for name in names]
        seconds = 2 if quick else 5
        command = [str(compiled("fetch")), str(settings.listen.port), str(CONNECTIONS), str(seconds), *paths]
        answer = run_to_json(command, cpu=LOAD_CPU, timeout=seconds + 20)
        if answer["errors"]:
            raise RigError(f"{answer['errors']} answers were no 200.")
    return [
        Figure(
            name="players.sign_in",
            value=answer["per_second"],
            unit=f"sign-ins/s on a core, {len(names):,} names of {count:,} lines in turn",
            goal=at_least(10_000),
        ),
        Figure(
            name="players.line_lookup",
            value=looked_up * 1e6,
            unit=f"microseconds to look a line up among {count:,}, median of the first look at {len(names):,}",
            goal=at_most(20),
        ),
        Figure(
            name="players.line_bytes",
            value=size / count,
            unit=f"bytes of the replica's file per line, {count:,} lines",
            goal=at_most(250),
        ),
    ]


def _fill(settings: StationSettings, count: int) -> None:
    """A feed of few records, and a replica that follows it and knows so many lines beside."""
    feed = FileFeed(settings.feed)
    feed.publish(shelves.catalogue(50))
    replica = Replica(settings.replica(0))
    replica.apply(feed.read(0), identity=feed.identity(), now=time.time())
    feed.close()
    replica.close()
    base = sqlite3.connect(settings.replica(0), isolation_level=None)
    base.execute("PRAGMA synchronous=OFF")
    base.execute("BEGIN")
    base.execute("DROP INDEX line_name")
    base.executemany("INSERT INTO line VALUES (?, ?, ?)", _rows(settings, count))
    base.execute("CREATE INDEX line_name ON line (name)")
    base.execute("COMMIT")
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()


def _rows(settings: StationSettings, count: int) -> Iterator[tuple[int, str, bytes]]:
    """Lines as the replica keeps them."""
    key, now = derived_key(station_key(settings.keys), "secrets"), datetime.now(UTC) - timedelta(hours=1)
    for number in range(1, count + 1):
        name = f"v{number:07d}"
        line = Line(
            id=number, name=name, secret_digest=digest_secret(key, name, SECRET), status=LineStatus.ACTIVE,
            package_ids=(1,), territory="IT", created=now, expires=now + timedelta(days=365), max_sessions=4,
        )  # fmt: skip
        yield number, name, packed(line)


def _look_up_s(settings: StationSettings, names: list[str]) -> float:
    replica = Replica(settings.replica(0))
    took = []
    for name in names:
        begin = time.perf_counter()
        line = replica.line_named(name)
        took.append(time.perf_counter() - begin)
        if line is None or line.name != name:
            raise RigError(f"The replica does not know {name}.")
    replica.close()
    return sorted(took)[len(took) // 2]

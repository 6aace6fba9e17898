"""This edge's copy of what should be so: an SQLite file fed by the panel's feed, which it survives.

Lines and days of the guide stay in the file and are looked up one by one; everything else is small and kept in memory.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import OrderedDict
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from rightcast.contract import codec
from rightcast.contract.catalogue import FORMAT, TYPES, Kind, Revision
from rightcast.domain.blackouts import Blackout, by_channel
from rightcast.domain.errors import ContractError
from rightcast.domain.library import Collection, Holding
from rightcast.domain.lineup import Channel, Credential, CredentialKind, Line, Lineup, Package, Station
from rightcast.domain.overlay import Overlay
from rightcast.domain.protection import Protection
from rightcast.domain.recordings import Recording
from rightcast.domain.revocation import Revocation, Revocations
from rightcast.domain.rights import CarriageRight, next_boundary
from rightcast.domain.takedown import Takedown, Takedowns
from rightcast.edge.guide import shelf
from rightcast.edge.kept_lines import KEPT_AS, packed, unpacked
from rightcast.edge.library.rows import SCHEMA as TITLES
from rightcast.edge.library.rows import TitleRows
from rightcast.edge.recordings.rows import SCHEMA as RECORDINGS
from rightcast.edge.recordings.rows import RecordingRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

T = TypeVar("T")
_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (
    identity TEXT NOT NULL, format INTEGER NOT NULL, revision INTEGER NOT NULL, heard REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, key INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS line_name ON line (name);
CREATE TABLE IF NOT EXISTS handle (
    kind TEXT NOT NULL, handle TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (kind, handle)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS handle_line ON handle (line)
"""
_FORMAT = FORMAT << 32 | KEPT_AS
_MMAP_BYTES = 4 << 30
_CACHED_LINES = 4096
_REMEMBER_HEARD_S = 10.0


class Replica:
    """Records by kind. `version` grows with every change of what is in memory: what is derived can be cached.

    Channels that stand on the same rights share one tuple of them; `protected` are those whose protection is on.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._base = _open(path)
        self.version = 0
        self.recordings = RecordingRows(self._base)
        self.titles = TitleRows(self._base, path)
        self.collections: dict[int, Collection] = {}
        self.station = Station()
        self.channels: dict[int, Channel] = {}
        self.protected: set[int] = set()
        self.lineups: dict[int, Lineup] = {}
        self.packages: dict[int, Package] = {}
        self.rights: dict[int, CarriageRight] = {}
        self.revocations = Revocations()
        self.blackouts: dict[int, Blackout] = {}
        self._blackouts_of: dict[int, tuple[Blackout, ...]] = {}
        self.overlays: dict[int, Overlay] = {}
        self.takedowns = Takedowns()
        self._rights_of: dict[int, tuple[CarriageRight, ...]] = {}
        self._carried: dict[tuple[int, ...], frozenset[int]] = {}
        self._lines: OrderedDict[str, Line | None] = OrderedDict()
        about = self._base.execute("SELECT identity, revision, heard FROM about").fetchone()
        self.identity: str = about[0] if about else ""
        self.revision: int = about[1] if about else 0
        self.heard: float = about[2] if about else 0.0
        self._heard_written = self.heard
        for kind, key, body in self._base.execute("SELECT kind, key, body FROM record"):
            self._remember(Kind(kind), key, codec.decode(body, TYPES[Kind(kind)]))

    def line_named(self, name: str) -> Line | None:
        """The line of a name."""
        if name in self._lines:
            self._lines.move_to_end(name)
            return self._lines[name]
        row = self._base.execute("SELECT id, body FROM line WHERE name = ?", (name,)).fetchone()
        line = unpacked(row[0], name, row[1]) if row else None
        self._lines[name] = line
        if len(self._lines) > _CACHED_LINES:
            self._lines.popitem(last=False)
        return line

    def line(self, line_id: int) -> Line | None:
        """The line of an id."""
        row = self._base.execute("SELECT name, body FROM line WHERE id = ?", (line_id,)).fetchone()
        return unpacked(line_id, row[0], row[1]) if row else None

    def line_by(self, kind: CredentialKind, handle: str) -> tuple[Line, Credential] | None:
        """The line that a credential opens, and the credential."""
        row = self._base.execute(
            "SELECT line FROM handle WHERE kind = ? AND handle = ?", (kind.value, handle)
        ).fetchone()
        line = self.line(row[0]) if row else None
        found = None if line is None else next((one for one in line.credentials if _is(one, kind, handle)), None)
        return None if line is None or found is None else (line, found)

    def rights_of(self, channel_id: int) -> tuple[CarriageRight, ...]:
        """The rights recorded for a channel."""
        return self._rights_of.get(channel_id, ())

    def blackouts_of(self, channel_id: int) -> tuple[Blackout, ...]:
        """The blackouts of a channel, past and coming ones too."""
        return self._blackouts_of.get(channel_id, ())

    def overlay_of(self, sid: str, now: float) -> Overlay | None:
        """The overlay that a session is to have now."""
        if not self.overlays:
            return None
        moment = datetime.fromtimestamp(now, UTC)
        return next((one for one in self.overlays.values() if one.sid == sid and one.runs(moment)), None)

    def carried(self, package_ids: tuple[int, ...]) -> frozenset[int]:
        """The channels of all lineups of these packages."""
        found = self._carried.get(package_ids)
        if found is None:
            entries = (entry for lineup in self.lineups_of(package_ids) for entry in lineup.entries)
            found = self._carried[package_ids] = frozenset(entry.channel_id for entry in entries)
        return found

    def protection(self, channel_id: int) -> Protection:
        """How a channel is encrypted; not at all when it is not known."""
        channel = self.channels.get(channel_id)
        return channel.protection if channel is not None else Protection()

    def lineups_of(self, package_ids: Iterable[int]) -> list[Lineup]:
        """The lineups of these packages in order, each once."""
        packages = [self.packages[key] for key in package_ids if key in self.packages]
        keys = dict.fromkeys(key for package in packages for key in package.lineup_ids)
        return [self.lineups[key] for key in keys if key in self.lineups]

    def next_boundary(self, now: datetime) -> datetime | None:
        """When the next right begins or ends; nothing changes by itself before."""
        return next_boundary(self.rights.values(), now)

    def age_s(self, now: float) -> float:
        """Seconds since the feed last answered."""
        return now - self.heard

    def hear(self, now: float) -> None:
        """The feed has answered; remembered in the file every few seconds."""
        self.heard = now
        if now - self._heard_written > _REMEMBER_HEARD_S:
            self._heard_written = now
            self._base.execute("UPDATE about SET heard = ?", (now,))

    def apply(self, revisions: Sequence[Revision], *, identity: str, now: float) -> None:
        """Store and follow revisions, all or none; those that cannot be read are logged and left out."""
        records = [(revision, record) for revision, record in map(_read, revisions) if record is not _UNREADABLE]
        with self._writing():
            for revision, record in records:
                self._store(revision, record)
            self._note(identity, revisions[-1].number if revisions else self.revision, now)
        for revision, record in records:
            self._remember(revision.kind, revision.key, record)

    def retain(self, keys: set[tuple[Kind, int]], *, identity: str, now: float) -> list[tuple[Kind, int]]:
        """Forget every record that is not among `keys`: the feed was made anew. Returns what was forgotten."""
        known = [(Kind(kind), key) for kind, key in self._base.execute("SELECT kind, key FROM record")]
        known += [(Kind.LINE, key) for (key,) in self._base.execute("SELECT id FROM line")]
        known += [(Kind.RECORDING, key) for key in self.recordings.ids()]
        known += [(Kind.GUIDE, key) for key in shelf.keys(self._base)]
        known += [(Kind.TITLE, key) for key in self.titles.ids()]
        lost = [one for one in known if one not in keys]
        with self._writing():
            for kind, key in lost:
                self._store(Revision(0, kind, key, None), None)
            self._note(identity, 0, now)
        for kind, key in lost:
            self._remember(kind, key, None)
        return lost

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _store(self, revision: Revision, record: object) -> None:
        if revision.kind in {Kind.TAKE, Kind.HOLD}:  # the business of recorder and archivist
            return
        if revision.kind is Kind.RECORDING:
            recording = record if isinstance(record, Recording) else None
            self.recordings.store(revision.key, revision.number, revision.body, recording)
        elif revision.kind is Kind.TITLE:
            self.titles.store(revision.key, revision.body, record if isinstance(record, Holding) else None)
        elif revision.kind is Kind.LINE:
            self._store_line(revision, record if isinstance(record, Line) else None)
        elif revision.kind is Kind.GUIDE:
            if revision.body is None:
                shelf.remove(self._base, revision.key)
            else:
                shelf.put(self._base, revision.key, revision.body, str(record))
        elif revision.body is None:
            self._base.execute("DELETE FROM record WHERE kind = ? AND key = ?", (revision.kind.value, revision.key))
        else:
            row3 = (revision.kind.value, revision.key, revision.body)
            self._base.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", row3)

    def _store_line(self, revision: Revision, line: Line | None) -> None:
        self._base.execute("DELETE FROM handle WHERE line = ?", (revision.key,))
        if line is None:
            self._base.execute("DELETE FROM line WHERE id = ?", (revision.key,))
            return
        row = (revision.key, line.name, packed(line))
        self._base.execute("INSERT OR REPLACE INTO line VALUES (?, ?, ?)", row)
        handles = [(one.kind.value, one.handle, line.id) for one in line.credentials]
        self._base.executemany("INSERT OR REPLACE INTO handle VALUES (?, ?, ?)", handles)

    def _note(self, identity: str, revision: int, now: float) -> None:
        self._base.execute("DELETE FROM about")
        self._base.execute("INSERT INTO about VALUES (?, ?, ?, ?)", (identity, _FORMAT, revision, now))
        self.identity, self.revision, self.heard = identity, revision, now
        self._heard_written = now

    def _remember(self, kind: Kind, key: int, record: object) -> None:
        """Keep what was read; `record` None: it was removed."""
        if kind is Kind.LINE:
            self._lines.clear()
            return
        if kind in {Kind.GUIDE, Kind.TAKE, Kind.HOLD, Kind.RECORDING, Kind.TITLE}:
            return
        self.version += 1
        match kind:
            case Kind.STATION:
                self.station = record if isinstance(record, Station) else Station()
            case Kind.CHANNEL:
                _replace(self.channels, key, record, Channel)
                (self.protected.add if self.protection(key).is_on else self.protected.discard)(key)
            case Kind.LINEUP:
                _replace(self.lineups, key, record, Lineup)
                self._carried.clear()
            case Kind.PACKAGE:
                _replace(self.packages, key, record, Package)
                self._carried.clear()
            case Kind.COLLECTION:
                _replace(self.collections, key, record, Collection)
            case Kind.RIGHT:
                self._remember_right(key, record)
            case Kind.BLACKOUT:
                _replace(self.blackouts, key, record, Blackout)
                self._blackouts_of = by_channel(self.blackouts.values())
            case _:
                self._remember_one(kind, key, record)

    def _remember_one(self, kind: Kind, key: int, record: object) -> None:
        """Of what concerns single sessions and channels."""
        match kind:
            case Kind.OVERLAY:
                _replace(self.overlays, key, record, Overlay)
            case Kind.REVOCATION:
                self.revocations.put(key, record if isinstance(record, Revocation) else None)
            case Kind.TAKEDOWN:
                self.takedowns.put(key, record if isinstance(record, Takedown) else None)

    def _remember_right(self, key: int, record: object) -> None:
        before = self.rights.get(key)
        _replace(self.rights, key, record, CarriageRight)
        after = self.rights.get(key)
        now_covered = after.covered if after is not None else frozenset()
        rights_of, made = self._rights_of, _Standing(key, after)
        for channel_id in before.covered - now_covered if before is not None else ():
            rights_of[channel_id] = made.without(rights_of.get(channel_id, ()))
        for channel_id in now_covered:
            rights_of[channel_id] = made.within(rights_of.get(channel_id, ()))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")


def _is(credential: Credential, kind: CredentialKind, handle: str) -> bool:
    return credential.kind is kind and credential.handle == handle


_UNREADABLE = object()


def _read(revision: Revision) -> tuple[Revision, object]:
    """The record; of a day of the guide only its titles, for it stays in the file as it came."""
    try:
        if revision.kind is Kind.GUIDE and revision.body is not None:
            return revision, shelf.titles_in(revision.body)
        return revision, revision.record()
    except ContractError as error:
        _log.error("Revision %d is left out: %s", revision.number, error)
        return revision, _UNREADABLE


def _replace(records: dict[int, T], key: int, record: object, kind: type[T]) -> None:
    if isinstance(record, kind):
        records[key] = record
    else:
        records.pop(key, None)


class _Standing:
    """Tuples of rights after one right has changed; made once for all channels that share the tuple before."""

    def __init__(self, key: int, right: CarriageRight | None) -> None:
        self._key = key
        self._mine = () if right is None else (right,)
        self._made: dict[int, tuple[tuple[CarriageRight, ...], tuple[CarriageRight, ...]]] = {}

    def without(self, before: tuple[CarriageRight, ...]) -> tuple[CarriageRight, ...]:
        """The others."""
        return tuple(right for right in before if right.id != self._key)

    def within(self, before: tuple[CarriageRight, ...]) -> tuple[CarriageRight, ...]:
        """The others and the changed one."""
        found = self._made.get(id(before))
        if found is None:  # `before` is kept with it, so that its identity stays its own
            found = self._made[id(before)] = (before, self.without(before) + self._mine)
        return found[1]


def _open(path: Path) -> sqlite3.Connection:
    """The file; one of another format or one that is damaged is begun anew, for the feed holds everything."""
    try:
        return _opened(path)
    except (sqlite3.DatabaseError, ContractError, ValueError):
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, isolation_level=None, timeout=5)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=OFF")
    base.execute(f"PRAGMA mmap_size={_MMAP_BYTES}")
    for schema in (_SCHEMA, RECORDINGS, TITLES, shelf.SCHEMA):
        for statement in schema.split(";"):
            base.execute(statement)
    about = base.execute("SELECT format FROM about").fetchone()
    if about is not None and about[0] != _FORMAT:
        base.close()
        raise ValueError("another format")
    for kind, body in base.execute("SELECT kind, body FROM record"):
        codec.decode(body, TYPES[Kind(kind)])
    return base

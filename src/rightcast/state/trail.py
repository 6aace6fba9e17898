"""Reads an audit trail for whoever verifies it: from the station's database file, or from an export. No Django.

What is read is untrusted: nothing of it may stop the reading before the end.
"""

from __future__ import annotations

import json
import sqlite3
from base64 import b64decode, b64encode
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rightcast.domain.chain import Row
from rightcast.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

EXPORT = "rightcast-export-1"
ROW = b'{"hash":'
_KINDS = frozenset({int, str, type(None)})
_COLUMNS = (
    "seq, at, actor_kind, user_id, actor_name, action, subject, subject_id, person_kind, person_id, "
    "sentence, detail, prev_hash, hash"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed record as it is stored, with the columns beside it that repeat what it says."""

    record: str
    signature: str
    number: int = 0
    size: int = 0
    stamp: bytes = b""


@dataclass(frozen=True, slots=True)
class End:
    """What the row of the chain's end says."""

    seq: int
    hash: str


class Trail(Protocol):
    """One trail to verify."""

    def still(self) -> AbstractContextManager[None]:
        """While it lasts all reading is of the trail as it was at the first."""

    def checkpoints(self) -> list[Signed]:
        """Genesis and checkpoints, the oldest first."""

    def roots(self) -> list[Signed]:
        """Signed roots, the oldest first."""

    def end(self) -> End | None:
        """The end that the trail itself names."""

    def rows(self) -> Iterator[Row]:
        """The rows in their order. What cannot be read at all ends them early."""

    def unreadable(self) -> list[str]:
        """Parts that are not as they are ever written, in words."""


class DatabaseTrail:
    """The trail in a SQLite database, opened to read only."""

    def __init__(self, path: Path) -> None:
        """Raises NotFoundError where there is no file."""
        if not path.is_file():
            raise NotFoundError(f"There is no database {path}.", remedy="Name another.", field="database")
        self._path = path
        self._held: sqlite3.Connection | None = None

    def checkpoints(self) -> list[Signed]:
        """As the table has them."""
        rows = self._all("SELECT record, signature, seq FROM audit_checkpoint ORDER BY seq")
        return [Signed(str(record), str(signature), size=_int(seq)) for record, signature, seq in rows]

    def roots(self) -> list[Signed]:
        """As the table has them."""
        rows = self._all("SELECT record, signature, number, size, stamp FROM audit_signedroot ORDER BY number")
        return [
            Signed(str(record), str(signature), _int(number), _int(size), stamp if isinstance(stamp, bytes) else b"")
            for record, signature, number, size, stamp in rows
        ]

    def end(self) -> End | None:
        """The row of the chain's end."""
        for seq, text in self._all("SELECT seq, hash FROM audit_chainhead"):
            return End(_int(seq), str(text))
        return None

    def rows(self) -> Iterator[Row]:
        """Read fast, and where a text is none read on with what can be made of it."""
        last = None
        try:
            for row in self._read(None, strict=True):
                last = row.seq
                yield row
        except (sqlite3.Error, UnicodeError):
            try:
                yield from self._read(last, strict=False)
            except sqlite3.Error:
                return

    def unreadable(self) -> list[str]:
        """Tables that cannot be read at all."""
        tables = ("audit_auditrow", "audit_checkpoint", "audit_signedroot", "audit_chainhead")
        found = []
        for table in tables:
            with self._open(bytes) as database:
                try:
                    for _ in database.execute(f"SELECT * FROM {table}"):  # noqa: S608 - one of ours
                        pass
                except sqlite3.Error as error:
                    found.append(f"the table {table} cannot be read to its end: {error}")
        return found

    @contextmanager
    def still(self) -> Iterator[None]:
        """One connection in one transaction: a station on air writes on meanwhile."""
        with closing(self._connect()) as database:
            database.execute("BEGIN")
            self._held = database
            try:
                yield
            finally:
                self._held = None

    def _read(self, after: int | None, *, strict: bool) -> Iterator[Row]:
        where = "" if after is None else f" WHERE seq > {after}"
        with self._open(str if strict else _lenient) as database:
            for found in database.execute(f"SELECT {_COLUMNS} FROM audit_auditrow{where} ORDER BY seq"):  # noqa: S608
                if _KINDS.issuperset(map(type, found)):
                    yield Row(found[0], _moment(found[1]), *found[2:])
                else:
                    yield _strange(found)

    def _all(self, question: str) -> list[tuple[object, ...]]:
        with self._open(_lenient) as database:
            try:
                return database.execute(question).fetchall()
            except sqlite3.Error:
                return []

    @contextmanager
    def _open(self, text: Callable[[bytes], object]) -> Iterator[sqlite3.Connection]:
        held = self._held
        with nullcontext(held) if held is not None else closing(self._connect()) as database:
            database.text_factory = text
            yield database

    def _connect(self) -> sqlite3.Connection:
        address = f"{self._path.absolute().as_uri()}?mode=ro"
        return sqlite3.connect(address, uri=True, timeout=20, isolation_level=None)


class ExportTrail:
    """The trail in a file that `write_export` made."""

    def __init__(self, path: Path) -> None:
        """Raises NotFoundError where there is no such file."""
        self._path = path
        self._checkpoints: list[Signed] = []
        self._roots: list[Signed] = []
        self._end: End | None = None
        self._strange: list[int] = []
        try:
            with path.open("rb") as lines:
                head = _object(next(lines, b""))
                if head.get("kind") != EXPORT:
                    raise NotFoundError(
                        f"{path} is no export of an audit trail.", remedy="Name another.", field="export"
                    )
                for number, line in enumerate(lines, 2):
                    if not line.startswith(ROW):
                        self._take(line, number)
                    elif _row_of(line) is None:
                        self._strange.append(number)
        except OSError as error:
            raise NotFoundError(
                f"{path} cannot be read: {error.strerror}.", remedy="Name another.", field="export"
            ) from error

    def checkpoints(self) -> list[Signed]:
        """As the file has them."""
        return self._checkpoints

    def roots(self) -> list[Signed]:
        """As the file has them."""
        return self._roots

    def end(self) -> End | None:
        """The end as it was when the export was made."""
        return self._end

    def still(self) -> AbstractContextManager[None]:
        """A file that nobody writes to."""
        return nullcontext()

    def unreadable(self) -> list[str]:
        """Lines that are not exactly as `write_export` writes them, counted from 1."""
        return [f"line {number} of the export was changed" for number in self._strange]

    def rows(self) -> Iterator[Row]:
        """A line that is not exactly what its row would be written as is a row whose hash does not fit."""
        with self._path.open("rb") as lines:
            for line in lines:
                if line.startswith(ROW):
                    row = _row_of(line)
                    if row is not None:
                        yield row

    def _take(self, line: bytes, number: int) -> None:
        found = _object(line)
        if set(found) == {"checkpoint", "signature"}:
            record = str(found["checkpoint"])
            self._checkpoints.append(
                Signed(record, str(found["signature"]), size=_int(_object(record.encode()).get("seq")))
            )
        elif set(found) == {"root", "signature", "stamp"}:
            record = str(found["root"])
            inner = _object(record.encode())
            self._roots.append(
                Signed(
                    record,
                    str(found["signature"]),
                    _int(inner.get("number")),
                    _int(inner.get("size")),
                    _bytes(found["stamp"]),
                )
            )
        elif set(found) == {"end"} and isinstance(found["end"], dict):
            self._end = End(_int(found["end"].get("seq")), str(found["end"].get("hash")))
        else:
            self._strange.append(number)
            return
        if _line(found) != line:
            self._strange.append(number)


def write_export(trail: Trail, path: Path) -> int:
    """Write a trail as lines of JSON; returns how many rows. docs/reference/audit.md says what each line is."""
    count = 0
    with trail.still(), path.open("wb") as out:
        out.write(_line({"kind": EXPORT}))
        for one in trail.checkpoints():
            out.write(_line({"checkpoint": one.record, "signature": one.signature}))
        for row in trail.rows():
            out.write(row_line(row))
            count += 1
        for one in trail.roots():
            stamp = b64encode(one.stamp).decode()
            out.write(_line({"root": one.record, "signature": one.signature, "stamp": stamp}))
        end = trail.end()
        if end is not None:
            out.write(_line({"end": {"hash": end.hash, "seq": end.seq}}))
    return count


def mirrored_roots(folder: Path) -> list[Signed]:
    """The roots that a mirror has; files that are none are left out, for the mirror is only an aid."""
    found = []
    for path in sorted(folder.glob("root-*.json")):
        kept = _object(path.read_bytes())
        record = str(kept.get("record", ""))
        inner = _object(record.encode())
        found.append(
            Signed(
                record,
                str(kept.get("signature", "")),
                _int(inner.get("number")),
                _int(inner.get("size")),
                _bytes(kept.get("stamp")),
            )
        )
    return found


def row_line(row: Row) -> bytes:
    """A row as exports and evidence packs write it."""
    return b'{"hash":"%s","prev_hash":"%s","row":%s}\n' % (row.hash.encode(), row.prev_hash.encode(), row.committed())


def _row_of(line: bytes) -> Row | None:
    found = _object(line)
    inner = found.get("row")
    if not isinstance(inner, dict) or not isinstance(inner.get("seq"), int):
        return None
    try:
        version = inner.pop("v")
        row = Row(**inner, prev_hash=str(found["prev_hash"]), hash=str(found["hash"]))
        if version == 1 and row_line(row) == line:
            return row
    except (TypeError, KeyError, ValueError):
        pass
    return Row(inner["seq"], "", "", None, "", "", "", None, "", None, "", line.decode("utf-8", "backslashreplace"))


def _lenient(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _strange(found: tuple[object, ...]) -> Row:
    """A row with a value of a kind that is never written: it is shown as text, and fits no hash."""
    seq, at, *others = (one if isinstance(one, str | int | None) else repr(one) for one in found)
    texts = {place: str(others[place]) for place in (10, 11)}
    others[10:] = texts.values()
    return Row(_int(seq), _moment(at), *others)  # type: ignore[arg-type] # what it is made of is what is in question


def _moment(value: object) -> str:
    """SQLite keeps `2026-01-01 10:20:30.123456`, without the fraction where it is 0; anything else fits no hash."""
    if isinstance(value, str) and len(value) == 26 and value[10] == " " and value[19] == ".":
        return f"{value[:10]}T{value[11:]}Z" if not value.endswith(".000000") else value
    if isinstance(value, str) and len(value) == 19 and value[10] == " ":
        return f"{value[:10]}T{value[11:]}.000000Z"
    return repr(value)


def _object(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _line(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _int(value: object) -> int:
    return value if isinstance(value, int) else -1


def _bytes(value: object) -> bytes:
    try:
        return b64decode(str(value or ""), validate=True)
    except ValueError:
        return b"?"

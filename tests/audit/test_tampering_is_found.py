"""The offline verifier finds any byte of the table that was changed, and says where."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.anchors import NOTHING, Base, Root, checkpoint_text, digest, frontier_text, read_base
from rightcast.domain.chain import Row, Wrong, canonical
from rightcast.domain.merkle import Frontier
from rightcast.state.signing import Signer
from rightcast.state.trail import DatabaseTrail, ExportTrail, write_export
from rightcast.state.verifying import Verdict, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS, ROOTS_AT = 12, (4, 9)
SIGNER = Signer(bytes(range(32)))
AT = "2026-01-02T03:04:05.600700Z"
COLUMNS = [
    "seq",
    "at",
    "actor_kind",
    "user_id",
    "actor_name",
    "action",
    "subject",
    "subject_id",
    "person_kind",
    "person_id",
    "sentence",
    "detail",
    "prev_hash",
    "hash",
]
TABLES = """
CREATE TABLE audit_auditrow (at datetime, actor_kind varchar(16), action varchar(64), subject varchar(32),
 subject_id bigint, user_id integer, actor_name text, sentence text, detail text, person_kind varchar(16),
 person_id bigint, prev_hash varchar(64), hash varchar(64), seq bigint PRIMARY KEY);
CREATE TABLE audit_chainhead (id integer PRIMARY KEY, seq bigint, hash varchar(64));
CREATE TABLE audit_checkpoint (seq bigint PRIMARY KEY, record text, signature varchar(128));
CREATE TABLE audit_signedroot (number bigint PRIMARY KEY, size bigint, record text, signature varchar(128), stamp BLOB);
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database whose rows 1 to 12 have roots at 4 and at 9."""
    path = tmp_path_factory.mktemp("trail") / "trail.sqlite3"
    genesis = canonical({"at": AT, "kind": "rightcast-genesis-1", "nonce": "00", "seq": 0, "taken_in": 0}).decode()
    with closing(sqlite3.connect(path)) as database:
        database.executescript(TABLES)
        database.execute("INSERT INTO audit_checkpoint VALUES (0, ?, ?)", (genesis, SIGNER.sign(genesis)))
        before, tree, previous, since = read_base(genesis).hash, Frontier(), NOTHING, 0
        for seq in range(1, ROWS + 1):
            blank = Row(
                seq, AT, "staff", 3, "sealed:é", "line.add", "line", 40 + seq, "line", 7, f"did {seq}", '{"a":1}'
            )
            row = replace(blank, prev_hash=before, hash=blank.hash_after(before))
            stored = [seq, "2026-01-02 03:04:05.600700"]
            stored += [getattr(row, "actor_id" if name == "user_id" else name) for name in COLUMNS[2:]]
            database.execute(f"INSERT INTO audit_auditrow ({','.join(COLUMNS)}) VALUES ({','.join('?' * 14)})", stored)
            before = row.hash
            tree.append(bytes.fromhex(before))
            if seq in ROOTS_AT:
                root = Root(
                    number=ROOTS_AT.index(seq) + 1,
                    first=since + 1,
                    size=seq,
                    at=AT,
                    root=tree.root.hex(),
                    chain=before,
                    frontier=frontier_text(tree),
                    previous=previous,
                    key=SIGNER.fingerprint,
                ).text()
                stamped = (ROOTS_AT.index(seq) + 1, seq, root, SIGNER.sign(root))
                database.execute("INSERT INTO audit_signedroot VALUES (?, ?, ?, ?, NULL)", stamped)
                previous, since = digest(root), seq
        database.execute("INSERT INTO audit_chainhead VALUES (1, ?, ?)", (ROWS, before))
        database.commit()
    return path.read_bytes()


@pytest.fixture
def path(original: bytes, tmp_path: Path) -> Path:
    """A copy to spoil."""
    made = tmp_path / "trail.sqlite3"
    made.write_bytes(original)
    return made


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for one in statements:
            database.execute(one)
        database.commit()


def verdict(path: Path) -> Verdict:
    return verify(DatabaseTrail(path), public=SIGNER.public)


def places(found: Verdict) -> list[tuple[Wrong, int, int]]:
    return [(one.wrong, one.first, one.last) for one in found.faults]


def rewrite(path: Path, at: int) -> None:
    """What somebody does who knows the format: change a row, and chain all after it anew."""
    rows = list(DatabaseTrail(path).rows())
    before = rows[at - 1].prev_hash
    with closing(sqlite3.connect(path)) as database:
        for row in rows[at - 1 :]:
            other = replace(row, sentence="other") if row.seq == at else row
            made = other.hash_after(before)
            values = (other.sentence, before, made, row.seq)
            database.execute("UPDATE audit_auditrow SET sentence = ?, prev_hash = ?, hash = ? WHERE seq = ?", values)
            before = made
        database.execute("UPDATE audit_chainhead SET hash = ?", (before,))
        database.commit()


def test_a_trail_that_nobody_touched_holds(path: Path) -> None:
    found = verdict(path)
    assert found.faults == []
    assert (found.rows, found.first, found.last, found.roots, found.anchored) == (12, 1, 12, 2, 9)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE audit_auditrow SET sentence = 'other' WHERE seq = 5"], (Wrong.CHANGED, 5, 5)),
        (["UPDATE audit_auditrow SET at = '2026-01-02 03:04:05' WHERE seq = 5"], (Wrong.CHANGED, 5, 5)),
        (["UPDATE audit_auditrow SET sentence = CAST(sentence AS BLOB) WHERE seq = 5"], (Wrong.CHANGED, 5, 5)),
        (["UPDATE audit_auditrow SET subject_id = 9e999 WHERE seq = 5"], (Wrong.CHANGED, 5, 5)),
        (["DELETE FROM audit_auditrow WHERE seq = 5"], (Wrong.MISSING, 5, 5)),
        (["DELETE FROM audit_auditrow WHERE seq <= 2"], (Wrong.MISSING, 1, 2)),
        (["DELETE FROM audit_auditrow WHERE seq > 7"], (Wrong.TRUNCATED, 8, 9)),
        (["DELETE FROM audit_auditrow WHERE seq > 10"], (Wrong.TRUNCATED, 11, 12)),
        (
            [
                "UPDATE audit_auditrow SET seq = -1 WHERE seq = 5",
                "UPDATE audit_auditrow SET seq = 5 WHERE seq = 6",
                "UPDATE audit_auditrow SET seq = 6 WHERE seq = -1",
            ],
            (Wrong.CHANGED, 5, 5),
        ),
        (["UPDATE audit_chainhead SET seq = 11"], (Wrong.INSERTED, 12, 12)),
        (["DELETE FROM audit_chainhead"], (Wrong.HEAD, 12, 12)),
        (["DELETE FROM audit_signedroot WHERE number = 1"], (Wrong.ROOT, 5, 9)),
        (["UPDATE audit_signedroot SET size = 5 WHERE number = 1"], (Wrong.ROOT, 4, 4)),
        (["UPDATE audit_signedroot SET signature = record WHERE number = 1"], (Wrong.SIGNATURE, 1, 4)),
        (["UPDATE audit_signedroot SET stamp = x'3000' WHERE number = 1"], (Wrong.SIGNATURE, 1, 4)),
        (["DELETE FROM audit_checkpoint"], (Wrong.CHECKPOINT, 0, 0)),
    ],
)
def test_what_was_done_to_the_tables_is_named_with_its_rows(
    path: Path, statements: list[str], expected: tuple[Wrong, int, int]
) -> None:
    spoil(path, *statements)
    assert places(verdict(path))[0] == expected


def test_a_chain_written_anew_does_not_give_the_signed_root(path: Path) -> None:
    rewrite(path, 6)
    assert places(verdict(path)) == [(Wrong.ROOT, 5, 9)]


def test_a_chain_written_anew_after_the_last_root_is_not_found(path: Path) -> None:
    rewrite(path, 11)
    found = verdict(path)
    assert found.holds
    assert found.anchored == 9  # and so much, and no more, is said to be proven


def test_a_trail_cut_before_its_roots_is_found_by_a_mirror(path: Path) -> None:
    roots = DatabaseTrail(path).roots()
    last = list(DatabaseTrail(path).rows())[3]
    spoil(
        path,
        "DELETE FROM audit_auditrow WHERE seq > 4",
        "DELETE FROM audit_signedroot WHERE number = 2",
        f"UPDATE audit_chainhead SET seq = 4, hash = '{last.hash}'",
    )
    assert verdict(path).holds
    found = verify(DatabaseTrail(path), public=SIGNER.public, witnessed=roots)
    assert places(found) == [(Wrong.TRUNCATED, 5, 9)]


def test_a_signature_of_another_key_is_none(path: Path) -> None:
    found = verify(DatabaseTrail(path), public=Signer(bytes(32)).public)
    assert {one.wrong for one in found.faults} == {Wrong.SIGNATURE}


def test_a_pruned_trail_holds_from_its_checkpoint_on(path: Path) -> None:
    rows, tree = list(DatabaseTrail(path).rows()), Frontier()
    for row in rows[:6]:
        tree.append(bytes.fromhex(row.hash))
    base = Base(seq=6, hash=rows[5].hash, frontier=frontier_text(tree))
    record = checkpoint_text(base, at=AT, through=AT, key=SIGNER.fingerprint)
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO audit_checkpoint VALUES (6, ?, ?)", (record, SIGNER.sign(record)))
        database.execute("DELETE FROM audit_auditrow WHERE seq <= 6")
        database.commit()
    found = verdict(path)
    assert (found.faults, found.first, found.anchored) == ([], 7, 9)


def test_every_field_of_the_table_that_is_changed_is_found_at_its_row(path: Path, original: bytes) -> None:
    chance = random.Random(1)
    for _ in range(150):
        path.write_bytes(original)
        seq, column = chance.randint(1, ROWS), chance.choice(COLUMNS[1:])
        with closing(sqlite3.connect(path)) as database:
            (raw,) = database.execute(f"SELECT CAST({column} AS BLOB) FROM audit_auditrow WHERE seq = {seq}").fetchone()
            at = chance.randrange(len(raw))
            flipped = raw[:at] + bytes([raw[at] ^ (1 << chance.randrange(8))]) + raw[at + 1 :]
            database.execute(f"UPDATE audit_auditrow SET {column} = CAST(? AS TEXT) WHERE seq = {seq}", (flipped,))
            (stored,) = database.execute(
                f"SELECT CAST({column} AS BLOB) FROM audit_auditrow WHERE seq = {seq}"
            ).fetchone()
            database.commit()
        if stored == raw:  # a number that was written another way is the same number
            continue
        assert any(one.first == one.last == seq for one in verdict(path).faults), (seq, column, flipped)


def _content(trail: DatabaseTrail) -> object:
    return list(trail.rows()), trail.checkpoints(), trail.roots(), trail.end()


def test_every_byte_of_the_file_that_is_flipped_is_found_or_means_nothing(path: Path, original: bytes) -> None:
    chance = random.Random(2)
    whole = _content(DatabaseTrail(path))
    for _ in range(250):
        at = chance.randrange(100, len(original))
        path.write_bytes(original[:at] + bytes([original[at] ^ (1 << chance.randrange(8))]) + original[at + 1 :])
        found = verdict(path)
        assert found.faults or _content(DatabaseTrail(path)) == whole, at


class Busy(DatabaseTrail):
    """A station on air: a deed is written while its trail is read."""

    def rows(self) -> Iterator[Row]:
        yield from super().rows()
        spoil(self._path, "UPDATE audit_chainhead SET seq = 13")


def test_deeds_of_a_station_on_air_do_not_disturb_who_verifies(path: Path) -> None:
    spoil(path, "PRAGMA journal_mode = WAL")
    assert verify(Busy(path), public=SIGNER.public).holds
    assert not verdict(path).holds


def test_an_export_holds_and_every_byte_of_it_counts(path: Path, tmp_path: Path) -> None:
    export = tmp_path / "trail.jsonl"
    assert write_export(DatabaseTrail(path), export) == ROWS
    assert verify(ExportTrail(export), public=SIGNER.public).anchored == 9
    whole, chance = export.read_bytes(), random.Random(3)
    first = whole.index(b"\n") + 1
    for _ in range(150):
        at = chance.randrange(first, len(whole))
        export.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :])
        assert verify(ExportTrail(export), public=SIGNER.public).faults, at


def test_faults_of_an_export_name_the_row(path: Path, tmp_path: Path) -> None:
    export = tmp_path / "trail.jsonl"
    write_export(DatabaseTrail(path), export)
    export.write_bytes(export.read_bytes().replace(b"did 5", b"did 6"))
    assert places(verify(ExportTrail(export), public=SIGNER.public)) == [(Wrong.CHANGED, 5, 5)]


def test_verifying_needs_no_django() -> None:
    import subprocess
    import sys

    said = "import sys, rightcast.state.verifying, rightcast.state.trail; assert 'django' not in sys.modules"
    subprocess.run([sys.executable, "-c", said], check=True, timeout=60)

"""The audit trail: how many deeds a second go into it through the database, and how long verifying a million takes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.figures import Figure, at_least, at_most
from bench.rig import BUILD, SERVER_CPU, RigError, rigged
from rightcast.domain.anchors import NOTHING, Root, digest, frontier_text, read_base
from rightcast.domain.chain import Row, canonical
from rightcast.domain.merkle import Frontier
from rightcast.state.signing import Signer

if TYPE_CHECKING:
    from pathlib import Path

AT, STORED_AT = "2026-01-02T03:04:05.600700Z", "2026-01-02 03:04:05.600700"
ROOT_EVERY = 10_000
SIGNS = Signer(bytes(range(32)))
TABLES = """
CREATE TABLE audit_auditrow (at datetime, actor_kind varchar(16), action varchar(64), subject varchar(32),
 subject_id bigint, user_id integer, actor_name text, sentence text, detail text, person_kind varchar(16),
 person_id bigint, prev_hash varchar(64), hash varchar(64), seq bigint PRIMARY KEY);
CREATE TABLE audit_chainhead (id integer PRIMARY KEY, seq bigint, hash varchar(64));
CREATE TABLE audit_checkpoint (seq bigint PRIMARY KEY, record text, signature varchar(128));
CREATE TABLE audit_signedroot (number bigint PRIMARY KEY, size bigint, record text, signature varchar(128), stamp BLOB);
"""
INSERT = "INSERT INTO audit_auditrow VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
VERIFY = """
import sys
from pathlib import Path
from rightcast.state.trail import DatabaseTrail
from rightcast.state.verifying import verify
found = verify(DatabaseTrail(Path(sys.argv[1])), public=bytes.fromhex(sys.argv[2]))
sys.exit(0 if found.holds and found.anchored == found.rows == int(sys.argv[3]) else 1)
"""


def append(quick: bool) -> list[Figure]:
    """Deeds of one row through `operating`, one after the other, each committed before the next begins."""
    count = 1_000 if quick else 20_000
    taken = {}
    for mode, how_many in (("plain", count), ("sealed", count), ("synced", count // 10)):
        BUILD.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:  # a disk, not the rig's memory: commits are what counts
            command = ["taskset", "-c", str(SERVER_CPU), sys.executable, "-m", "bench.audit_writer"]
            done = subprocess.run(
                [*command, folder, str(how_many), mode],
                capture_output=True,
                text=True,
                timeout=180,
                check=False,
            )
            if done.returncode:
                raise RigError(f"the writer ended with {done.returncode}: {done.stderr[-300:]}")
            taken[mode] = json.loads(done.stdout)
    print(f"  an fsync for each deed: {taken['synced']:,.0f}/s", flush=True)
    what = f"deeds/s of one row, each in a committed transaction of its own, {count:,} of them, one core"
    return [
        Figure(
            name="rights.audit_append",
            value=taken["plain"],
            goal=at_least(2000),
            unit=what,
            reference="the same with an fsync for each deed (synchronous = FULL)",
            reference_value=taken["synced"],
        ),
        Figure(
            name="rights.audit_append_sealed",
            value=taken["sealed"],
            goal=at_least(1000),
            unit=f"{what}; about lines, by an operator, so that three texts are sealed",
        ),
    ]


def verify(quick: bool) -> list[Figure]:
    """Seconds of the verifier over a database of so many rows with a signed root every 10,000."""
    rows = 50_000 if quick else 1_000_000
    with rigged(quick) as rig:
        path = rig.folder / "trail.sqlite3"
        write_trail(path, rows)
        command = ["taskset", "-c", str(SERVER_CPU), sys.executable, "-c", VERIFY, str(path), SIGNS.public.hex()]
        begin = time.monotonic()
        done = subprocess.run([*command, str(rows)], capture_output=True, text=True, timeout=300, check=False)
        seconds = time.monotonic() - begin
        if done.returncode:
            raise RigError(f"the trail does not hold: {done.stderr[-300:]}")
    unit = (
        f"s to verify a trail of {rows:,} rows and {rows // ROOT_EVERY} signed roots, process start included, one core"
    )
    return [Figure(name="rights.audit_verify", value=seconds, goal=at_most(30), unit=unit)]


def write_trail(path: Path, count: int) -> None:
    """A whole trail, as a station would have written it."""
    genesis = canonical({"at": AT, "kind": "rightcast-genesis-1", "nonce": "00", "seq": 0, "taken_in": 0}).decode()
    before, tree, last, number = read_base(genesis).hash, Frontier(), NOTHING, 0
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"PRAGMA synchronous = OFF; {TABLES}")
        database.execute("INSERT INTO audit_checkpoint VALUES (0, ?, ?)", (genesis, SIGNS.sign(genesis)))
        for begin in range(0, count, ROOT_EVERY):
            values = []
            for seq in range(begin + 1, min(begin + ROOT_EVERY, count) + 1):
                row = _row(seq, before)
                before = row.hash
                tree.append(bytes.fromhex(before))
                values.append(_stored(row))
            database.executemany(INSERT, values)
            number += 1
            record = Root(
                number=number,
                first=begin + 1,
                size=tree.size,
                at=AT,
                root=tree.root.hex(),
                chain=before,
                frontier=frontier_text(tree),
                previous=last,
                key=SIGNS.fingerprint,
            ).text()
            last = digest(record)
            signed = (number, tree.size, record, SIGNS.sign(record))
            database.execute("INSERT INTO audit_signedroot VALUES (?, ?, ?, ?, NULL)", signed)
        database.execute("INSERT INTO audit_chainhead VALUES (1, ?, ?)", (tree.size, before))
        database.commit()


def _row(seq: int, before: str) -> Row:
    sentence, detail = f"changed channel {seq % 500}", f'{{"name":"Channel {seq % 500}","number":{seq}}}'
    blank = Row(seq, AT, "staff", 3, "sealed:" + "x" * 60, "channel.update", "channel", 7, "", None, sentence, detail)
    return replace(blank, prev_hash=before, hash=blank.hash_after(before))


def _stored(row: Row) -> tuple[object, ...]:
    return (
        STORED_AT,
        row.actor_kind,
        row.action,
        row.subject,
        row.subject_id,
        row.actor_id,
        row.actor_name,
        row.sentence,
        row.detail,
        row.person_kind,
        row.person_id,
        row.prev_hash,
        row.hash,
        row.seq,
    )

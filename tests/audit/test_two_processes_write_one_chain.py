"""Deeds of several processes at once stand in one chain without a gap or a fork."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Any

from django.db import connections

from rightcast.panel.audit.models import AuditRow, ChainHead, Checkpoint, PersonKey
from rightcast.panel.audit.operations import Actor
from rightcast.panel.operation import operating
from rightcast.state.trail import DatabaseTrail
from rightcast.state.verifying import verify

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings

DEEDS, PROCESSES = 60, 3
LONGEST_S = 60


def _write(path: str, blocker: Any, begin: Any) -> None:
    """In a process of its own, with a connection of its own to the same file."""
    with blocker.unblock():
        connections.settings["default"]["NAME"] = path
        del connections["default"]
        begin.wait(LONGEST_S)
        for number in range(DEEDS):
            with operating(Actor.system(), "") as deed:
                deed.record("line.update", number % 5 + 1, "changed a line")
                if number % 3 == 0:
                    deed.record("channel.update", 1, "changed a channel")


def _make(path: str, blocker: Any) -> None:
    with blocker.unblock():
        connections.settings["default"]["NAME"] = path
        del connections["default"]
        with connections["default"].schema_editor() as editor:
            for table in (AuditRow, ChainHead, Checkpoint, PersonKey):
                editor.create_model(table)


def test_processes_that_write_at_once_make_one_chain(
    station: StationSettings, django_db_blocker: Any, tmp_path: Path
) -> None:
    path = str(tmp_path / "trail.sqlite3")
    forking = multiprocessing.get_context("fork")
    maker = forking.Process(target=_make, args=(path, django_db_blocker))
    maker.start()
    maker.join(LONGEST_S)
    begin = forking.Barrier(PROCESSES)
    writers = [forking.Process(target=_write, args=(path, django_db_blocker, begin)) for _ in range(PROCESSES)]
    for one in writers:
        one.start()
    for one in writers:
        one.join(LONGEST_S)
    assert [one.exitcode for one in writers] == [0] * PROCESSES
    found = verify(_Chain(tmp_path / "trail.sqlite3"))
    assert (found.faults, found.rows) == ([], PROCESSES * (DEEDS + DEEDS // 3))


class _Chain(DatabaseTrail):
    """Tables of the chain alone."""

    def unreadable(self) -> list[str]:
        return []

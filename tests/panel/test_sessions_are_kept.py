"""The panel takes in what edges wrote of sessions exactly once, and forgets it in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rightcast.contract.session_records import EdgeStarted, RefusalCount, SessionRecord, SpoolDropped, Written
from rightcast.panel.audit.erasing import erase_subject
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.privacy.sweeping import Nightly, sweep
from rightcast.panel.usage.models import RefusalRow, SessionRow, StandRow
from rightcast.panel.usage.taking import take, take_sessions
from rightcast.state.session_spool import SpoolWriter

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 11, 1, 20, 0, tzinfo=UTC).timestamp()


def session(name: str = "a", **changes: Any) -> SessionRecord:
    """An hour of one line."""
    said: dict[str, Any] = {
        "id": f"e0.{name}@0.1", "sid": f"e0.{name}", "edge": 0, "line_id": 7, "line": "anna", "channel_id": 1,
        "kind": "ts", "began": T0, "rights": [(5, T0)], "address": "192.0.2.77", "player": "VLC",
        "ended": T0 + 3600, "reason": "hung_up", "bytes_sent": 10,
    }  # fmt: skip
    return SessionRecord(**said | changes)


def begun(name: str = "a") -> SessionRecord:
    """The same, written when it began."""
    return session(name, ended=0.0, reason="", bytes_sent=0)


def test_a_record_that_comes_twice_is_one(station: StationSettings) -> None:
    writer = SpoolWriter(station.session_spool, 0)
    for records in ([begun()], [session()], [session()]):
        writer.append(list(records))
    assert take_sessions() == 3
    assert [(row.line_name, row.reason, row.bytes_sent) for row in SessionRow.objects.all()] == [
        ("anna", "hung_up", 10)
    ]
    assert StandRow.objects.count() == 1
    assert take_sessions() == 0


def test_an_older_state_does_not_bring_an_ended_session_back() -> None:
    take([session()])
    take([begun()])
    assert SessionRow.objects.get().ended is not None
    assert StandRow.objects.get().ended is not None


def test_each_right_a_session_stood_on_has_its_own_stretch(channel: Channel) -> None:
    take([session(rights=[(5, T0), (6, T0 + 600)])])
    stretches = [(one.right_id, (one.ended - one.began).total_seconds()) for one in StandRow.objects.all() if one.ended]
    assert stretches == [(5, 600.0), (6, 3000.0)]


def test_what_a_dead_edge_left_running_ended_with_its_last_sign() -> None:
    take([begun("a"), begun("b")])
    sent: Written = EdgeStarted(edge=0, at=T0 + 500, alive=T0 + 480, bytes_sent={"e0.a": 99})
    take([sent, session("c", began=T0 + 501, ended=0.0)])
    rows = {row.sid: row for row in SessionRow.objects.all()}
    ended = rows["e0.a"].ended
    assert ended is not None
    assert (ended.timestamp(), rows["e0.a"].reason, rows["e0.a"].bytes_sent) == (T0 + 480, "edge_stopped", 99)
    assert rows["e0.c"].ended is None


def test_refusals_are_added_once() -> None:
    count = RefusalCount(id="e0.1.1.no", channel_id=1, reason="no-right", began=T0, until=T0 + 60, count=4)
    take([count])
    take([count])
    assert [row.count for row in RefusalRow.objects.all()] == [4]


def test_records_that_were_lost_are_told_in_the_trail() -> None:
    take([SpoolDropped(at=T0, lines=3)])
    assert "3 session records were lost" in AuditRow.objects.get().sentence


def test_a_late_record_brings_nothing_of_an_erased_line_back(actor: Actor) -> None:
    erase_subject(actor, "line", 7)
    take([session()])
    row = SessionRow.objects.get()
    assert (row.line_id, row.line_name, row.address, row.player) == (None, "", "", "")


def test_the_sweep_cuts_addresses_after_a_week_and_says_so() -> None:
    take([session()])
    late = datetime.fromtimestamp(T0, UTC) + timedelta(days=8)
    assert sweep(late) == {"addresses cut short": 1}
    assert SessionRow.objects.get().address == "192.0.2.0/24"
    assert "1 addresses cut short" in AuditRow.objects.get().sentence
    assert sweep(late) == {}


def test_the_sweep_forgets_sessions_after_their_time() -> None:
    take([session()])
    assert sweep(datetime.fromtimestamp(T0, UTC) + timedelta(days=91))["sessions forgotten"] == 1
    assert not SessionRow.objects.exists()
    assert not StandRow.objects.exists()


def test_it_sweeps_once_a_night() -> None:
    nightly, noon = Nightly(), datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    looks = [noon, noon + timedelta(hours=14), noon + timedelta(hours=16)]
    assert [nightly.look(moment) for moment in looks] == [True, False, True]


def test_the_console_lists_sessions_with_their_rights(console: Client) -> None:
    take([session()])
    page = console.get("/usage/sessionrow/").content.decode()
    assert "anna" in page
    assert "right 5" in page
    assert "hung up" in page
    assert console.get("/usage/sessionrow/e0.a_400.1/change/").status_code == 200

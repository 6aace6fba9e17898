"""Each operation writes its audit row and the outbox rows of what it changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.catalogue import Kind
from rightcast.domain.cues import SignalPolicy
from rightcast.domain.findings import Severity
from rightcast.panel.alarms import operations as alarms
from rightcast.panel.alarms.models import AlarmRow
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.blackouts import operations as blackouts
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.lines import operations as lines
from rightcast.panel.publish.models import OutboxRow
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights import steps
from rightcast.panel.station import operations as station_operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db
LATER = datetime(2099, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SYSLOG = {"host": "127.0.0.1:9"}
RULE: alarms.RuleFields = {
    "kind": "channel-silent",
    "channel_ids": [],
    "enabled": True,
    "severity": None,
    "raise_after_s": 9.0,
    "clear_after_s": None,
}
QUIET: alarms.QuietFields = {
    "name": "night",
    "channel_ids": [],
    "kinds": [],
    "days": [5],
    "begins": None,
    "ends": None,
    "not_before": None,
    "not_after": None,
}


class World:
    """One of each record."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.channel = catalogue.create_channel(
            actor, name="One", sources=[catalogue.SourceInput("http://bob:pw@host/one.ts")]
        )
        self.category = catalogue.create_category(actor, name="News")
        self.lineup = catalogue.create_lineup(actor, name="All", entries=[(self.channel.id, None, None)])
        self.package = catalogue.create_package(actor, name="Base", lineup_ids=[self.lineup.id])
        self.right = rights.record_right(
            actor,
            reference="R1",
            licensor="L",
            instrument="contract",
            channel_ids=[self.channel.id],
            territories=["IT"],
        )
        self.line = lines.create_line(actor, name="anna", package_ids=[self.package.id]).line
        self.alarm = AlarmRow.objects.create(
            subject_kind="channel", subject_id="1", kind="channel-silent", severity=3, since=NOW, raised=NOW
        )
        self.blackout = blackouts.add_blackout(actor, name="Final", channel_ids=[self.channel.id])
        self.notifier = alarms.add_notifier(actor, name="log", kind="syslog", settings=SYSLOG)
        self.rule = alarms.add_rule(actor, **RULE)
        self.quiet = alarms.add_quiet(actor, **QUIET)


DEEDS: list[tuple[str, Kind | None, Callable[[World], object]]] = [
    ("channel.update", Kind.CHANNEL, lambda w: catalogue.update_channel(w.actor, w.channel.id, name="Two")),
    ("channel.hold", Kind.CHANNEL, lambda w: catalogue.hold_channel(w.actor, w.channel.id)),
    ("channel.publish", Kind.CHANNEL, lambda w: catalogue.publish_channel(w.actor, w.channel.id)),
    ("channel.remove", Kind.LINEUP, lambda w: catalogue.remove_channel(w.actor, w.channel.id)),
    ("category.update", None, lambda w: catalogue.update_category(w.actor, w.category.id, name="N", position=1)),
    ("category.remove", None, lambda w: catalogue.remove_category(w.actor, w.category.id)),
    ("lineup.update", Kind.LINEUP, lambda w: catalogue.set_lineup_entries(w.actor, w.lineup.id, [])),
    ("lineup.remove", Kind.PACKAGE, lambda w: catalogue.remove_lineup(w.actor, w.lineup.id)),
    (
        "package.update",
        Kind.PACKAGE,
        lambda w: catalogue.update_package(w.actor, w.package.id, name="P", lineup_ids=[w.lineup.id]),
    ),
    ("package.remove", Kind.LINE, lambda w: catalogue.remove_package(w.actor, w.package.id)),
    ("right.update", Kind.RIGHT, lambda w: rights.update_right(w.actor, w.right.id, territories=["GB"])),
    ("right.end", Kind.RIGHT, lambda w: rights.end_right(w.actor, w.right.id)),
    ("right.suspend", Kind.RIGHT, lambda w: steps.suspend_right(w.actor, w.right.id)),
    ("right.withdraw", Kind.RIGHT, lambda w: steps.withdraw_right(w.actor, w.right.id)),
    ("right.remove", Kind.RIGHT, lambda w: rights.remove_right(w.actor, w.right.id)),
    ("line.disable", Kind.LINE, lambda w: lines.disable_line(w.actor, w.line.id)),
    ("line.enable", Kind.LINE, lambda w: lines.enable_line(w.actor, w.line.id)),
    ("line.ban", Kind.LINE, lambda w: lines.ban_line(w.actor, w.line.id)),
    ("line.extend", Kind.LINE, lambda w: lines.extend_line(w.actor, w.line.id, LATER)),
    ("line.kick", Kind.LINE, lambda w: lines.kick_line(w.actor, w.line.id)),
    ("line.change-secret", Kind.LINE, lambda w: lines.change_secret(w.actor, w.line.id)),
    ("line.set-packages", Kind.LINE, lambda w: lines.set_packages(w.actor, w.line.id, [])),
    ("line.remove", Kind.LINE, lambda w: lines.remove_line(w.actor, w.line.id)),
    (
        "station.update",
        Kind.STATION,
        lambda w: station_operations.update_station(w.actor, name="S", territory="GB"),
    ),
    (
        "station.signals",
        Kind.STATION,
        lambda w: station_operations.set_signal_policy(w.actor, SignalPolicy(own_networks=("10.0.0.0/8",))),
    ),
    (
        "blackout.add",
        Kind.BLACKOUT,
        lambda w: blackouts.add_blackout(w.actor, name="Two", channel_ids=[w.channel.id], ends=LATER),
    ),
    ("blackout.lift", Kind.BLACKOUT, lambda w: blackouts.lift_blackout(w.actor, w.blackout.id)),
    ("alarm.acknowledge", None, lambda w: alarms.acknowledge(w.actor, w.alarm.id, note="seen")),
    ("alarm.reopen", None, lambda w: alarms.withdraw_acknowledgement(w.actor, w.alarm.id)),
    ("alarm.note", None, lambda w: alarms.add_note(w.actor, w.alarm.id, "a note")),
    ("notifier.add", None, lambda w: alarms.add_notifier(w.actor, name="two", kind="syslog", settings=SYSLOG)),
    (
        "notifier.update",
        None,
        lambda w: alarms.update_notifier(
            w.actor, w.notifier.id, name="log", settings=SYSLOG, least=Severity.INFO, enabled=False
        ),
    ),
    ("notifier.test", None, lambda w: alarms.send_test(w.actor, w.notifier.id)),
    ("notifier.remove", None, lambda w: alarms.remove_notifier(w.actor, w.notifier.id)),
    ("alarmrule.add", None, lambda w: alarms.add_rule(w.actor, **RULE)),
    ("alarmrule.update", None, lambda w: alarms.update_rule(w.actor, w.rule.id, **RULE)),
    ("alarmrule.remove", None, lambda w: alarms.remove_rule(w.actor, w.rule.id)),
    ("quiettime.add", None, lambda w: alarms.add_quiet(w.actor, **{**QUIET, "name": "two"})),
    ("quiettime.update", None, lambda w: alarms.update_quiet(w.actor, w.quiet.id, **QUIET)),
    ("quiettime.remove", None, lambda w: alarms.remove_quiet(w.actor, w.quiet.id)),
]


@pytest.mark.parametrize(("action", "kind", "deed"), DEEDS, ids=[deed[0] for deed in DEEDS])
def test_an_operation_writes_an_audit_row_and_outbox_rows(
    actor: Actor, action: str, kind: Kind | None, deed: Callable[[World], object]
) -> None:
    world = World(actor)
    OutboxRow.objects.all().delete()
    seen = AuditRow.objects.count()
    deed(world)
    row = AuditRow.objects.order_by("-id").first()
    assert AuditRow.objects.count() == seen + 1
    assert row is not None
    assert (row.action, row.actor_kind) == (action, "system")
    kinds = set(OutboxRow.objects.values_list("kind", flat=True))
    assert kind is None or kind.value in kinds


def test_no_secret_and_no_password_of_a_source_reaches_the_trail(actor: Actor) -> None:
    world = World(actor)
    made = lines.change_secret(actor, world.line.id)
    catalogue.update_channel(actor, world.channel.id, sources=[catalogue.SourceInput("http://bob:hidden@host/two.ts")])
    text = " ".join(f"{row.sentence} {row.detail}" for row in AuditRow.objects.all())
    assert made.secret not in text
    assert "hidden" not in text
    assert ":pw@" not in text


def test_an_operation_that_fails_leaves_nothing_behind(actor: Actor) -> None:
    world = World(actor)
    OutboxRow.objects.all().delete()
    seen = AuditRow.objects.count()
    with pytest.raises(Exception, match="source"):
        catalogue.update_channel(actor, world.channel.id, name="Changed", sources=[])
    world.channel.refresh_from_db()
    assert world.channel.name == "One"
    assert AuditRow.objects.count() == seen
    assert not OutboxRow.objects.exists()

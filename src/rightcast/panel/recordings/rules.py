"""Writing recording rules, allowances and the recorder's settings. Each is one audited transaction."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.domain.recording_plans import Match, Rule, check_padding
from rightcast.domain.recordings import Cause, Status
from rightcast.panel.catalogue.models import Channel, Package
from rightcast.panel.lines.models import Line
from rightcast.panel.operation import operating
from rightcast.panel.recordings.models import AllowanceRow, RecorderPolicy, Recording, RecordingRule
from rightcast.panel.recordings.queries import POLICY_ID, find_rule
from rightcast.panel.recordings.room import settle_line, store, take_away

if TYPE_CHECKING:
    from rightcast.domain.recording_room import Allowance
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.audit.persons import Person

MOST_RULES = 200
CHANGE = "recordings.change_recordingrule"


def add_rule(actor: Actor, rule: Rule) -> RecordingRule:
    """Let a line have something recorded again and again; planned within a minute. Raises InvalidInputError and kin."""
    with operating(actor, "recordings.add_recordingrule") as deed:
        rule.check()
        line = Line.objects.filter(id=rule.line_id).first()
        if line is None:
            raise NotFoundError(f"There is no line of id {rule.line_id}.", remedy="It may have been removed.")
        if rule.channel_id and not Channel.objects.filter(id=rule.channel_id).exists():
            raise NotFoundError(f"There is no channel of id {rule.channel_id}.", remedy="It may have been removed.")
        same = RecordingRule.objects.filter(
            line=line, channel=rule.channel_id or None, match=rule.match.value, key=key_of(rule), minute=rule.minute
        ).first()
        if same is not None:
            return same
        if RecordingRule.objects.filter(line=line).count() >= MOST_RULES:
            raise InvalidInputError(
                f"Line {line} has {MOST_RULES} rules already.", remedy="Remove one first.", field="word"
            )
        row = _filled(RecordingRule(line=line, created=deed.now), rule)
        row.save()
        deed.record_of(
            ("line", line.pk), "recordingrule.add", row.pk, f"line {line.name} records {row}", match=row.match
        )
    return row


def change_rule(actor: Actor, rule_id: int, rule: Rule) -> RecordingRule:
    """Set everything of a rule but its line; what it planned is planned anew. Raises InvalidInputError and kin."""
    with operating(actor, CHANGE) as deed:
        rule.check()
        row = _filled(find_rule(rule_id), rule)
        row.save()
        row.created = deed.now  # so that the next planning looks at it as at a new one
        row.save(update_fields=["created"])
        for recording in Recording.objects.filter(rule=row, status__in=[Status.PLANNED.value, Status.REFUSED.value]):
            recording.priority = row.priority
            store(deed, recording)
        settle_line(deed, row.line_id)
        deed.record_of(
            ("line", row.line_id), "recordingrule.change", row.pk, f"changed what {row.line} records by {row}"
        )
    return row


def remove_rule(actor: Actor, rule_id: int) -> None:
    """Remove a rule and what it has planned; what is recorded or under way stays. Raises NotFoundError."""
    with operating(actor, "recordings.delete_recordingrule") as deed:
        row = find_rule(rule_id)
        planned = [Status.PLANNED.value, Status.REFUSED.value]
        for recording in Recording.objects.select_related("take").filter(rule=row, status__in=planned):
            take_away(deed, recording, Cause.BY_VIEWER if actor.kind == "system" else Cause.BY_OPERATOR)
        line_id, shown = row.line_id, f"{row} of line {row.line}"
        row.delete()
        settle_line(deed, line_id)
        deed.record_of(("line", line_id), "recordingrule.remove", rule_id, f"removed rule {shown}")


def set_allowance(
    actor: Actor, allowance: Allowance, *, line_id: int | None = None, package_id: int | None = None
) -> AllowanceRow:
    """Set what one line may keep, the lines of a package, or everybody else. Raises InvalidInputError and kin."""
    with operating(actor, "recordings.change_allowancerow") as deed:
        allowance.check()
        if line_id is not None and package_id is not None:
            raise InvalidInputError("An allowance is of a line or of a package.", remedy="Name one.", field="package")
        if line_id is not None and not Line.objects.filter(id=line_id).exists():
            raise NotFoundError(f"There is no line of id {line_id}.", remedy="It may have been removed meanwhile.")
        if package_id is not None and not Package.objects.filter(id=package_id).exists():
            raise NotFoundError(f"There is no package of id {package_id}.", remedy="It may have been removed.")
        row = AllowanceRow.objects.filter(line=line_id, package=package_id).first()
        row = row or AllowanceRow(line_id=line_id, package_id=package_id)
        for name, value in asdict(allowance).items():
            setattr(row, name, value)
        row.save()
        deed.record_of(_person(line_id), "allowance.set", row.pk, f"set the allowance of {row}", **asdict(allowance))
        if line_id is not None:
            settle_line(deed, line_id)
    return row


def remove_allowance(actor: Actor, row_id: int) -> None:
    """Let what is more general hold again. Raises NotFoundError."""
    with operating(actor, "recordings.delete_allowancerow") as deed:
        row = AllowanceRow.objects.filter(id=row_id).first()
        if row is None:
            raise NotFoundError(f"There is no allowance of id {row_id}.", remedy="It may have been removed meanwhile.")
        shown, line_id = str(row), row.line_id
        row.delete()
        deed.record_of(_person(line_id), "allowance.remove", row_id, f"removed the allowance of {shown}")
        if line_id is not None:
            settle_line(deed, line_id)


def set_policy(actor: Actor, *, disk_gigabytes: int, grace_h: int, before_s: int, after_s: int) -> RecorderPolicy:
    """Set what holds for all recordings of the station. Raises InvalidInputError."""
    with operating(actor, "recordings.change_recorderpolicy") as deed:
        check_padding(before_s, after_s)
        if not 0 <= grace_h <= 24 * 90:
            raise InvalidInputError(f"{grace_h} hours are no grace.", remedy="Choose from 0 to 2160.", field="grace_h")
        row, _ = RecorderPolicy.objects.update_or_create(
            id=POLICY_ID,
            defaults={
                "disk_gigabytes": disk_gigabytes,
                "grace_h": grace_h,
                "before_s": before_s,
                "after_s": after_s,
            },
        )
        deed.record("recorder.set", POLICY_ID, f"recordings may take {disk_gigabytes or 'all'} GB", grace_h=grace_h)
    return row


def key_of(rule: Rule) -> str:
    """By what a rule's shows are found."""
    word = rule.word.strip()
    return (word if rule.match is Match.SERIES else word.casefold())[:300]


def _person(line_id: int | None) -> Person | None:
    return None if line_id is None else ("line", line_id)


def _filled(row: RecordingRule, rule: Rule) -> RecordingRule:
    checked = replace(rule, word=" ".join(rule.word.split())[:300])
    row.channel_id, row.match = checked.channel_id or None, checked.match.value
    row.word, row.key = checked.word, key_of(checked)
    row.new_only, row.keep, row.priority = checked.new_only, checked.keep, checked.priority
    row.days, row.minute, row.length_min = list(checked.days), checked.minute, checked.length_min
    row.before_s, row.after_s = checked.before_s, checked.after_s
    return row

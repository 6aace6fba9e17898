"""Writing about alarms: who has seen them, notes, rules, quiet times, notifiers. Each is one audited transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, TypeVar

from django.utils import timezone

from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.findings import Severity
from rightcast.panel.alarms import queries
from rightcast.panel.alarms.courier import enqueue_test, try_now
from rightcast.panel.alarms.models import AlarmNote, AlarmRow, AlarmRule, NotifierRow, QuietRow
from rightcast.panel.alarms.notify.contract import Way, checked_settings
from rightcast.panel.alarms.notify.registry import notifier_of
from rightcast.panel.alarms.notify.sealing import seal, unseal
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, time
    from typing import Unpack

    from rightcast.panel.audit.operations import Actor

M = TypeVar("M", NotifierRow, AlarmRule, QuietRow)
MOST_TEXT = 2000
MOST_SECONDS = 7 * 86_400


class RuleFields(TypedDict):
    """A rule as it is written down; None keeps what the kind has."""

    kind: str
    channel_ids: Sequence[int]
    enabled: bool
    severity: int | None
    raise_after_s: float | None
    clear_after_s: float | None


class QuietFields(TypedDict):
    """A quiet time as it is written down; every limit that is set must hold."""

    name: str
    channel_ids: Sequence[int]
    kinds: Sequence[str]
    days: Sequence[int]
    begins: time | None
    ends: time | None
    not_before: datetime | None
    not_after: datetime | None


def acknowledge(actor: Actor, alarm_id: int, *, note: str = "", until: datetime | None = None) -> AlarmRow:
    """Say that somebody has seen an open alarm; with `until` it reminds afterwards.

    Raises NotFoundError, ConflictError for one that has cleared, InvalidInputError.
    """
    text = _text(note)
    with operating(actor, "alarms.change_alarmrow") as deed:
        row = queries.open_alarm(alarm_id)
        if until is not None and until <= deed.now:
            raise InvalidInputError("That moment has passed.", remedy="Name one in the future.", field="until")
        row.seen_by, row.seen_at, row.seen_severity = actor.name, deed.now, row.severity
        row.seen_note, row.seen_until = text, until
        row.save(update_fields=["seen_by", "seen_at", "seen_severity", "seen_note", "seen_until"])
        if text:
            AlarmNote.objects.create(alarm=row, at=deed.now, by=actor.name, text=text)
        deed.record("alarm.acknowledge", row.id, f"acknowledged alarm {row.id} ({row})", note=text)
    return row


def withdraw_acknowledgement(actor: Actor, alarm_id: int) -> AlarmRow:
    """Let an alarm want somebody again. Raises NotFoundError, ConflictError."""
    with operating(actor, "alarms.change_alarmrow") as deed:
        row = queries.open_alarm(alarm_id)
        row.seen_by, row.seen_at, row.seen_severity, row.seen_note, row.seen_until = "", None, None, "", None
        row.save(update_fields=["seen_by", "seen_at", "seen_severity", "seen_note", "seen_until"])
        deed.record("alarm.reopen", row.id, f"took back the acknowledgement of alarm {row.id} ({row})")
    return row


def add_note(actor: Actor, alarm_id: int, text: str) -> AlarmNote:
    """Write a note to an alarm, open or not. Raises NotFoundError, InvalidInputError."""
    wanted = _text(text)
    if not wanted:
        raise InvalidInputError("The note is empty.", remedy="Write a sentence.", field="note")
    with operating(actor, "alarms.change_alarmrow") as deed:
        row = queries.find_alarm(alarm_id)
        note = AlarmNote.objects.create(alarm=row, at=deed.now, by=actor.name, text=wanted)
        deed.record("alarm.note", row.id, f"wrote a note to alarm {row.id} ({row})", note=wanted)
    return note


def add_notifier(
    actor: Actor,
    *,
    name: str,
    kind: str,
    settings: Mapping[str, str],
    secret: str = "",
    least: Severity = Severity.WARNING,
    enabled: bool = True,
) -> NotifierRow:
    """Add a way to tell. The secret is sealed and not shown again. Raises InvalidInputError."""
    found = _checked(kind, settings, secret)
    with operating(actor, "alarms.add_notifierrow") as deed:
        row = NotifierRow.objects.create(
            name=_free_name(NotifierRow, name),
            kind=kind,
            settings=found,
            sealed=seal(secret),
            least=least.value,
            enabled=enabled,
        )
        deed.record("notifier.add", row.id, f"added notifier {row.name} ({kind})", settings=_shown(found))
    return row


def update_notifier(
    actor: Actor,
    notifier_id: int,
    *,
    name: str,
    settings: Mapping[str, str],
    secret: str | None = None,
    least: Severity,
    enabled: bool,
) -> NotifierRow:
    """Change a notifier; a `secret` of None stays, "" goes. Raises NotFoundError, InvalidInputError.

    When it is to speak to somebody else, a kept secret would go there too: then it must be given again.
    """
    with operating(actor, "alarms.change_notifierrow") as deed:
        row = _one(NotifierRow, notifier_id)
        kept = unseal(row.sealed) if secret is None else secret
        found = _checked(row.kind, settings, kept)
        if secret is None and kept and any(found.get(one) != row.settings.get(one) for one in ("url", "server")):
            raise InvalidInputError(
                "The address changes, and its secret would go along.", remedy="Give the secret again.", field="secret"
            )
        row.name = _free_name(NotifierRow, name, notifier_id)
        row.settings, row.least, row.enabled = found, least.value, enabled
        if secret is not None:
            row.sealed = seal(secret)
        row.failing_since = None
        row.save(update_fields=["name", "settings", "sealed", "least", "enabled", "failing_since"])
        words = " and its secret" if secret is not None else ""
        deed.record("notifier.update", row.id, f"changed notifier {row.name}{words}", settings=_shown(found))
    return row


def remove_notifier(actor: Actor, notifier_id: int) -> None:
    """Tell nobody this way any more; its delivery log goes with it. Raises NotFoundError."""
    with operating(actor, "alarms.delete_notifierrow") as deed:
        row = _one(NotifierRow, notifier_id)
        deed.record("notifier.remove", row.id, f"removed notifier {row.name}")
        row.delete()


def send_test(actor: Actor, notifier_id: int) -> tuple[bool, str]:
    """Send a test message now: whether it was taken, and what was answered. Takes up to some ten seconds.

    Raises NotFoundError.
    """
    with operating(actor, "alarms.change_notifierrow") as deed:
        row = _one(NotifierRow, notifier_id)
        deed.record("notifier.test", row.id, f"sent a test by notifier {row.name}")
    return try_now(row, timezone.now())


def ask_for_test(actor: Actor, notifier_id: int) -> None:
    """Have a test message sent; what became of it stands in the delivery log. Raises NotFoundError, ConflictError."""
    with operating(actor, "alarms.change_notifierrow") as deed:
        row = _one(NotifierRow, notifier_id)
        if not row.enabled:
            raise ConflictError(f"{row.name} is switched off.", remedy="Switch it on and save it, then try it.")
        enqueue_test(row, deed.now)
        deed.record("notifier.test", row.id, f"sent a test by notifier {row.name}")


def add_rule(actor: Actor, **fields: Unpack[RuleFields]) -> AlarmRule:
    """Add a rule. Raises InvalidInputError."""
    return _write_rule(actor, "alarms.add_alarmrule", AlarmRule(), fields)


def update_rule(actor: Actor, rule_id: int, **fields: Unpack[RuleFields]) -> AlarmRule:
    """Change a rule. Raises InvalidInputError, NotFoundError."""
    return _write_rule(actor, "alarms.change_alarmrule", _one(AlarmRule, rule_id), fields)


def remove_rule(actor: Actor, rule_id: int) -> None:
    """Let the kind be as it is again. Raises NotFoundError."""
    with operating(actor, "alarms.delete_alarmrule") as deed:
        row = _one(AlarmRule, rule_id)
        deed.record("alarmrule.remove", row.id, f"removed the alarm rule for {row.kind}")
        row.delete()


def add_quiet(actor: Actor, **fields: Unpack[QuietFields]) -> QuietRow:
    """Add a quiet time. Raises InvalidInputError."""
    return _write_quiet(actor, "alarms.add_quietrow", QuietRow(), fields)


def update_quiet(actor: Actor, quiet_id: int, **fields: Unpack[QuietFields]) -> QuietRow:
    """Change a quiet time. Raises InvalidInputError, NotFoundError."""
    return _write_quiet(actor, "alarms.change_quietrow", _one(QuietRow, quiet_id), fields)


def remove_quiet(actor: Actor, quiet_id: int) -> None:
    """Tell again. Raises NotFoundError."""
    with operating(actor, "alarms.delete_quietrow") as deed:
        row = _one(QuietRow, quiet_id)
        deed.record("quiettime.remove", row.id, f"removed quiet time {row.name}")
        row.delete()


def _write_rule(actor: Actor, permission: str, row: AlarmRule, fields: RuleFields) -> AlarmRule:
    for name, seconds in (("raise_after_s", fields["raise_after_s"]), ("clear_after_s", fields["clear_after_s"])):
        if seconds is not None and not 0 <= seconds <= MOST_SECONDS:
            raise InvalidInputError("That is no time.", remedy="Write seconds, at most a week of them.", field=name)
    with operating(actor, permission) as deed:
        verb = "changed" if row.pk else "added"
        row.kind = _word(fields["kind"])
        row.enabled, row.severity = fields["enabled"], fields["severity"]
        row.raise_after_s, row.clear_after_s = fields["raise_after_s"], fields["clear_after_s"]
        row.save()
        row.channels.set(_channels(fields["channel_ids"]))
        deed.record(f"alarmrule.{'update' if verb == 'changed' else 'add'}", row.id, f"{verb} the rule for {row.kind}")
    return row


def _write_quiet(actor: Actor, permission: str, row: QuietRow, fields: QuietFields) -> QuietRow:
    if (fields["begins"] is None) is not (fields["ends"] is None):
        raise InvalidInputError(
            "A daily quiet time has a beginning and an end.",
            remedy="Give both, or none.",
            field="ends" if fields["ends"] is None else "begins",
        )
    before, after = fields["not_before"], fields["not_after"]
    if before is not None and after is not None and after <= before:
        raise InvalidInputError("It ends before it begins.", remedy="Give a later end.", field="not_after")
    if fields["begins"] is None and not (fields["days"] or after):
        raise InvalidInputError(
            "A quiet time without an end would hide alarms for ever.",
            remedy="Give a daily time, days, or a moment at which it ends.",
            field="not_after",
        )
    with operating(actor, permission) as deed:
        verb = "changed" if row.pk else "added"
        row.name = _free_name(QuietRow, fields["name"], row.pk)
        row.kinds, row.days = [_word(one) for one in fields["kinds"]], sorted({int(one) % 7 for one in fields["days"]})
        row.begins, row.ends, row.not_before, row.not_after = fields["begins"], fields["ends"], before, after
        row.save()
        row.channels.set(_channels(fields["channel_ids"]))
        deed.record(f"quiettime.{'update' if verb == 'changed' else 'add'}", row.id, f"{verb} quiet time {row.name}")
    return row


def _checked(kind: str, settings: Mapping[str, str], secret: str) -> dict[str, str]:
    notifier = notifier_of(kind)
    found = checked_settings(notifier, settings)
    if len(secret) > 500 or any(ord(letter) < 32 for letter in secret):
        raise InvalidInputError("The secret cannot be that.", remedy="Write one line.", field="secret")
    notifier.check(Way(settings=found, secret=secret))
    return found


def _shown(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings for the trail: addresses of webhooks often carry a token in their path, so only the host is told."""
    return {name: value.split("/")[2] if name == "url" else value for name, value in settings.items()}


def _free_name(model: type[NotifierRow | QuietRow], name: str, own_id: int | None = None) -> str:
    wanted = name.strip()
    if not wanted or len(wanted) > 80:
        raise InvalidInputError("It needs a name of at most 80 letters.", remedy="Write one.", field="name")
    if model.objects.filter(name__iexact=wanted).exclude(pk=own_id or 0).exists():
        raise ConflictError(f"'{wanted}' exists already.", remedy="Choose another name.", field="name")
    return wanted


def _word(kind: str) -> str:
    wanted = kind.strip().lower()
    if not wanted or len(wanted) > 64 or not all(letter.isalnum() or letter in "-_." for letter in wanted):
        raise InvalidInputError(
            f"'{kind}' is no kind of alarm.", remedy="The kinds are listed in docs/reference/alarms.md.", field="kind"
        )
    return wanted


def _text(note: str) -> str:
    text = note.strip()
    if len(text) > MOST_TEXT:
        raise InvalidInputError("The note is too long.", remedy=f"At most {MOST_TEXT} letters.", field="note")
    return text


def _channels(ids: Iterable[int]) -> list[Channel]:
    return list(Channel.objects.filter(id__in=list(ids)))


def _one(model: type[M], record_id: int) -> M:
    row = model._default_manager.filter(pk=record_id).first()  # noqa: SLF001 - Django's name for it
    if row is None:
        raise NotFoundError(
            f"There is no {model._meta.verbose_name} {record_id}.",  # noqa: SLF001 - likewise
            remedy="List them and name an existing one.",
        )
    return row

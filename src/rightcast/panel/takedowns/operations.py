"""Taking down and lifting: audited, in the feed at once, and what is dark is frozen until it is lifted.

`take_down` and `lift` are what other rooms call, such as that of notices.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ConflictError, InvalidInputError
from rightcast.panel.audit.operations import Actor
from rightcast.panel.operation import operating
from rightcast.panel.recordings.models import TakeRow
from rightcast.panel.staff.models import Operator
from rightcast.panel.takedowns.models import Acknowledgement, Hold, Takedown
from rightcast.panel.takedowns.orders import Order, in_words
from rightcast.panel.takedowns.preview import preview
from rightcast.panel.takedowns.queries import dark_reports, find_takedown, to_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.contract.reports import DarkReport
    from rightcast.panel.operation import Deed

SLIP = timedelta(minutes=10)
"""So long whoever took something down may take it back alone; then it needs another person, where there is one."""
_LONGEST_NOTE = 4000


def take_down(actor: Actor, order: Order) -> Takedown:
    """Make dark what an order names, at every edge within two seconds, and freeze what is kept of it.

    Raises InvalidInputError, NotFoundError and PermissionDeniedError.
    """
    with operating(actor, "takedowns.add_takedown") as deed:
        wanted = order.record(deed.now)
        words = in_words(wanted)
        row = Takedown.objects.create(
            case=wanted.case,
            cause=wanted.cause.value,
            ordered_by=" ".join(order.ordered_by.split())[:200],
            note=order.note.strip()[:_LONGEST_NOTE],
            by=actor.name,
            at=deed.now,
            begins=wanted.begins,
            expires=wanted.expires,
            channel_ids=sorted(wanted.channel_ids),
            title_ids=sorted(wanted.title_ids),
            line_ids=sorted(wanted.line_ids),
            territories=sorted(wanted.territories),
            shown_from=wanted.shown_from,
            shown_until=wanted.shown_until,
            touched=preview(wanted).as_fields(),
            names=words,
        )
        span = {"begins": row.begins.isoformat(), "expires": row.expires.isoformat() if row.expires else None}
        _say(deed, row, "takedown.order", f"took down {_trail_words(row)} ({wanted.cause.in_words})", **span)
        deed.changed(Kind.TAKEDOWN, row.pk)
        freeze = Hold.objects.create(
            case=row.case,
            takedown=row,
            until=row.expires,
            channel_ids=row.channel_ids,
            title_ids=row.title_ids,
            line_ids=[] if row.channel_ids or row.title_ids else row.line_ids,
            shown_from=row.shown_from,
            shown_until=row.shown_until,
            by=actor.name,
            at=deed.now,
        )
        deed.changed(Kind.HOLD, freeze.pk)
    return row


def lift(actor: Actor, number: int, why: str) -> Takedown:
    """Let come back what a takedown made dark and no other one keeps dark.

    Raises InvalidInputError, ConflictError, NotFoundError and PermissionDeniedError.
    """
    with operating(actor, "takedowns.change_takedown") as deed:
        row = find_takedown(number)
        reason = " ".join(why.split())[:_LONGEST_NOTE]
        if row.lifted is not None:
            raise ConflictError(f"Takedown {row.pk} is lifted already.", remedy="Nothing is left to do.")
        if not reason:
            raise InvalidInputError("It was not said why.", remedy="Say why it may come back.", field="why")
        if deed.now - row.at > SLIP:
            require_another(actor, row.by, "takedown")
        row.lifted, row.lifted_by, row.lifted_why = deed.now, actor.name, reason
        row.save(update_fields=["lifted", "lifted_by", "lifted_why"])
        _say(deed, row, "takedown.lift", f"lifted the takedown of {_trail_words(row)}", why=reason)
        deed.changed(Kind.TAKEDOWN, row.pk)
        for hold in Hold.objects.filter(takedown=row, lifted=None):
            hold.lifted, hold.lifted_by, hold.lifted_why = deed.now, actor.name, reason
            hold.save(update_fields=["lifted", "lifted_by", "lifted_why"])
            deed.changed(Kind.HOLD, hold.pk)
        release_takes(deed)
    return row


def require_another(actor: Actor, first: str, noun: str) -> None:
    """Raise ConflictError where a person undoes what that person did, and the station has two of them."""
    if actor.kind == "staff" and actor.name == first and Operator.objects.filter(is_active=True).count() > 1:
        raise ConflictError(
            f"{actor.name} made this {noun}, so another person lifts it.", remedy="Ask a colleague to lift it."
        )


def note_expired(now: datetime) -> int:
    """Write into the trail which takedowns have expired, and take them out of the feed. Returns how many."""
    rows = list(Takedown.objects.filter(expires__lte=now, lifted=None, noted=False))
    if not rows:
        return 0
    with operating(Actor.system(), "") as deed:
        for row in rows:
            row.noted = True
            row.save(update_fields=["noted"])
            _say(deed, row, "takedown.expire", f"the takedown of {_trail_words(row)} expired")
            deed.changed(Kind.TAKEDOWN, row.pk)
            deed.changed_all(Kind.HOLD, Hold.objects.filter(takedown=row).values_list("id", flat=True))
        release_takes(deed)
    return len(rows)


def note_acknowledgements(reports: Iterable[DarkReport] | None = None) -> int:
    """Keep what edges said first of each takedown. Returns how many are new."""
    told = [(one.who, dark) for one in (dark_reports() if reports is None else reports) for dark in one.takedowns]
    if not told:
        return 0
    known = set(
        Acknowledgement.objects.filter(takedown__in={dark.id for _, dark in told}).values_list("takedown", "who")
    )
    news = [(who, dark) for who, dark in told if (dark.id, who) not in known]
    rows = Takedown.objects.in_bulk({dark.id for _, dark in news}) if news else {}
    news = [(who, dark) for who, dark in news if dark.id in rows]
    if not news:
        return 0
    with operating(Actor.system(), "") as deed:
        for who, dark in news:
            row = rows[dark.id]
            made, new = Acknowledgement.objects.get_or_create(
                takedown=row, who=who, defaults={"heard": dark.heard, "dark": dark.dark, "stopped": dark.stopped}
            )
            if new:
                after = made.dark - max(row.at, row.begins).timestamp()
                sentence = f"{who} is dark for takedown {row.pk} after {after:.3f} s, {dark.stopped} sessions ended"
                _say(deed, row, "takedown.acknowledge", sentence, who=who, heard=dark.heard, dark=dark.dark)
    return len(news)


def release_takes(deed: Deed) -> None:
    """Takes whose files were kept though they were to be deleted are looked at again."""
    deed.changed_all(Kind.TAKE, TakeRow.objects.filter(leaving=True).values_list("id", flat=True))


def _trail_words(row: Takedown) -> str:
    """What is dark, without names where one person's key cannot seal them: several lines are counted."""
    if len(row.line_ids) < 2:
        return row.names
    return f"{in_words(replace(to_record(row), line_ids=frozenset()))} for {len(row.line_ids)} lines"


def _say(deed: Deed, row: Takedown, action: str, sentence: str, **detail: object) -> None:
    person = ("line", row.line_ids[0]) if len(row.line_ids) == 1 else None
    deed.record_of(
        person,
        action,
        row.pk,
        sentence,
        case=row.case,
        channels=row.channel_ids,
        titles=row.title_ids,
        territories=row.territories,
        lines=len(row.line_ids),
        **detail,
    )

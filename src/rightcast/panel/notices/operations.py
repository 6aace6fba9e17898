"""Deciding on notices: asking, rejecting, taking down, giving reasons, and resolving disputes by another person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from rightcast.domain import statements
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.notice_deadlines import Due
from rightcast.domain.notices import LONGEST_REASONS, NoticeKind, Side, State, Step, is_mail_address
from rightcast.panel.notices import course, letters
from rightcast.panel.notices.models import Letter, LetterState, Notice, NoticeStep
from rightcast.panel.notices.targets import WHOLE, check, darken, lighten
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.notices.targets import Shown

PERMISSION = "notices.change_notice"
LEAST_WORDS = 10


def triage(actor: Actor, notice_id: int, channel_ids: Iterable[int], title_ids: Iterable[int] = ()) -> Notice:
    """Say which channels and titles a notice is about. Raises InvalidInputError."""
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        row.targets, row.titles = check(channel_ids, title_ids)
        if row.state in {State.RECEIVED.value, State.ACKNOWLEDGED.value}:
            course.advance(row, Step.TRIAGE, deed.now, actor.name)
        else:
            course.save(row)
        deed.record(
            "notice.triage", row.pk, f"looked at notice {row.reference}", channels=row.targets, titles=row.titles
        )
    return row


def ask(actor: Actor, notice_id: int, message: str) -> Notice:
    """Ask the sender for more; the clock of the decision stands until the answer."""
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        row.message, row.asked = _words(message), deed.now
        course.advance(row, Step.ASK, deed.now, actor.name, row.message)
        letters.question(row, deed.now)
        deed.record("notice.ask", row.pk, f"asked the sender of notice {row.reference} for more")
    return row


def answer(actor: Actor, notice_id: int, text: str) -> Notice:
    """Write down what the sender answered by another way, such as the telephone."""
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        course.advance(row, Step.ANSWER, deed.now, actor.name, _words(text))
        deed.record("notice.answer", row.pk, f"wrote down an answer to notice {row.reference}")
    return row


def reject(actor: Actor, notice_id: int, message: str, *, silent: bool = False) -> Notice:
    """Decide that nothing is taken down; `silent` tells nobody, for what is no notice at all."""
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        row.message, row.decided, row.decided_by = _words(message), deed.now, actor.name
        course.advance(row, Step.REJECT, deed.now, actor.name, row.message)
        if not silent:
            letters.rejected(row, deed.now)
        deed.record("notice.reject", row.pk, f"rejected notice {row.reference}", told=not silent)
    return row


def act(  # noqa: PLR0917 - what a decision is made of
    actor: Actor,
    notice_id: int,
    channel_ids: Iterable[int],
    message: str,
    title_ids: Iterable[int] = (),
    shown: Shown = WHOLE,
) -> Notice:
    """Take down what the notice is about, at every edge within two seconds. Raises InvalidInputError.

    `shown` narrows it to a programme: to what its channels show in that span. Of a disputed rejection it takes another
    person than the one who rejected.
    """
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        if row.state == State.DISPUTED.value:
            _require_another(actor, row)
        row.targets, row.titles = check(channel_ids, title_ids)
        why = _words(message)
        row.takedowns = [*row.takedowns, darken(actor, row.reference, row.targets, row.titles, why, shown)]
        row.message, row.acted, row.decided, row.decided_by = why, deed.now, deed.now, actor.name
        course.advance(row, Step.ACT, deed.now, actor.name, row.message)
        letters.acted(row, deed.now)
        detail = {"channels": row.targets, "titles": row.titles, "takedowns": row.takedowns}
        deed.record("notice.act", row.pk, f"took down what notice {row.reference} names", **detail)
    return row


def state(
    actor: Actor, notice_id: int, statement: statements.Statement, *, affected_email: str, message: str
) -> Notice:
    """Give the reasons, in the shape of the DSA Transparency Database and as a letter to the affected side.

    Raises InvalidInputError with what the database would refuse or what must not be public.
    """
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        if found := statements.problems(statement, (row.sender, row.email)):
            first = found[0]
            raise InvalidInputError(f"{first.field}: {first.sentence}", remedy=first.remedy, field=first.field)
        if affected_email and not is_mail_address(affected_email):
            raise InvalidInputError(
                f"'{affected_email}' is no mail address.", remedy="Write name@example.org.", field="affected_email"
            )
        row.statement, row.affected_email = statements.as_record(statement), affected_email
        row.affected_message = message.strip()[:LONGEST_REASONS] or statement.decision_facts
        course.advance(row, Step.STATE, deed.now, actor.name, row.affected_message)
        letters.stated(row, deed.now)
        deed.record("notice.state", row.pk, f"gave reasons for notice {row.reference}", puid=statement.puid)
    return row


def restore(actor: Actor, notice_id: int, message: str, *, early: bool = False) -> tuple[Notice, list[str]]:
    """Put on air again what the decision took off, by another person than decided; what could not be, in sentences.

    After a counter-notice of 512(g)(3) it is too early before ten business days, unless `early` is said: the notice
    itself was wrong. Raises ConflictError, PermissionDeniedError.
    """
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        _require_another(actor, row)
        opens = next((one.opens for one in course.clock_of(row) if one.what is Due.RESTORE), None)
        if opens and deed.now < opens and not early:
            raise ConflictError(
                f"After a counter-notice it comes back from {opens:%Y-%m-%d} on, not before.",
                remedy="Wait for it, or say that the notice itself was wrong.",
                field="early",
            )
        row.message = row.affected_message = _words(message)
        left = lighten(actor, row.reference, row.takedowns, row.message)
        detail = {"takedowns": row.takedowns, "left": left, "early": early}
        course.advance(row, Step.RESTORE, deed.now, actor.name, row.message)
        letters.ended(row, deed.now)
        deed.record("notice.restore", row.pk, f"restored what notice {row.reference} took down", **detail)
    return row, left


def uphold(actor: Actor, notice_id: int, message: str) -> Notice:
    """End a dispute: the decision stays. By another person than decided."""
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        _require_another(actor, row)
        row.message = _words(message)
        row.affected_message = row.message if row.acted else ""
        course.advance(row, Step.UPHOLD, deed.now, actor.name, row.message)
        letters.ended(row, deed.now)
        deed.record("notice.uphold", row.pk, f"upheld the decision on notice {row.reference}")
    return row


def dispute(actor: Actor, notice_id: int, side: Side, text: str) -> Notice:
    """Write down a counter-notice or an objection that came by another way."""
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        if not course.may_dispute(row, side, deed.now):
            raise ConflictError(
                f"The {side.value} side cannot dispute notice {row.reference} now.", remedy="Write a note instead."
            )
        row.disputed, row.side = deed.now, side.value
        course.advance(row, Step.DISPUTE, deed.now, actor.name, _words(text))
        if side is Side.AFFECTED and row.kind == NoticeKind.DMCA.value:
            letters.counter_notice(row, text, deed.now)
        deed.record("notice.dispute", row.pk, f"wrote down a dispute of notice {row.reference}", side=side.value)
    return row


def note(actor: Actor, notice_id: int, text: str) -> NoticeStep:
    """Write something down that only the staff sees."""
    with operating(actor, PERMISSION) as deed:
        row = _row(notice_id)
        made = NoticeStep.objects.create(
            notice=row, at=deed.now, by=actor.name, state=row.state, text=_words(text, least=1)
        )
        deed.record("notice.note", row.pk, f"noted something at notice {row.reference}")
    return made


def handed_over(actor: Actor, letter_id: int) -> Letter:
    """A letter that was kept has been sent by hand."""
    with operating(actor, PERMISSION) as deed:
        letter = Letter.objects.select_related("notice").filter(id=letter_id).first()
        if letter is None:
            raise NotFoundError("There is no such letter.")
        letter.state, letter.done, letter.result = LetterState.SENT.value, deed.now, f"sent by {actor.name}"
        letter.save(update_fields=["state", "done", "result"])
        acknowledged(letter.notice, letter, deed.now)
        deed.record("notice.letter", letter.notice_id, f"sent a letter of notice {letter.notice.reference} by hand")
    return letter


def acknowledged(row: Notice, letter: Letter, now: datetime) -> None:
    """A receipt has left: the notice is acknowledged, where that was owed still."""
    if letter.what == "receipt" and row.state == State.RECEIVED.value:
        course.advance(row, Step.ACKNOWLEDGE, now, "station")


def staff_of_notices() -> int:
    """How many people may decide on notices."""
    return sum(one.has_perm(PERMISSION) for one in User.objects.filter(is_active=True, is_staff=True))


def _require_another(actor: Actor, row: Notice) -> None:
    """Raise ConflictError when the actor took the decision, or cannot be told apart from who did.

    A station with one person has nobody else; then the trail says that the same person did both.
    """
    if actor.kind == "system" or staff_of_notices() < 2:
        return
    if actor.kind == "cli" or actor.name == row.decided_by:
        raise ConflictError(
            "Another person than the one who decided has to look at it.",
            remedy="The shell does not tell who you are; use the console."
            if actor.kind == "cli"
            else "Ask a colleague.",
            field="by",
        )


def _words(text: str, least: int = LEAST_WORDS) -> str:
    said = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not least <= len(said) <= LONGEST_REASONS:
        raise InvalidInputError(
            "It was not said why." if len(said) < least else "That is too long.",
            remedy=f"Write {least} to {LONGEST_REASONS:,} letters; they are told to the other side.",
            field="message",
        )
    return said


def _row(notice_id: int) -> Notice:
    row = Notice.objects.filter(id=notice_id).first()
    if row is None:
        raise NotFoundError("There is no such notice.", remedy="List them with `rightcast notice list`.")
    return row

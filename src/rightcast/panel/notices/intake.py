"""Takes in what edges, pipes and folders of mail left: each notice once, its original kept, its sender told.

What cannot be read is taken in as well, and shown with its original: somebody wrote it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from django.db import DatabaseError, transaction

from rightcast.contract.notices import Filled, Objection, SentNotice, SentWord
from rightcast.domain.notice_references import reference_of, references_in
from rightcast.domain.notices import Notice as Told
from rightcast.domain.notices import NoticeKind, Side, State, Step, Way, digest
from rightcast.formats.notice_mail import MailError, read_mail
from rightcast.panel.audit.operations import Actor
from rightcast.panel.notices import course, letters
from rightcast.panel.notices.models import Flagger, Notice, NoticeStep
from rightcast.panel.notices.targets import channels_in, titles_in
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from rightcast.state.notices import NoticeBox

_log = logging.getLogger(__name__)
BATCH = 200
_UNREAD = "It could not be read; see the original."


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of an original. `attachments` are (name, type, SHA-256)."""

    told: Told
    automatic: bool = False
    unreadable: bool = False
    attachments: tuple[tuple[str, str, str], ...] = ()


def post_mail(box: NoticeBox, raw: bytes, now: float) -> str | None:
    """Put a mail into the post box; its reference, the same for the same mail. None when the box is full."""
    reference = reference_of(course.page_key(), "mail", digest(raw))
    sent = SentNotice(reference=reference, way=Way.MAIL, received=now, original=raw)
    return reference if box.send(sent) else None


def take_in(box: NoticeBox) -> int:
    """Take in what waits, the oldest first; how many. What fails stays where it is for the next turn."""
    done = 0
    waiting: list[SentNotice | SentWord] = [*box.notices(BATCH), *box.words(BATCH)]
    for sent in waiting:
        try:
            with transaction.atomic():
                if isinstance(sent, SentNotice):
                    _take_notice(box, sent)
                else:
                    _take_word(box, sent)
        except (DatabaseError, OSError, ValueError):  # a text that cannot be stored must not keep others waiting
            _log.exception("a notice cannot be taken in; it waits")
            continue
        box.taken(sent)
        done += 1
    return done


def read(box: NoticeBox, sent: SentNotice) -> Read:
    """What an original says, as far as it can be read; attachments are kept beside it."""
    try:
        if sent.way is not Way.MAIL:
            filled = msgspec.json.decode(sent.original, type=Filled)
            return Read(Told(**{name: getattr(filled, name) for name in filled.__struct_fields__}))
        letter = read_mail(sent.original)
    except (msgspec.DecodeError, MailError):
        return Read(Told(kind=NoticeKind.DSA, reasons=_UNREAD), unreadable=True)
    kept = tuple((one.name, one.content_type, box.keep(one.data)) for one in letter.attachments)
    return Read(letter.notice, automatic=letter.automatic, attachments=kept)


def _take_notice(box: NoticeBox, sent: SentNotice) -> None:
    if Notice.objects.filter(reference=sent.reference).exists():
        return  # the station died after it had taken it in
    sha256 = box.keep(sent.original)
    found = read(box, sent)
    if sent.way is Way.MAIL and _is_reply(sent, found, sha256):
        return
    received = datetime.fromtimestamp(sent.received, UTC)
    flagger = Flagger.objects.filter(id=sent.flagger_id).first()
    told = replace(found.told, sha256=sha256)
    with operating(Actor.system(), "") as deed:
        row = Notice(
            reference=sent.reference, way=sent.way.value, state=State.RECEIVED.value, received=received,
            language=sent.language, flagger=flagger, own_id=sent.own_id, trusted=bool(flagger and flagger.trusted),
            unreadable=found.unreadable, automatic=found.automatic, attachments=list(map(list, found.attachments)),
            kind=told.kind.value, sha256=sha256, sender=told.sender, email=told.email, contact=told.contact,
            work=told.work, reasons=told.reasons, addresses=list(told.addresses), good_faith=told.good_faith,
            accuracy=told.accuracy, signature=told.signature,
            targets=[channel.pk for channel in channels_in(told.addresses)],
            titles=[title.pk for title in titles_in(told.addresses)],
        )  # fmt: skip
        course.save(row)
        letters.receipt(row, deed.now)
        if row.way != Way.MAIL.value:  # its sender saw the confirmation; a mail's is acknowledged when ours has left
            course.advance(row, Step.ACKNOWLEDGE, deed.now, "station")
        deed.record("notice.take", row.pk, f"took in notice {row.reference}", way=row.way, sha256=sha256)


def _take_word(box: NoticeBox, sent: SentWord) -> None:
    row = Notice.objects.filter(reference=sent.reference).first()
    if row is None or NoticeStep.objects.filter(word_id=sent.id).exists():
        return
    sha256 = box.keep(sent.original)
    try:
        text = _as_text(msgspec.json.decode(sent.original, type=Objection))
    except msgspec.DecodeError:
        text = _UNREAD
    _hear(row, sent.side, sent.step, text, datetime.fromtimestamp(sent.received, UTC), word_id=sent.id, sha256=sha256)


def _is_reply(sent: SentNotice, found: Read, sha256: str) -> bool:
    """Whether a mail answers one of ours: it names a notice and comes from its sender's address."""
    named = references_in(f"{found.told.work}\n{found.told.reasons}")
    row = Notice.objects.filter(reference__in=named, email__iexact=found.told.email).exclude(email="").first()
    if row is None:
        return False
    if NoticeStep.objects.filter(notice=row, word_id=sent.reference).exists():
        return True
    at = datetime.fromtimestamp(sent.received, UTC)
    _hear(row, Side.SENDER, Step.ANSWER, found.told.reasons, at, word_id=sent.reference, sha256=sha256)
    return True


def _hear(row: Notice, side: Side, step: Step, text: str, at: datetime, *, word_id: str, sha256: str) -> None:
    """Words of a side move a notice on where they may, and are kept as a note where they may not."""
    with operating(Actor.system(), "") as deed:
        moves = row.state == State.ASKED.value if step is Step.ANSWER else course.may_dispute(row, side, at)
        if not moves:
            NoticeStep.objects.create(
                notice=row, at=at, by=side.value, state=row.state, text=text, word_id=word_id, sha256=sha256
            )
            deed.record("notice.note", row.pk, f"kept words of the {side.value} side to notice {row.reference}")
            return
        if step is Step.DISPUTE:
            row.disputed, row.side = at, side.value
        course.advance(row, step, at, side.value, text, word_id=word_id, sha256=sha256)
        if step is Step.DISPUTE and side is Side.AFFECTED and row.kind == NoticeKind.DMCA.value:
            letters.counter_notice(row, text, deed.now)
        deed.record(f"notice.{step.value}", row.pk, f"the {side.value} side of notice {row.reference}: {step.value}")


def _as_text(said: Objection) -> str:
    """An objection as the staff and, of a counter-notice, the sender read it."""
    lines = [said.text, ""]
    lines += [f"Name: {said.name}"] if said.name else []
    lines += [f"E-mail: {said.email}"] if said.email else []
    lines += [f"Address: {said.contact}"] if said.contact else []
    if said.by_mistake:
        lines.append("Declared under penalty of perjury: taken down by mistake or misidentification.")
    if said.jurisdiction:
        lines.append("Consents to the jurisdiction of the court, and accepts service of process.")
    lines += [f"Signed: {said.signature}"] if said.signature else []
    return "\n".join(lines).strip()

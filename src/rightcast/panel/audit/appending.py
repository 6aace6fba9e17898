"""Adds rows to the chain: one writer at a time, who holds the row of the chain's end until its transaction ends."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rfc8785
from django.db import transaction

from rightcast.domain.anchors import GENESIS, read_base
from rightcast.domain.chain import canonical, moment_text
from rightcast.panel.audit.models import AuditRow, ChainHead, Checkpoint
from rightcast.panel.audit.persons import PERSONS, Person, keys_for, sealed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor

HEAD_ID = 1


@dataclass(frozen=True, slots=True)
class Said:
    """What one row is to say. `person`: whose texts sentence and detail are, where the subject itself is nobody."""

    action: str
    subject_id: int | None
    sentence: str
    detail: Mapping[str, object]
    person: Person | None = None

    @property
    def subject(self) -> str:
        """What the action is done to."""
        return self.action.partition(".")[0]

    @property
    def about(self) -> Person | None:
        """Whose key seals the texts."""
        if self.person is not None or self.subject not in PERSONS or self.subject_id is None:
            return self.person
        return self.subject, self.subject_id


def append(actor: Actor, said: Sequence[Said], now: datetime) -> list[AuditRow]:
    """Add rows in their order, in the caller's transaction or one of their own."""
    if not said:
        return []
    with transaction.atomic():
        head = _locked_head(now)
        persons = [one.about for one in said if one.about is not None]
        who: Person | None = ("staff", actor.user.pk) if actor.user is not None else None
        keys = keys_for([*persons, who] if who else persons)
        name = _storable(actor.name)
        made = []
        for one in said:
            shown = sealed(name, who, keys[who], "actor_name") if who else name
            row = _chained(_row(actor, shown, one, keys, head.seq + 1, now), head)
            head.seq, head.hash = row.id, row.hash
            made.append(row)
        AuditRow.objects.bulk_create(made)
        ChainHead.objects.filter(id=HEAD_ID).update(seq=head.seq, hash=head.hash)
    return made


def hold_trail(now: datetime) -> None:
    """Keep the end of the trail until the transaction ends: who does so first also commits first.

    What an operation numbers after this call is numbered in the order of commits, on every database.
    """
    _locked_head(now)


def genesis_record(now: datetime, taken_in: int) -> str:
    """The text that a chain begins with; `taken_in` older rows were chained as they stood."""
    record: dict[str, str | int | None] = {
        "at": moment_text(now),
        "kind": GENESIS,
        "nonce": secrets.token_hex(16),
        "seq": 0,
        "taken_in": taken_in,
    }
    return canonical(record).decode()


def canonical_detail(detail: Mapping[str, object]) -> str:
    """RFC 8785 of what an operation records; what JSON does not know is written as text."""
    if not detail:
        return "{}"
    plain = json.loads(json.dumps(detail, default=str))
    try:
        return rfc8785.dumps(plain).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):  # numbers beyond 2**53, halves of characters
        return rfc8785.dumps({"text": _storable(json.dumps(plain, sort_keys=True))}).decode()


def _row(  # noqa: PLR0917 - what a row is made of
    actor: Actor, shown: str, said: Said, keys: Mapping[Person, bytes | None], seq: int, now: datetime
) -> AuditRow:
    sentence, detail, about = _storable(said.sentence), canonical_detail(said.detail), said.about
    if about is not None:
        sentence, detail = (
            sealed(text, about, keys[about], column) for text, column in ((sentence, "sentence"), (detail, "detail"))
        )
    return AuditRow(
        id=seq,
        at=now,
        actor_kind=actor.kind,
        kept_actor=shown,
        user_id=actor.user.pk if actor.user is not None else None,
        action=said.action,
        subject=said.subject,
        subject_id=said.subject_id,
        person_kind=about[0] if about else "",
        person_id=about[1] if about else None,
        kept_sentence=sentence,
        kept_detail=detail,
    )


def _chained(row: AuditRow, head: ChainHead) -> AuditRow:
    row.prev_hash = head.hash
    row.hash = row.chained().hash_after(head.hash)
    return row


def _locked_head(now: datetime) -> ChainHead:
    """The end of the chain, ours until the transaction ends; made when the trail is empty.

    SQLite's write lock is held since the transaction began; elsewhere the row is locked.
    """
    head = ChainHead.objects.select_for_update().filter(id=HEAD_ID).first()
    if head is not None:
        return head
    last = AuditRow.objects.order_by("-id").first()
    if last is not None:  # somebody took the end away; verifying says so, and deeds go on being written
        return ChainHead.objects.create(id=HEAD_ID, seq=last.id, hash=last.hash)
    genesis = genesis_record(now, 0)
    Checkpoint.objects.get_or_create(seq=0, defaults={"record": genesis})
    genesis = Checkpoint.objects.get(seq=0).record
    return ChainHead.objects.create(id=HEAD_ID, seq=0, hash=read_base(genesis).hash)


def _storable(text: str) -> str:
    """Text that any database stores: no NUL and no halves of characters."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")

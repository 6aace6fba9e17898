"""Adds rows to the chain: one writer at a time, who holds the row of the chain's end until its transaction ends."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import rfc8785
from django.db import transaction

from rightcast.domain.anchors import GENESIS, read_base
from rightcast.domain.chain import Row, canonical, moment_text
from rightcast.panel.audit.models import AuditRow, ChainHead, Checkpoint
from rightcast.panel.audit.persons import PERSONS, Person, keys_for, sealed
from rightcast.panel.audit.queries import HEAD_ID
from rightcast.panel.audit.storing import locked_end, store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor


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


def append(actor: Actor, said: Sequence[Said], now: datetime) -> None:
    """Add rows in their order, in the caller's transaction or one of their own."""
    if not said:
        return
    with transaction.atomic(savepoint=False):
        seq, before = _locked_end(now)
        persons = [one.about for one in said if one.about is not None]
        who: Person | None = ("staff", actor.user.pk) if actor.user is not None else None
        keys = keys_for([*persons, who] if who else persons)
        name, at = _storable(actor.name), moment_text(now)
        made = []
        for one in said:
            seq += 1
            shown = sealed(name, who, keys[who], "actor_name") if who else name
            blank = _row(actor, shown, one, keys, seq, at)
            row = replace(blank, prev_hash=before, hash=blank.hash_after(before))
            before = row.hash
            made.append(row)
        store(made, now)


def hold_trail(now: datetime) -> None:
    """Keep the end of the trail until the transaction ends: who does so first also commits first.

    What an operation numbers after this call is numbered in the order of commits, on every database.
    """
    _locked_end(now)


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
    actor: Actor, shown: str, said: Said, keys: Mapping[Person, bytes | None], seq: int, at: str
) -> Row:
    sentence, detail, about = _storable(said.sentence), canonical_detail(said.detail), said.about
    if about is not None:
        sentence, detail = (
            sealed(text, about, keys[about], column) for text, column in ((sentence, "sentence"), (detail, "detail"))
        )
    return Row(
        seq=seq,
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.user.pk if actor.user is not None else None,
        actor_name=shown,
        action=said.action,
        subject=said.subject,
        subject_id=said.subject_id,
        person_kind=about[0] if about else "",
        person_id=about[1] if about else None,
        sentence=sentence,
        detail=detail,
    )


def _locked_end(now: datetime) -> tuple[int, str]:
    """The end of the chain, ours until the transaction ends; made when the trail is empty."""
    found = locked_end()
    if found is not None:
        return found
    last = AuditRow.objects.order_by("-id").first()
    if last is not None:  # somebody took the end away; verifying says so, and deeds go on being written
        ChainHead.objects.create(id=HEAD_ID, seq=last.id, hash=last.hash)
        return last.id, last.hash
    genesis = genesis_record(now, 0)
    Checkpoint.objects.get_or_create(seq=0, defaults={"record": genesis})
    begin = read_base(Checkpoint.objects.get(seq=0).record)
    ChainHead.objects.create(id=HEAD_ID, seq=0, hash=begin.hash)
    return 0, begin.hash


def _storable(text: str) -> str:
    """Text that any database stores: no NUL and no halves of characters."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")

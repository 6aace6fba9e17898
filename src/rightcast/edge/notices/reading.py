"""From the fields of a form or the body of a call to what it says, cut to what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.notices import Filled, Objection
from rightcast.domain.notices import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_REASONS,
    MOST_ADDRESSES,
    Notice,
    NoticeKind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_WORDS = 10


class Call(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /notice/api`. `id` is the sender's own number of the notice."""

    id: str
    kind: NoticeKind = NoticeKind.DSA
    addresses: tuple[str, ...] = ()
    work: str = ""
    reasons: str = ""
    sender: str = ""
    email: str = ""
    contact: str = ""
    good_faith: bool = False
    accuracy: bool = False
    signature: str = ""


def filled_of(fields: Mapping[str, str], kinds: tuple[NoticeKind, ...]) -> Filled:
    """What a form says."""
    wanted = fields.get("kind", "")
    kind = next((one for one in kinds if one.value == wanted), kinds[0])
    addresses = (" ".join(line.split()) for line in fields.get("addresses", "").splitlines())
    return Filled(
        kind=kind,
        addresses=tuple(dict.fromkeys(one[: LONGEST_ADDRESS + 1] for one in addresses if one))[:MOST_ADDRESSES],
        work=_line(fields, "work"),
        reasons=_text(fields, "reasons"),
        sender=_line(fields, "sender"),
        email=_line(fields, "email"),
        contact=_line(fields, "contact"),
        good_faith=fields.get("good_faith") == "yes",
        accuracy=fields.get("accuracy") == "yes",
        signature=_line(fields, "signature"),
    )


def called(call: Call, sender: str, email: str) -> Filled:
    """What a call says; of a registered flagger name and e-mail are known."""
    return Filled(
        kind=call.kind,
        addresses=tuple(dict.fromkeys(one.strip()[: LONGEST_ADDRESS + 1] for one in call.addresses))[:MOST_ADDRESSES],
        work=call.work.strip()[:LONGEST_NAME],
        reasons=call.reasons.strip()[:LONGEST_REASONS],
        sender=(call.sender.strip() or sender)[:LONGEST_NAME],
        email=(call.email.strip() or email)[:254],
        contact=call.contact.strip()[:LONGEST_NAME],
        good_faith=call.good_faith,
        accuracy=call.accuracy,
        signature=call.signature.strip()[:LONGEST_NAME],
    )


def notice_of(filled: Filled, sha256: str = "") -> Notice:
    """What was filled in, as the rules read it."""
    return Notice(sha256=sha256, **{name: getattr(filled, name) for name in filled.__struct_fields__})


def objection_of(fields: Mapping[str, str]) -> Objection:
    """What a side adds."""
    return Objection(
        text=_text(fields, "text"),
        name=_line(fields, "name"),
        email=_line(fields, "email"),
        contact=_line(fields, "contact"),
        by_mistake=fields.get("by_mistake") == "yes",
        jurisdiction=fields.get("jurisdiction") == "yes",
        signature=_line(fields, "signature"),
    )


def is_counter_notice(said: Objection) -> bool:
    """Whether all of 17 U.S.C. 512(g)(3) is in it."""
    return all((said.name, said.contact, said.by_mistake, said.jurisdiction, said.signature))


def _line(fields: Mapping[str, str], name: str) -> str:
    return " ".join(fields.get(name, "").replace("\0", "").split())[:LONGEST_NAME]


def _text(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_REASONS]

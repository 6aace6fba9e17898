"""Evidence of agreements: documents kept in the data folder under their SHA-256, addresses, and statements.

A document is written once and never changed; what is read back is compared with its hash.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from rightcast.domain.agreements import Step, change, take
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.evidence import PATHS, EvidenceKind, need_of
from rightcast.domain.rights import Instrument, RightStatus
from rightcast.panel.operation import operating
from rightcast.panel.rights.models import CarriageRight, Evidence
from rightcast.panel.rights.writing import covered, hand_of, office, publish, right_of, stand, standing_of

if TYPE_CHECKING:
    from rightcast.domain.evidence import Need
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.operation import Deed

LARGEST_BYTES = 25_000_000
MOST_PIECES = 100


def attach(
    actor: Actor,
    right_id: int,
    *,
    need: str = "",
    document: bytes | None = None,
    file_name: str = "",
    link: str = "",
    statement: str = "",
) -> Evidence:
    """Attach one piece: a document, an address or a statement. Raises InvalidInputError, ConflictError, NotFoundError.

    `need`: which need of the instrument it proves, the first when not said. A draft that lacks nothing more
    waits for approval from then on.
    """
    with operating(actor, "rights.change_carriageright") as deed:
        right = right_of(right_id)
        if right.status == RightStatus.WITHDRAWN.value:
            raise ConflictError(f"Right {right.reference} is withdrawn.", remedy="Record a new right.")
        if right.evidence.count() >= MOST_PIECES:
            raise ConflictError(f"Right {right.reference} has {MOST_PIECES} pieces of evidence.")
        piece = _piece(right, need, document=document, file_name=file_name, link=link, statement=statement)
        piece.added, piece.added_by = deed.now, hand_of(actor).key
        piece.save()
        facts = {"need": piece.need, "kind": piece.kind, "sha256": piece.sha256, "size_bytes": piece.size_bytes}
        deed.record("right.attach", right_id, f"attached evidence to right {right.reference}", **facts)
        _follow(deed, actor, right)
    return piece


def detach(actor: Actor, evidence_id: int) -> None:
    """Take a piece away from an agreement that is not in force. Raises ConflictError, NotFoundError.

    The document itself stays in the folder: another agreement may rest on it.
    """
    with operating(actor, "rights.change_carriageright") as deed:
        piece = Evidence.objects.select_related("right").filter(id=evidence_id).first()
        if piece is None:
            raise NotFoundError(f"There is no evidence of id {evidence_id}.", remedy="It may have been removed.")
        right = piece.right
        if not RightStatus(right.status).pending:
            raise ConflictError(
                f"Right {right.reference} was in force on this evidence; it stays.",
                remedy="Attach what is better beside it.",
            )
        facts = {"need": piece.need, "kind": piece.kind, "sha256": piece.sha256}
        piece.delete()
        deed.record("right.detach", right.id, f"took evidence away from right {right.reference}", **facts)
        _follow(deed, actor, right)


def read_document(piece: Evidence) -> bytes:
    """The document as it was attached. Raises NotFoundError when it is gone or was changed."""
    try:
        content = document_path(piece.sha256).read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"The document {piece.sha256[:12]}… is not in the data folder.", remedy="Restore it from a backup."
        ) from error
    if hashlib.sha256(content).hexdigest() != piece.sha256:
        raise NotFoundError(
            f"The document {piece.sha256[:12]}… was changed after it was attached.", remedy="Restore it from a backup."
        )
    return content


def broken(right: CarriageRight) -> list[str]:
    """What of its documents is gone or changed, in sentences."""
    found = []
    for piece in right.evidence.filter(kind=EvidenceKind.DOCUMENT.value):
        try:
            read_document(piece)
        except NotFoundError as error:
            found.append(error.sentence)
    return found


def document_path(sha256: str) -> Path:
    """Where a document is kept."""
    return Path(settings.STATION.data) / "evidence" / sha256[:2] / sha256


def _follow(deed: Deed, actor: Actor, right: CarriageRight) -> None:
    """What the agreement waits for, now that its evidence is another."""
    before, hand = standing_of(right), hand_of(actor)
    if not before.status.pending:
        return
    after = change(before, "", hand, office())
    stand(right, after)
    if right.status == RightStatus.DRAFT.value and not before.lacking:
        stand(right, take(standing_of(right), Step.SUBMIT, hand, office()))
    right.save(update_fields=["status", "prepared_by", "approved_by", "suspended_by"])
    publish(deed, right, covered(right))


def _piece(
    right: CarriageRight, name: str, *, document: bytes | None, file_name: str, link: str, statement: str
) -> Evidence:
    instrument = Instrument(right.instrument)
    need = need_of(instrument, name)
    if need is None:
        known = ", ".join(one.name for one in PATHS[instrument].needs)
        raise InvalidInputError(f"'{name}' is nothing it needs.", remedy=f"Write one of {known}.", field="need")
    if sum((document is not None, bool(link.strip()), bool(statement.strip()))) != 1:
        raise InvalidInputError(
            "Evidence is one document, one address or one statement.", remedy="Give exactly one.", field=need.name
        )
    if document is not None:
        return _document(right, need, document, file_name)
    if link.strip():
        return Evidence(right=right, need=need.name, kind=EvidenceKind.LINK.value, text=_link(link, need.name))
    said = " ".join(statement.split())
    if len(said) > 2000:
        raise InvalidInputError("A statement has at most 2000 letters.", remedy="Shorten it.", field=need.name)
    if need.choices and said not in need.choices:
        raise InvalidInputError(
            f"'{said}' is none of them.", remedy=f"Write one of: {'; '.join(need.choices)}.", field=need.name
        )
    return Evidence(right=right, need=need.name, kind=EvidenceKind.STATEMENT.value, text=said)


def _document(right: CarriageRight, need: Need, document: bytes, file_name: str) -> Evidence:
    if not 0 < len(document) <= LARGEST_BYTES:
        raise InvalidInputError(
            f"A document has 1 byte to {LARGEST_BYTES // 1_000_000} MB.", remedy="Choose another.", field=need.name
        )
    digest = hashlib.sha256(document).hexdigest()
    _keep(digest, document)
    name = " ".join(Path(file_name.replace("\\", "/")).name.split())[:200] or "document"
    return Evidence(
        right=right,
        need=need.name,
        kind=EvidenceKind.DOCUMENT.value,
        text="".join(letter for letter in name if letter.isprintable()),
        sha256=digest,
        size_bytes=len(document),
    )


def _keep(digest: str, content: bytes) -> None:
    """Write beside, then rename: a reader finds the whole document or none."""
    path = document_path(digest)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
        return
    beside = path.with_name(f"{digest}.{secrets.token_hex(4)}")
    with beside.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(0o400)
    beside.replace(path)


def _link(text: str, field: str) -> str:
    address = text.strip()
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(address) <= 1000
    except ValueError:
        good = False
    if not good or any(letter.isspace() for letter in address):
        raise InvalidInputError(
            f"'{address[:80]}' is no address of a page.", remedy="Write https:// and the rest.", field=field
        )
    return address

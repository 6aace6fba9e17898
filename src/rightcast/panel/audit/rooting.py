"""Signs the Merkle root over all rows, once an hour; and says what is wrong with the rows that came since the last."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from rightcast.domain.anchors import NOTHING, Root, digest, frontier_text, read_root
from rightcast.domain.chain import Walk, follow, moment_text
from rightcast.panel.audit.models import Anchoring, AuditRow, ChainHead, Checkpoint, SignedRoot
from rightcast.panel.audit.pruning import base
from rightcast.panel.audit.queries import ANCHORING_ID, HEAD_ID
from rightcast.state.signing import signer

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.domain.chain import Fault

EVERY = timedelta(hours=1)
MOST_AT_ONCE = 200_000
"""Rows that one root takes in; where more came since the last, the next look takes the others."""


def sign_due(now: datetime) -> SignedRoot | None:
    """Sign a root if the last is an hour old and rows came since."""
    last = SignedRoot.objects.order_by("-number").first()
    if last is not None and now - last.at < EVERY:
        return None
    return sign_root(now)


def sign_root(now: datetime) -> SignedRoot | None:
    """Sign a root over all rows; None when none came since the last, or when some are missing.

    A changed row is told of and does not keep those after it from being signed: its hash does not fit for ever.
    """
    with transaction.atomic():
        head = ChainHead.objects.select_for_update().filter(id=HEAD_ID).first()
        begin = base()
        if head is None or begin is None:
            return None
        last = SignedRoot.objects.order_by("-number").first()
        before = read_root(last.record) if last is not None else None
        walk = Walk(begin.seq, begin.hash, begin.tree)
        if before is not None and before.size >= begin.seq:
            walk = Walk(before.size, before.chain, before.tree)
        first = walk.seq + 1
        rows = AuditRow.objects.filter(id__gt=walk.seq).order_by("id")[:MOST_AT_ONCE]
        faults = follow((row.chained() for row in rows.iterator(chunk_size=2000)), walk)
        if walk.seq != head.seq and walk.seq - first + 1 < MOST_AT_ONCE:
            low, high = sorted((walk.seq, head.seq))
            _tell(faults, f"Rows {low + 1} to {high} are missing.", now)
            return None
        _tell(faults, "", now)
        if walk.seq < first or walk.tree.size != walk.seq:
            return None
        return _signed(walk, first, last, now)


def _signed(walk: Walk, first: int, last: SignedRoot | None, now: datetime) -> SignedRoot:
    signs = signer(settings.STATION.keys)
    record = Root(
        number=last.number + 1 if last is not None else 1,
        first=first,
        size=walk.seq,
        at=moment_text(now),
        root=walk.tree.root.hex(),
        chain=walk.hash,
        frontier=frontier_text(walk.tree),
        previous=digest(last.record) if last is not None else NOTHING,
        key=signs.fingerprint,
    )
    text = record.text()
    for one in Checkpoint.objects.filter(signature=""):  # a genesis is written before there is a key
        one.signature = signs.sign(one.record)
        one.save(update_fields=["signature"])
    return SignedRoot.objects.create(
        number=record.number, size=record.size, at=now, record=text, signature=signs.sign(text)
    )


def _tell(faults: list[Fault], otherwise: str, now: datetime) -> None:
    """Keep what was found first; it stays until the whole trail is verified and holds (`checking`)."""
    words = f"{faults[0].sentence[:1].upper()}{faults[0].sentence[1:]}." if faults else otherwise
    if words:
        row, _ = Anchoring.objects.get_or_create(id=ANCHORING_ID)
        if not row.check_trouble:
            row.check_trouble, row.checked_at = words[:300], now
            row.save(update_fields=["check_trouble", "checked_at"])

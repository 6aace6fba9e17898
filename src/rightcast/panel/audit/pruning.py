"""Lets go of rows past their time: a signed checkpoint takes the place of the chain's beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rightcast.domain.anchors import Base, checkpoint_text, frontier_text, read_base
from rightcast.domain.chain import moment_text
from rightcast.domain.merkle import grown
from rightcast.panel.audit.models import AuditRow, Checkpoint
from rightcast.panel.takedowns.holding import trail_kept_from
from rightcast.state.signing import signer

if TYPE_CHECKING:
    from datetime import datetime


def base() -> Base | None:
    """Where the kept rows begin; None while nothing was written. Raises ValueError for a broken checkpoint."""
    last = Checkpoint.objects.order_by("-seq").first()
    return None if last is None else read_base(last.record)


def prune_rows(before: datetime) -> int:
    """Forget the rows from the chain's beginning that are older than `before`; returns how many.

    What a hold keeps stays, and whatever comes behind it.
    """
    kept = trail_kept_from()
    before = before if kept is None else min(before, kept)
    with transaction.atomic():
        begin = base()
        if begin is None:
            return 0
        first_kept = AuditRow.objects.filter(at__gte=before).order_by("id").values_list("id", flat=True).first()
        gone = AuditRow.objects.filter(at__lt=before).order_by("id")
        if first_kept is not None:
            gone = gone.filter(id__lt=first_kept)
        last = gone.last()
        if last is None:
            return 0
        hashes = gone.values_list("hash", flat=True).iterator()
        tree = grown(begin.tree, map(bytes.fromhex, hashes))
        signs = signer(settings.STATION.keys)
        record = checkpoint_text(
            Base(seq=last.id, hash=last.hash, frontier=frontier_text(tree)),
            at=moment_text(timezone.now()),
            through=moment_text(last.at),
            key=signs.fingerprint,
        )
        # The table's guard lets go only of rows that a checkpoint stands for.
        Checkpoint.objects.create(seq=last.id, record=record, signature=signs.sign(record))
        Checkpoint.objects.filter(seq__gt=0, seq__lt=last.id).delete()
        return gone.delete()[0]

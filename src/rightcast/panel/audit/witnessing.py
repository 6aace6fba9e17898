"""Has signed roots witnessed outside the station: stamped by a service of RFC 3161, mirrored to a folder or address.

What fails is tried again each minute, and is told of; nothing waits for it.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils import timezone

from rightcast.domain.errors import InvalidInputError, RightcastError, StampRefusedError
from rightcast.panel.alarms.notify.contract import DeliveryError
from rightcast.panel.alarms.notify.guard import checked_url, post
from rightcast.panel.audit.models import Anchoring, SignedRoot
from rightcast.panel.audit.queries import ANCHORING_ID, anchoring
from rightcast.panel.audit.rooting import sign_due
from rightcast.panel.operation import operating
from rightcast.state.signing import signer
from rightcast.state.stamps import REQUEST_TYPE, checked_stamp, stamp_request

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor

LOOK_S = 60.0
MOST_MIRRORED = 100
"""Roots that one look carries to the mirror."""


def look() -> None:
    """Sign what is due, and have it witnessed."""
    now = timezone.now()
    if sign_due(now) is not None:
        _bring_to_disk()
    wanted = anchoring()
    if wanted.stamp_url:
        _note(wanted, "stamp", _stamp_last(wanted, now), now)
    if wanted.mirror:
        _note(wanted, "mirror", _mirror_all(wanted), now)


def set_anchoring(actor: Actor, *, stamp_url: str, mirror: str) -> Anchoring:
    """Say where roots are witnessed; empty for nowhere. Raises InvalidInputError."""
    with operating(actor, "station.change_stationrow") as deed:
        if stamp_url:
            checked_url(stamp_url, field="stamp_url")
        if mirror and not mirror.startswith("/"):
            checked_url(mirror, field="mirror")
        if len(stamp_url) > 300 or len(mirror) > 300:
            raise InvalidInputError("An address is too long.", remedy="At most 300 letters.", field="mirror")
        row, _ = Anchoring.objects.update_or_create(
            id=ANCHORING_ID,
            defaults={
                "stamp_url": stamp_url,
                "mirror": mirror,
                "stamp_trouble": "",
                "stamp_failing_since": None,
                "mirror_trouble": "",
                "mirror_failing_since": None,
            },
        )
        where = " and ".join(text for text in (stamp_url, mirror) if text) or "nowhere"
        deed.record("audit.anchor", None, f"has roots of the audit trail witnessed by {where}")
    return row


def _stamp_last(wanted: Anchoring, now: datetime) -> str:
    """Have the newest root stamped: it stands for all rows before it. What went wrong."""
    last = SignedRoot.objects.order_by("-number").first()
    if last is None or last.stamp is not None:
        return ""
    data = last.record.encode()
    request = stamp_request(data)
    try:
        answered = post(
            wanted.stamp_url,
            request.as_bytes(),
            {"Content-Type": REQUEST_TYPE},
            networks=settings.STATION.notify_networks,
        )
        at = checked_stamp(answered.body, data, request.nonce)
    except (DeliveryError, InvalidInputError, StampRefusedError) as error:
        return str(error)
    SignedRoot.objects.filter(number=last.number).update(
        stamp=answered.body, stamped_by=wanted.stamp_url, stamped_at=at, mirrored=False
    )
    return ""


def _mirror_all(wanted: Anchoring) -> str:
    """Carry what the mirror does not have yet, in order. What went wrong."""
    try:
        for root in SignedRoot.objects.filter(mirrored=False).order_by("number")[:MOST_MIRRORED]:
            _mirror(wanted.mirror, root)
            SignedRoot.objects.filter(number=root.number).update(mirrored=True)
    except OSError as error:
        return f"The mirror {wanted.mirror} cannot be written: {error.strerror or error}."
    except (DeliveryError, RightcastError) as error:
        return str(error)
    return ""


def _mirror(place: str, root: SignedRoot) -> None:
    body = mirrored_root(root)
    if not place.startswith("/"):
        headers = {"Content-Type": "application/json"}
        post(place, body, headers, networks=settings.STATION.notify_networks)
        return
    folder = Path(place)
    draft = folder / f".root-{root.number:08}.{os.getpid()}"
    draft.write_bytes(body)
    draft.replace(folder / f"root-{root.number:08}.json")


def mirrored_root(root: SignedRoot) -> bytes:
    """A root as mirrors and exports carry it: the record as text, its signature, key and stamp."""
    record = {
        "key": signer(settings.STATION.keys).public.hex(),
        "record": root.record,
        "signature": root.signature,
        "stamp": b64encode(root.stamp).decode() if root.stamp is not None else "",
    }
    return (json.dumps(record, sort_keys=True) + "\n").encode()


def _bring_to_disk() -> None:
    """Rows that a witness will be told of must outlast a power cut: SQLite's journal is not synced at each commit."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _note(wanted: Anchoring, name: str, trouble: str, now: datetime) -> None:
    """Keep how it went, on change only."""
    trouble = trouble[:300]
    since = getattr(wanted, f"{name}_failing_since")
    if trouble == getattr(wanted, f"{name}_trouble") and bool(trouble) == (since is not None):
        return
    Anchoring.objects.filter(id=ANCHORING_ID).update(
        **{f"{name}_trouble": trouble, f"{name}_failing_since": (since or now) if trouble else None}
    )

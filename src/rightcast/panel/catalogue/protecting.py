"""Handing a channel's keys to a DRM vendor, and taking the vendor's. Exported keys are secrets: for owners, audited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.protection import CMAF_SCHEMES, KeyOrigin, Protection, Scheme, VendorKey, period_start
from rightcast.formats.cpix import DocumentKey, read_document, write_document
from rightcast.panel.catalogue.features import feature_of
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.catalogue.operations import set_feature
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.state.content_keys import ContentKeys

LONGEST_EXPORT_H = 24 * 31
OWNERS_ONLY = "staff.add_operator"


def export_keys(actor: Actor, channel_id: int, keys: ContentKeys, *, hours: int) -> bytes:
    """A CPIX document with the station's keys of a channel for the next hours.

    Raises NotFoundError, InvalidInputError, ConflictError when the channel's keys are a vendor's own.
    """
    if not 1 <= hours <= LONGEST_EXPORT_H:
        raise InvalidInputError(
            f"Keys for {hours} hours cannot be exported.", remedy=f"Choose 1 to {LONGEST_EXPORT_H}.", field="hours"
        )
    with operating(actor, OWNERS_ONLY) as deed:
        channel = _channel(channel_id)
        protection = feature_of(channel, Protection)
        if protection.origin is KeyOrigin.VENDOR:
            raise ConflictError(
                f"The keys of {channel} were imported; the station has none of its own in use.",
                remedy="The vendor has them. `rightcast protection set CHANNEL --keys station` goes back.",
            )
        found = _periods(channel_id, protection, keys, deed.now, hours)
        deed.record("channel.keys.export", channel_id, f"exported {len(found)} keys of channel {channel}", hours=hours)
    return write_document(f"channel-{channel_id}", found)


def import_keys(actor: Actor, channel_id: int, keys: ContentKeys, document: bytes) -> Protection:
    """Take a vendor's keys from its document: they are sealed, and in use from now on. Raises InvalidInputError."""
    actor.require(OWNERS_ONLY)
    found = read_document(document)
    before = feature_of(_channel(channel_id), Protection)
    stored = tuple(
        VendorKey(
            kid=one.kid.hex(), sealed=keys.seal(one.key), iv=one.iv.hex(), starts=one.starts, ends=one.ends,
            signals=one.signals,
        )
        for one in found
    )  # fmt: skip
    scheme = next((Scheme(one.scheme) for one in found if one.scheme in set(CMAF_SCHEMES)), before.scheme)
    record = replace(
        before, origin=KeyOrigin.VENDOR, keys=stored, scheme=scheme if scheme is not Scheme.NONE else Scheme.CBCS
    )
    set_feature(actor, channel_id, record, sentence=f"imported {len(stored)} keys for channel {channel_id}")
    return record


def _periods(
    channel_id: int, protection: Protection, keys: ContentKeys, now: datetime, hours: int
) -> list[DocumentKey]:
    first, step = period_start(now.timestamp(), protection.period_s), protection.period_s
    found = []
    for starts in range(first, int((now + timedelta(hours=hours)).timestamp()), step):
        one = keys.derived(channel_id, starts)
        found.append(
            DocumentKey(
                kid=one.kid,
                key=one.key,
                iv=one.iv if protection.scheme is not Scheme.AES_128 else b"",
                scheme=protection.scheme.value,
                starts=datetime.fromtimestamp(starts, UTC),
                ends=datetime.fromtimestamp(starts + step, UTC),
            )
        )
    return found


def _channel(channel_id: int) -> Channel:
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        raise NotFoundError(f"There is no channel of id {channel_id}.", remedy="It may have been removed meanwhile.")
    return channel

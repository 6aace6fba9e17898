"""What may be asked for: by what a channel offers, and by what its rings hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.edge.packaging import names
from rightcast.edge.packaging.names import ALL_PIDS, Form
from rightcast.edge.packaging.tracks import is_bitmaps, is_text

if TYPE_CHECKING:
    from rightcast.edge.ring_reader import Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The formats in which a channel may be asked for."""

    ts: bool
    cmaf: bool
    low_latency: bool
    dash: bool


def offers(packaging: Offer, form: Form) -> bool:
    """Whether a channel leaves in a form; subtitles go with every one."""
    match form:
        case Form.TS:
            return packaging.ts
        case Form.CMAF:
            return packaging.cmaf
        case Form.LOW_LATENCY:
            return packaging.cmaf and packaging.low_latency
        case _:
            return True


def may_ask(packaging: Offer, found: names.Listing | names.Init | names.Piece) -> bool:
    """Fragments serve HLS and DASH alike; text goes with either."""
    form = found.track.form
    return offers(packaging, form) or (packaging.dash and form is Form.CMAF and not isinstance(found, names.Listing))


def holds(ring: Ring, track: names.Track) -> bool:
    """Whether a ring is on air and has the track."""
    right = {Form.TEXT: is_text, Form.CAPTIONS: is_text, Form.BITMAPS: is_bitmaps}.get(track.form)
    held = track.pid == ALL_PIDS or any(
        one.pid == track.pid and (right is None or (right(one) and one.page == track.page)) for one in ring.tracks
    )
    return ring.up and held

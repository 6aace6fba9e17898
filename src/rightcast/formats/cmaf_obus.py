"""The pictures of one AV1 segment or part as samples of a CMAF track.

"AV1 Codec ISO Media File Format Binding" sections 2.4 and 2.5: a sample is a temporal unit without its delimiter. In
a ring each PES packet holds one temporal unit; see `formats.mpegts.obu_streams`. Sequence headers stay in samples too:
decoders in wide use look for them there alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.cmaf_pictures import HEAD_PACKETS, Pictures, durations
from rightcast.formats.codecs import av1
from rightcast.formats.codecs.coding import PictureFormat
from rightcast.formats.isobmff.boxes import box
from rightcast.formats.isobmff.fragment import OTHER_SAMPLE, SYNC_SAMPLE, Samples
from rightcast.formats.isobmff.picture_entry import picture_entry
from rightcast.formats.mpegts.access_units import LONGEST_DELAY, unwrapped
from rightcast.formats.mpegts.units import step

if TYPE_CHECKING:
    from rightcast.formats.codecs.av1 import Obu
    from rightcast.formats.mpegts.elementary import Elementary, Stretch

_LEFT_OUT = frozenset((av1.DELIMITER, av1.PADDING, av1.TILE_LIST))
_FRAMES = frozenset((av1.FRAME, av1.FRAME_HEADER))


class _Unit(NamedTuple):
    """A temporal unit that shows a picture; times are unwrapped."""

    dts: int
    pts: int
    obus: list[Obu]


def obu_pictures(now: Stretch, before: Stretch | None, pid: int, *, near: int) -> Pictures | None:
    """The pictures of `now`; None when no sequence header is known."""
    stream = now.elementary(pid)
    units = _units(stream, near)
    found = _format_in(stream.data, units) or (_format_before(before, pid) if before is not None else None)
    if found is None:
        return None
    if not units:
        return Pictures(found)
    times = [unit.dts for unit in units]
    keys = [_starts_decoding(stream.data, unit.obus) for unit in units]
    bodies = [b"".join(stream.data[obu.start : obu.end] for obu in unit.obus) for unit in units]
    samples = Samples(
        base=times[0],
        sizes=[len(body) for body in bodies],
        durations=durations(times, before, pid, found, per_frame=1),
        offsets=[unit.pts - unit.dts for unit in units],
        flags=[SYNC_SAMPLE if key else OTHER_SAMPLE for key in keys],
        body=b"".join(bodies),
    )
    return Pictures(found, samples, earliest=min(unit.pts for unit in units), independent=keys[0])


def format_of(header: bytes) -> PictureFormat | None:
    """What a decoder must know, by a sequence header OBU; None when it cannot be read."""
    sequence = av1.parse_sequence(header)
    if sequence is None:
        return None
    entry = picture_entry(b"av01", sequence.picture, box(b"av1C", av1.configuration(sequence, header)))
    return PictureFormat(sequence.codec, sequence.picture, entry, frozenset((header,)))


def _units(stream: Elementary, near: int) -> list[_Unit]:
    borders = [*(start.place for start in stream.starts[1:]), len(stream.data)]
    units: list[_Unit] = []
    for (place, pts, dts), end in zip(stream.starts, borders, strict=False):
        if pts is None or dts is None:
            continue
        found = av1.obus(stream.data, place, end)
        if not any(obu.kind in _FRAMES for obu in found):
            continue
        decoded, delay = unwrapped(dts, near), step(dts, pts)
        if decoded >= 0:
            shown = decoded + (delay if abs(delay) <= LONGEST_DELAY else 0)
            units.append(_Unit(decoded, shown, [obu for obu in found if obu.kind not in _LEFT_OUT]))
    return units


def _starts_decoding(data: bytes, found: list[Obu]) -> bool:
    """A sequence header, and behind it a key frame that is shown."""
    first = next((obu for obu in found if obu.kind in _FRAMES), None)
    headed = any(obu.kind == av1.SEQUENCE_HEADER for obu in found)
    return headed and first is not None and av1.shows_key_frame(data, first)


def _format_in(data: bytes, units: list[_Unit]) -> PictureFormat | None:
    headers = (obu for unit in units for obu in unit.obus if obu.kind == av1.SEQUENCE_HEADER)
    return next((found for obu in headers if (found := format_of(data[obu.start : obu.end]))), None)


def _format_before(before: Stretch, pid: int) -> PictureFormat | None:
    """The format by the last sequence header in earlier bytes, of which only heads are read."""
    rows = before.payload_rows(pid)
    for start in reversed(before.unit_places(pid).tolist()):
        head = before.elementary(pid, rows[start : start + HEAD_PACKETS])
        header = av1.first_sequence_header(head.data)
        found = format_of(header) if header else None
        if found is not None:
            return found
    return None

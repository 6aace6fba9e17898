"""The pictures of one segment or part as samples of a CMAF track.

ISO/IEC 14496-15 section 5.3 (H.264 in files: `avc1`, parameter sets in the init segment only).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from statistics import median_low
from typing import TYPE_CHECKING

from rightcast.formats.codecs.coding import Field, PictureFormat
from rightcast.formats.isobmff.fragment import OTHER_SAMPLE, SYNC_SAMPLE, Samples
from rightcast.formats.mpegts.access_units import Nal, Unit, access_units, nal_units, unwrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.formats.codecs.coding import PictureCoding
    from rightcast.formats.mpegts.elementary import Elementary, Stretch

TIMESCALE = 90_000
_USUAL_DURATION = 3600
_LONGEST_DURATION = 10 * TIMESCALE
HEAD_PACKETS = 40
"""Packets of an access unit within which its parameter sets are looked for."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """`samples` with `earliest`: presentation time of the first one shown; `independent`: a decoder may start there.

    `units`: of each sample, its NAL units with their length fields: size, and bytes up to where encryption may begin
    (None: nowhere); left empty unless asked for.
    """

    format: PictureFormat
    samples: Samples | None = None
    earliest: int = 0
    independent: bool = False
    units: tuple[tuple[tuple[int, int | None], ...], ...] = ()


def pictures(
    now: Stretch, before: Stretch | None, pid: int, coding: PictureCoding, *, near: int, to_protect: bool = False
) -> Pictures | None:
    """The pictures of `now`; None when no parameter sets are known."""
    stream = now.elementary(pid)
    units = access_units(stream, coding, near=near)
    found = _format_in(stream.data, units, coding)
    if found is None and before is not None:
        found = _format_before(before, pid, coding)
    if found is None:
        return None
    stream, units, per_frame = _in_frames(stream, units, before, pid, coding=coding, found=found)
    drawn = _drawn(stream.data, units, coding, found)
    if not drawn:
        return Pictures(found)
    times = [unit.dts for unit, _ in drawn]
    keys = [coding.starts_decoding(stream.data, unit) for unit, _ in drawn]
    return Pictures(
        found,
        Samples(
            base=times[0],
            sizes=[sum(nal.end - nal.start + 4 for nal in nals) for _, nals in drawn],
            durations=durations(times, before, pid, found, per_frame=per_frame),
            offsets=[unit.pts - unit.dts for unit, _ in drawn],
            flags=[SYNC_SAMPLE if key else OTHER_SAMPLE for key in keys],
            body=_body(stream.data, [nal for _, nals in drawn for nal in nals]),
        ),
        earliest=min(unit.pts for unit, _ in drawn),
        independent=keys[0],
        units=_measured(stream.data, drawn, coding, found) if to_protect else (),
    )


def _in_frames(
    stream: Elementary,
    units: list[Unit],
    before: Stretch | None,
    pid: int,
    *,
    coding: PictureCoding,
    found: PictureFormat,
) -> tuple[Elementary, list[Unit], int]:
    """Pairs of fields as one unit each, and how many units make a frame.

    A first field at the end is left to the part in which its second one ends. Earlier bytes are read only where the
    part begins with a field that may be a second one.
    """
    fields = coding.fields(stream.data, units, found.sets)
    if not any(fields):
        return stream, units, 1
    if fields[0] is not None and before is not None and not coding.starts_decoding(stream.data, units[0]):
        stream = stream.behind(before.elementary(pid))
        units = access_units(stream, coding, near=units[0].dts)
        fields = coding.fields(stream.data, units, found.sets)
    frames = [unit for unit in paired_fields(units, fields) if unit.nals[-1].end > stream.border]
    return stream, frames, 2 if len(stream.starts) > len(units) // 2 else 1


def paired_fields(units: Sequence[Unit], fields: Sequence[Field | None]) -> list[Unit]:
    """Units with each first field joined by the second field behind it; one that waits for its second is left out."""
    made: list[Unit] = []
    first: Field | None = None
    for unit, field in zip(units, fields, strict=True):
        if first is not None and field is not None and field == Field(first.frame, not first.bottom):
            made[-1] = replace(made[-1], nals=made[-1].nals + unit.nals)
            first = None
        else:
            made.append(unit)
            first = field
    return made[:-1] if first is not None else made


def _drawn(data: bytes, units: list[Unit], coding: PictureCoding, found: PictureFormat) -> list[tuple[Unit, list[Nal]]]:
    """The units that hold a picture, and what of them goes into the sample.

    Parameter sets stand in the init segment; only where others come as well, all that come stay in the samples.
    """
    told = all(
        data[nal.start : nal.end] in found.sets for unit in units for nal in unit.nals if coding.is_set(nal.kind)
    )
    drawn = []
    for unit in units:
        kept = [nal for nal in unit.nals if not (coding.is_left_out(nal.kind) or (told and coding.is_set(nal.kind)))]
        if unit.dts >= 0 and any(coding.is_slice(nal.kind) for nal in kept):
            drawn.append((unit, kept))
    return drawn


def _measured(
    data: bytes, drawn: list[tuple[Unit, list[Nal]]], coding: PictureCoding, found: PictureFormat
) -> tuple[tuple[tuple[int, int | None], ...], ...]:
    """Sizes and slice headers of all NAL units of the samples, by the parameter sets known by the fragment's end."""
    sets = [data[nal.start : nal.end] for _, nals in drawn for nal in nals if coding.is_set(nal.kind)]
    header = coding.slice_headers([*found.sets, *sets])
    return tuple(
        tuple(
            (nal.end - nal.start + 4, header(data[nal.start : nal.end]) + 4 if coding.is_slice(nal.kind) else None)
            for nal in nals
        )
        for _, nals in drawn
    )


def _body(data: bytes, nals: list[Nal]) -> bytes:
    view = memoryview(data)
    pieces: list[bytes | memoryview] = []
    for start, end, _ in nals:
        pieces += ((end - start).to_bytes(4, "big"), view[start:end])
    return b"".join(pieces)


def _format_in(data: bytes, units: list[Unit], coding: PictureCoding) -> PictureFormat | None:
    """The format by the first access unit that has parameter sets."""
    for unit in units:
        sets = [data[nal.start : nal.end] for nal in unit.nals if coding.is_set(nal.kind)]
        if sets:
            found = coding.format(sets)
            if found is not None:
                return found
    return None


def _format_before(before: Stretch, pid: int, coding: PictureCoding) -> PictureFormat | None:
    """The format by the last access unit with parameter sets in earlier bytes, of which only heads are read."""
    rows = before.payload_rows(pid)
    for start in reversed(before.unit_places(pid).tolist()):
        head = before.elementary(pid, rows[start : start + HEAD_PACKETS])
        unit = [nal for nal in nal_units(head.data, coding) if coding.is_set(nal.kind)]
        sets = [head.data[nal.start : nal.end] for nal in unit]
        found = coding.format(sets) if sets else None
        if found is not None:
            return found
    return None


def durations(times: list[int], before: Stretch | None, pid: int, found: PictureFormat, *, per_frame: int) -> list[int]:
    """Differences of decoding times; the last one lasts as long as most do, one alone as the one before the part."""
    gaps = [min(max(later - time, 1), _LONGEST_DURATION) for time, later in itertools.pairwise(times)]
    if gaps:
        return [*gaps, median_low(gaps)]
    if before is not None:
        rows = before.unit_rows(pid)[-per_frame:]
        starts = before.elementary(pid, rows).starts
        past = times[0] - unwrapped(starts[0].dts, times[0]) if starts and starts[0].dts is not None else 0
        if 0 < past <= _LONGEST_DURATION:
            return [past]
    rate = found.picture.frame_rate
    return [round(TIMESCALE / rate) if rate > 1 else _USUAL_DURATION]

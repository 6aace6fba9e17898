"""Fragments: some samples of one track with their index before them.

ISO/IEC 14496-12 section 8.8 (movie fragments); 23000-19 section 7.3.2 (one `traf`, one `trun`, offsets from `moof`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rightcast.formats.isobmff.boxes import box, full_box, number

_SEGMENT_TYPE = box(b"styp", b"msdh" + b"\0\0\0\0" + b"msdh" + b"cmfs")

_NTP_EPOCH_S = 2_208_988_800  # from 1900 to 1970
_LONG = 0xFFFFFFFFFFFFFFFF

# Flags of tfhd (section 8.8.7) and trun (8.8.8).
_BASE_IS_MOOF, _DEFAULT_DURATION, _DEFAULT_FLAGS = 0x020000, 0x08, 0x20
_DATA_OFFSET, _DURATIONS, _SIZES, _FLAGS, _OFFSETS = 0x001, 0x100, 0x200, 0x400, 0x800

# Sample flags (section 8.8.3.1).
SYNC_SAMPLE = 0x02000000  # depends on no other
OTHER_SAMPLE = 0x01010000  # depends on others, is no place to start


@dataclass(frozen=True, slots=True)
class Samples:
    """What a fragment holds, one entry per sample, all times in the track's timescale.

    `base`: decoding time of the first. `offsets`: presentation less decoding time, empty where that is always 0.
    `flags`: empty where every sample is a place to start. `body`: the samples one behind the other.
    """

    base: int
    sizes: Sequence[int]
    durations: Sequence[int]
    offsets: Sequence[int]
    flags: Sequence[int]
    body: bytes


def fragment(
    track_id: int, sequence: int, samples: Samples, *, auxiliary: SampleAuxiliary | None = None, ahead: bytes = b""
) -> bytes:
    """`styp`, whole boxes to go `ahead` (`prft`, `emsg`), `moof` and `mdat`."""
    header = full_box(b"mfhd", 0, 0, number(sequence & 0xFFFFFFFF, 4))
    index = _index(track_id, samples, auxiliary, header, 0)
    moof = _index(track_id, samples, auxiliary, header, len(index) + 8)
    return b"".join((_SEGMENT_TYPE, ahead, moof, (len(samples.body) + 8).to_bytes(4, "big"), b"mdat", samples.body))


def reference_time(track_id: int, wall: float, media_time: int) -> bytes:
    """A `prft` box (section 8.16.5): unix time `wall` and the decoding time of a track that belong together.

    Flags 24: the times are those of the input, consistently off by what reception took.
    """
    ntp = round((wall + _NTP_EPOCH_S) * (1 << 16)) << 16
    return full_box(b"prft", 1, 24, number(track_id, 4), number(ntp, 8), number(media_time & _LONG, 8))


@dataclass(frozen=True, slots=True)
class SampleAuxiliary:
    """How each sample is encrypted: its entry in `senc` (23001-7 section 7.2), and whether entries name subsamples."""

    entries: Sequence[bytes]
    subsamples: bool


def _index(track_id: int, samples: Samples, auxiliary: SampleAuxiliary | None, header: bytes, offset: int) -> bytes:
    """The `moof` whose sample data begins `offset` bytes behind its own start."""
    defaults = {} if len(set(samples.durations)) != 1 else {_DEFAULT_DURATION: samples.durations[0]}
    if not samples.flags:
        defaults[_DEFAULT_FLAGS] = SYNC_SAMPLE
    flags = _BASE_IS_MOOF | sum(defaults)
    head = full_box(b"tfhd", 0, flags, number(track_id, 4), *(number(value, 4) for value in defaults.values()))
    time = full_box(b"tfdt", 1, 0, number(samples.base & _LONG, 8))
    run = _run(samples, offset, durations=_DEFAULT_DURATION not in defaults)
    if auxiliary is None:
        return box(b"moof", header, box(b"traf", head, time, run))
    # Encryption comes last, so that all before it tells where its entries lie.
    before = 8 + len(header) + 8 + len(head) + len(time) + len(run)
    return box(b"moof", header, box(b"traf", head, time, run, _auxiliary_boxes(auxiliary, before)))


def _run(samples: Samples, offset: int, *, durations: bool) -> bytes:
    """One `trun`, version 1, so that composition offsets may be negative."""
    columns = [(_DURATIONS, samples.durations)] if durations else []
    columns.append((_SIZES, samples.sizes))
    if samples.flags:
        columns.append((_FLAGS, samples.flags))
    if any(samples.offsets):
        columns.append((_OFFSETS, samples.offsets))
    rows = np.array([column for _, column in columns], np.int64).T.astype(">u4").tobytes()
    flags = _DATA_OFFSET | sum(flag for flag, _ in columns)
    return full_box(b"trun", 1, flags, number(len(samples.sizes), 4), number(offset, 4), rows)


def _auxiliary_boxes(auxiliary: SampleAuxiliary, before: int) -> bytes:
    """`saiz`, `saio` and `senc`; the middle one points into the last, counted from the `moof`."""
    sizes = [len(entry) for entry in auxiliary.entries]
    same = len(set(sizes)) == 1
    lengths = b"" if same else bytes(sizes)
    sized = full_box(b"saiz", 0, 0, bytes((sizes[0] if same else 0,)), number(len(sizes), 4), lengths)
    located = 12 + 4 + 4
    entries_at = before + len(sized) + located + 16
    placed = full_box(b"saio", 0, 0, number(1, 4), number(entries_at, 4))
    flags = 2 if auxiliary.subsamples else 0
    return sized + placed + full_box(b"senc", 0, flags, number(len(sizes), 4), *auxiliary.entries)

"""Segments cut out of a transport stream, and fragments read back: what the tests of CMAF share."""

from __future__ import annotations

import itertools
import json
import struct
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.cmaf import Packaged, package
from rightcast.formats.isobmff.boxes import find, walk
from rightcast.formats.mpegts.elementary import stretch
from rightcast.formats.mpegts.streams import StreamKind, describe_all
from rightcast.formats.mpegts.units import parse_unit_start

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as a player reads it from fragments, times in the track's timescale."""

    dts: int
    pts: int
    duration: int
    sync: bool
    data: bytes


def unit_offsets(ts: bytes, *, joinable: bool = False) -> list[int]:
    """Where pictures (sound, where there are none) start; `joinable`: those at which a decoder may start."""
    index = stretch(ts)
    assert index.programme is not None
    streams = describe_all(index.programme)
    pid = next((one.pid for one in streams if one.kind is StreamKind.VIDEO), streams[0].pid)
    found = []
    for row in index.unit_rows(pid).tolist():
        unit = parse_unit_start(index.grid[row].tobytes())
        if unit is not None and unit.time is not None and (unit.random_access or not joinable):
            found.append(row * 188)
    return found


def first_time(ts: bytes) -> int:
    """The 33-bit time of the first picture."""
    place = unit_offsets(ts)[0]
    unit = parse_unit_start(ts[place : place + 188])
    assert unit is not None
    assert unit.time is not None
    return unit.time


def split(ts: bytes, offsets: list[int]) -> list[bytes]:
    """The stream cut before the packets at the offsets, of which the first is passed over."""
    borders = [0, *sorted(offsets)[1:], len(ts)]
    return [ts[start:end] for start, end in itertools.pairwise(borders) if end > start]


def package_all(pieces: list[bytes], **options: object) -> list[Packaged]:
    """Each piece packaged with everything before it, as an edge would."""
    time, before, made = first_time(b"".join(pieces)), b"", []
    for sequence, piece in enumerate(pieces):
        made.append(package(piece, before=before or None, time=time, sequence=sequence, **options))  # type: ignore[arg-type]
        before += piece
    return made


def file_of(made: list[Packaged], pid: int) -> bytes:
    """One track's first init segment and all its fragments."""
    init = next(one.inits[pid] for one in made if pid in one.inits)
    return init + b"".join(one.fragments[pid].data for one in made if pid in one.fragments)


def samples_of(data: bytes) -> list[Sample]:
    """The samples of fragments one behind the other, by their own boxes only."""
    found: list[Sample] = []
    moof = 0
    for kind, start, end in walk(data):
        if kind == b"moof":
            moof = start - 8
            found += _fragment_samples(data, moof, start, end)
    return found


def _fragment_samples(data: bytes, moof: int, start: int, end: int) -> list[Sample]:
    traf = find(data, b"traf", start=start, end=end)
    assert traf is not None
    boxes = {kind: data[begin:stop] for kind, begin, stop in walk(data, *traf)}
    head, run = boxes[b"tfhd"], boxes[b"trun"]
    head_flags, run_flags = (int.from_bytes(one[1:4], "big") for one in (head, run))
    defaults, place = {}, 8
    for flag in (0x08, 0x20):
        if head_flags & flag:
            defaults[flag] = int.from_bytes(head[place : place + 4], "big")
            place += 4
    time = int.from_bytes(boxes[b"tfdt"][4:12], "big")
    count, offset = struct.unpack(">Ii", run[4:12])
    columns = [flag for flag in (0x100, 0x200, 0x400, 0x800) if run_flags & flag]
    at, found = moof + offset, []
    for row in struct.iter_unpack(f">{len(columns)}i", run[12 : 12 + 4 * count * len(columns)]):
        values = dict(zip(columns, row, strict=True))
        duration, flags = values.get(0x100, defaults.get(0x08, 0)), values.get(0x400, defaults.get(0x20, 0))
        body = data[at : at + values[0x200]]
        found.append(Sample(time, time + values.get(0x800, 0), duration, not flags & 0x10000, body))
        time += duration
        at += values[0x200]
    assert found
    return found


def probed_frames(path: Path, stream: str) -> list[tuple[int, str]]:
    """Presentation time and picture type or sample count of each decoded frame, by ffprobe."""
    entries = "frame=pts,pict_type,nb_samples"
    command = ["ffprobe", "-v", "error", "-select_streams", stream, "-show_frames", "-show_entries", entries]
    result = subprocess.run(
        [*command, "-of", "json", str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert not result.stderr, result.stderr
    frames = json.loads(result.stdout)["frames"]
    return [(frame["pts"], str(frame.get("pict_type", frame.get("nb_samples")))) for frame in frames]

"""Checks a reel as it lies: every row's bytes are in its file and begin like a transport stream. Changes nothing."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rightcast.state.archive.places import Place
from rightcast.state.archive.reel import ReelReader

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.state.archive.records import Kept

_AT_ONCE = 1000
_SYNC_BYTE = 0x47
_PACKET_BYTES = 188


@dataclass(slots=True)
class Checked:
    """What was found: segments looked at, those in a store that were not, and sentences about what is wrong."""

    segments: int = 0
    elsewhere: int = 0
    faults: list[str] = field(default_factory=list)


def check_reel(folder: Path) -> Checked:
    """Look at every segment of a reel. Raises sqlite3.Error."""
    checked = Checked()
    with closing(ReelReader(folder)) as reel:
        stored = {one.file for one in reel.files() if one.place == Place.STORE}
        number, file, descriptor = 0, -1, -1
        while found := reel.after(number, _AT_ONCE):
            for one in found:
                if one.file in stored:
                    checked.elsewhere += 1
                    continue
                if one.file != file:
                    if descriptor >= 0:
                        os.close(descriptor)
                    file, descriptor = one.file, _open(reel.path(one.file))
                fault = _fault(one, descriptor)
                checked.segments += 1
                if fault:
                    checked.faults.append(f"segment {one.number} in {reel.path(one.file).name}: {fault}")
            number = found[-1].number
        if descriptor >= 0:
            os.close(descriptor)
    return checked


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def _fault(one: Kept, descriptor: int) -> str:
    if descriptor < 0:
        return "the file is not there"
    if os.fstat(descriptor).st_size < one.offset + one.size:
        return "the file ends before it"
    head = os.pread(descriptor, _PACKET_BYTES + 1, one.offset)
    if head[0] != _SYNC_BYTE or (one.size > _PACKET_BYTES and head[_PACKET_BYTES] != _SYNC_BYTE):
        return "it does not begin like a transport stream"
    return ""

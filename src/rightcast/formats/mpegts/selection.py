"""A segment of transport stream with some of its streams only: tables made anew, packets of the others left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightcast.formats.mpegts.elementary import stretch
from rightcast.formats.mpegts.psi import PAT_PID, Pat, build_pat, build_pmt
from rightcast.formats.mpegts.sections import packetise

if TYPE_CHECKING:
    from collections.abc import Collection

_MAP_PID = 0x1000
_NO_CLOCK = 0x1FFF
_COUNTER = 0xF


def select(ts: bytes | bytearray | memoryview, pids: Collection[int], *, sequence: int) -> bytes:
    """The streams of these PIDs; nothing when the bytes hold no tables or none of them.

    A clock that ran on a stream left out is named as missing (13818-1 section 2.4.4.9); times of access units tell as
    much. Tables come once, at the head; `sequence`, the segment's number, keeps their continuity counters going.
    """
    found = stretch(ts)
    programme = found.programme
    if programme is None:
        return b""
    chosen = tuple(one for one in programme.streams if one.pid in pids)
    if not chosen:
        return b""
    clock = programme.pcr_pid if programme.pcr_pid in pids else _NO_CLOCK
    tables = (
        build_pat(Pat(1, 0, ((programme.service_id, _MAP_PID),))),
        build_pmt(replace(programme, pcr_pid=clock, streams=chosen)),
    )
    counter = sequence & _COUNTER
    head = packetise(tables[0], PAT_PID, counter) + packetise(tables[1], _MAP_PID, counter)
    kept = np.isin(found.pids, np.fromiter((one.pid for one in chosen), dtype=found.pids.dtype))
    return head + found.grid[kept].tobytes()

"""A multiplex arrives once and leaves as one-service streams, each for the sinks that are attached to it.

Packets of other services are dropped, the PAT is rewritten to one service, everything else passes untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rightcast.formats.mpegts import packets as ts
from rightcast.formats.mpegts.eit import EIT_PID
from rightcast.formats.mpegts.packets import PACKET_BYTES, Aligner, Packets
from rightcast.formats.mpegts.psi import PAT_PID, Pat, Pmt, build_pat
from rightcast.formats.mpegts.sections import packetise
from rightcast.formats.mpegts.streams import StreamInfo, describe_all
from rightcast.headend.events import EventListener
from rightcast.headend.tables import MultiplexTables

SCRAMBLED_MEMORY_S = 10.0
_MOST_SERVICES = 64  # bits of a routing mask

Sink = Callable[[bytes, float], None]
Rows = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Service:
    """One service as far as its tables have arrived. `streams` is empty and `pcr_pid` 0x1FFF before its map came.

    `service_type` is DVB's (1 television, 2 radio, 0 unknown); `scrambled`: its packets were, within ten seconds.
    """

    service_id: int
    name: str
    provider: str
    service_type: int
    pmt_pid: int
    pcr_pid: int
    streams: tuple[StreamInfo, ...]
    scrambled: bool


class _Outlet:
    """One service that somebody wants: its sinks, its bit, and the PAT it leaves with."""

    def __init__(self, bit: int) -> None:
        self.bit = np.uint64(1 << bit)
        self.number = bit
        self.sinks: list[Sink] = []
        self.pat = b""
        self._counter = 0

    def next_pat(self) -> Rows:
        """The packet with the table of this service alone, with a counter of its own."""
        packet = bytearray(self.pat)
        packet[3] = 0x10 | self._counter
        self._counter = (self._counter + 1) & 15
        return np.frombuffer(packet, np.uint8)


class Multiplex:
    """Attach sinks to service ids, then feed; a service that is not there (yet) stays silent.

    `events` hears what the multiplex says is on, on its own services and on others.
    """

    def __init__(self) -> None:
        self.events = EventListener()
        self._aligner = Aligner()
        self._tables = MultiplexTables()
        self._outlets: dict[int, _Outlet] = {}
        self._routes = np.zeros(ts.PIDS, np.uint64)
        self._interest = np.zeros(ts.PIDS, np.uint32)
        self._scrambled_at = np.zeros(ts.PIDS, np.float64)
        self._now = 0.0
        self._rebuild()

    @property
    def services(self) -> Mapping[int, Service]:
        """All services of the multiplex, by id, in the order of its table."""
        pat = self._tables.pat
        programmes = pat.programmes if pat is not None else ()
        return {service_id: self._service(service_id, pid) for service_id, pid in programmes}

    def attach(self, service_id: int, sink: Sink) -> None:
        """Give the service's packets to `sink(packets, now)`, at most once per block."""
        outlet = self._outlets.get(service_id)
        if outlet is None:
            used = {found.number for found in self._outlets.values()}
            outlet = _Outlet(next(bit for bit in range(_MOST_SERVICES) if bit not in used))
            self._outlets[service_id] = outlet
            self._rebuild()
        outlet.sinks.append(sink)

    def detach(self, service_id: int, sink: Sink) -> None:
        """Undo `attach`; unknown pairs are ignored."""
        outlet = self._outlets.get(service_id)
        if outlet is None or sink not in outlet.sinks:
            return
        outlet.sinks.remove(sink)
        if not outlet.sinks:
            del self._outlets[service_id]
            self._rebuild()

    def source_changed(self) -> None:
        """The next byte belongs to another stream."""
        self._aligner.reset()
        self._tables = MultiplexTables()
        self._scrambled_at.fill(0)
        self._rebuild()

    def feed(self, block: bytes | bytearray | memoryview, now: float) -> None:
        """Take in bytes of any length and alignment and pass on what they hold."""
        self._now = now
        packets = self._aligner.feed(block)
        if packets is None:
            return
        pids = ts.pids_of(packets.headers)
        if packets.flaws & ts.SCRAMBLED:
            self._scrambled_at[pids[(packets.headers & ts.SCRAMBLED) != 0]] = now
        rows = np.frombuffer(packets.data, np.uint8).reshape(-1, PACKET_BYTES)
        start = 0
        for end in self._stretches(packets, pids):
            self._pass_on(rows[start:end], pids[start:end], packets.headers[start:end], now)
            start = end
            self._rebuild()
        self._pass_on(rows[start:], pids[start:], packets.headers[start:], now)

    def _stretches(self, packets: Packets, pids: ts.Pids) -> Iterator[int]:
        """Read tables in order; gives each row before which routes change. The caller rebuilds them in between."""
        headers = packets.headers
        start = 0
        while start < len(headers):
            marked = np.flatnonzero(headers[start:] & self._interest[pids[start:]])
            for index in marked.tolist():
                row = start + index
                packet = bytes(packets.data[row * PACKET_BYTES : (row + 1) * PACKET_BYTES])
                pid = int(pids[row])
                clean = not int(headers[row]) & (ts.TRANSPORT_ERROR | ts.SCRAMBLED)
                if clean and pid == EIT_PID:
                    self.events.feed(packet, self._now)
                elif clean and self._tables.feed(pid, packet):
                    yield row
                    start = row + 1
                    break
            else:
                return

    def _pass_on(self, rows: Rows, pids: ts.Pids, headers: ts.Headers, now: float) -> None:
        routes = self._routes[pids]
        tables = np.flatnonzero(pids == PAT_PID)
        if tables.size:
            starts = headers[tables] & (ts.UNIT_START | ts.TRANSPORT_ERROR) == ts.UNIT_START
            routes[tables[~starts]] = 0
            tables = tables[starts]
        for outlet in [*self._outlets.values()]:
            chosen = np.flatnonzero(routes & outlet.bit)
            if not chosen.size:
                continue
            own = rows[chosen]
            for place in np.searchsorted(chosen, tables).tolist():
                own[place] = outlet.next_pat()
            data = own.tobytes()
            for sink in [*outlet.sinks]:
                sink(data, now)

    def _rebuild(self) -> None:
        """Lay the routes anew after tables or wishes changed."""
        self._routes.fill(0)
        self._interest.fill(0)
        for pid in self._tables.table_pids:
            self._interest[pid] = ts.SYNC
        self._interest[EIT_PID] = ts.SYNC
        pat = self._tables.pat
        pmt_pids = dict(pat.programmes) if pat is not None else {}
        for service_id, outlet in self._outlets.items():
            pmt_pid = pmt_pids.get(service_id)
            if pat is None or pmt_pid is None:
                continue
            own = Pat(pat.stream_id, pat.version, ((service_id, pmt_pid),))
            outlet.pat = packetise(build_pat(own), PAT_PID, 0)
            pids = {PAT_PID, pmt_pid, *_pids_of(self._tables.maps.get(service_id))}
            self._routes[[*pids]] |= outlet.bit

    def _service(self, service_id: int, pmt_pid: int) -> Service:
        pmt = self._tables.maps.get(service_id)
        named = self._tables.names.get(service_id)
        times = self._scrambled_at[[stream.pid for stream in pmt.streams]] if pmt is not None else np.zeros(0)
        return Service(
            service_id=service_id,
            name=named.name if named is not None else "",
            provider=named.provider if named is not None else "",
            service_type=named.service_type if named is not None else 0,
            pmt_pid=pmt_pid,
            pcr_pid=pmt.pcr_pid if pmt is not None else ts.NULL_PID,
            streams=describe_all(pmt) if pmt is not None else (),
            scrambled=bool(((times > 0) & (times >= self._now - SCRAMBLED_MEMORY_S)).any()),
        )


def _pids_of(pmt: Pmt | None) -> frozenset[int]:
    """All PIDs of a service but that of its map."""
    if pmt is None:
        return frozenset()
    streams = {stream.pid for stream in pmt.streams}
    return frozenset(streams | pmt.access_control_pids() | {pmt.pcr_pid}) - {ts.NULL_PID}

"""Tables of a whole multiplex, followed live: its services, their maps, their names.

Repetitions of what is known already cost a look into a set.
"""

from __future__ import annotations

from rightcast.formats.mpegts.psi import PAT_PID, PMT_TABLE, Pat, Pmt, parse_pat, parse_pmt
from rightcast.formats.mpegts.sections import SectionAssembler, TableCollector
from rightcast.formats.mpegts.si import SDT_ACTUAL, SDT_PID, NamedService, parse_sdt

_REMEMBERED_PACKETS = 32


class MultiplexTables:
    """`pat` None until it came; `maps` and `names` by service id, as far as they came."""

    def __init__(self) -> None:
        self.pat: Pat | None = None
        self.maps: dict[int, Pmt] = {}
        self.names: dict[int, NamedService] = {}
        self._collectors = {PAT_PID: TableCollector(), SDT_PID: TableCollector()}
        self._assemblers = {pid: SectionAssembler() for pid in (PAT_PID, SDT_PID)}
        self._known: dict[int, set[bytes]] = {}

    @property
    def table_pids(self) -> frozenset[int]:
        """PIDs whose packets must all be given to `feed`."""
        return frozenset(self._assemblers)

    def feed(self, pid: int, packet: bytes) -> bool:
        """Take in one packet of a table PID; True when it changed which packets belong to which service."""
        payload = packet[4:]
        known = self._known.setdefault(pid, set())
        if payload in known:
            return False
        changed = False
        sections = self._assemblers[pid].feed(packet)
        for section in sections:
            changed |= self._on_section(pid, section)
        if changed or len(known) >= _REMEMBERED_PACKETS:
            known.clear()
        if packet[1] & 0x40 and sections and packet[4] == 0 and _ends_within(sections, packet):
            known.add(payload)
        return changed

    def _on_section(self, pid: int, section: bytes) -> bool:
        if pid == PAT_PID:
            return self._on_pat(section)
        if pid == SDT_PID:
            sections = self._collectors[SDT_PID].feed(section) if section[0] == SDT_ACTUAL else None
            if sections is not None:
                self.names = parse_sdt(sections)
            return False
        return self._on_map(pid, section)

    def _on_pat(self, section: bytes) -> bool:
        sections = self._collectors[PAT_PID].feed(section) if section[0] == 0 else None
        pat = parse_pat(sections) if sections is not None else None
        if pat is None or pat == self.pat:
            return False
        before = dict(self.pat.programmes) if self.pat is not None else {}
        self.pat = pat
        now = dict(pat.programmes)
        self.maps = {number: pmt for number, pmt in self.maps.items() if now.get(number) == before.get(number)}
        wanted = {PAT_PID, SDT_PID, *now.values()}
        self._assemblers = {pid: self._assemblers.get(pid) or SectionAssembler() for pid in wanted}
        self._known.clear()
        return True

    def _on_map(self, pid: int, section: bytes) -> bool:
        if section[0] != PMT_TABLE or not section[5] & 1 or self.pat is None:
            return False
        pmt = parse_pmt(section)
        if pmt is None or (pmt.service_id, pid) not in self.pat.programmes or self.maps.get(pmt.service_id) == pmt:
            return False
        self.maps[pmt.service_id] = pmt
        return True


def _ends_within(sections: list[bytes], packet: bytes) -> bool:
    """Whether the packet holds all of its sections, so that its repetition tells nothing new."""
    return 5 + sum(map(len, sections)) <= len(packet)

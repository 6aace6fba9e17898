"""What a one-service stream is made of, followed live: its tables, and the packets with which a segment begins.

Of a table that lists several services the first whose map really arrives is taken.
"""

from __future__ import annotations

import enum

from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.formats.mpegts.psi import PAT_PID, PAT_TABLE, PMT_TABLE, Pat, Pmt, parse_pat, parse_pmt
from rightcast.formats.mpegts.sections import SectionAssembler, TableCollector, packetise
from rightcast.formats.mpegts.streams import StreamInfo, StreamKind, describe_all
from rightcast.formats.mpegts.subtitles import SubtitlePage, subtitle_pages


class TableChange(enum.Enum):
    """What a packet of tables changed, the least first.

    TABLE_PIDS: only where tables are to be read from. OTHER_STREAMS: sound or data come or go, time goes on.
    OTHER_PROGRAMME: the stream that tells time is another one.
    """

    NOTHING = 0
    TABLE_PIDS = 1
    OTHER_STREAMS = 2
    OTHER_PROGRAMME = 3


class Programme:
    """Tables of the stream as last heard; `pmt` None until both are known. `feed` wants all packets of `table_pids`.

    `subtitles`: by PID, what the descriptors say of each. `table_ended`: the last packet given to `feed` completed a
    sound section of the PAT, or of the map. Counted are `damaged_sections` (wrong checksum) and `foreign_sections`
    (other tables on the PID of the PAT).
    """

    def __init__(self) -> None:
        self.pmt: Pmt | None = None
        self.streams: tuple[StreamInfo, ...] = ()
        self.subtitles: dict[int, tuple[SubtitlePage, ...]] = {}
        self.table_ended = False
        self.damaged_sections = 0
        self.foreign_sections = 0
        self._pat: Pat | None = None
        self._pat_section = b""
        self._pmt_section = b""
        self._pmt_pid = -1
        self._collector = TableCollector()
        self._read_from({PAT_PID: SectionAssembler()})
        self._known: dict[int, bytes] = {}
        self._counters: dict[int, int] = {}

    @property
    def pat(self) -> Pat | None:
        """The association table as last heard."""
        return self._pat

    @property
    def map_pid(self) -> int:
        """Where the map is; -1 while it is not known."""
        return self._pmt_pid

    @property
    def video(self) -> StreamInfo | None:
        """The first video stream."""
        return self._first(StreamKind.VIDEO)

    @property
    def audio(self) -> StreamInfo | None:
        """The first audio stream."""
        return self._first(StreamKind.AUDIO)

    def feed(self, pid: int, packet: bytes) -> TableChange:
        """Take in one packet of a table PID. Repetitions cost next to nothing."""
        self._counters[pid] = packet[3] & 15
        self.table_ended = True
        if self._known.get(pid) == packet[4:]:
            return TableChange.NOTHING
        assembler = self._assemblers[pid]
        damaged = assembler.damaged
        sections = assembler.feed(packet)
        self.damaged_sections += assembler.damaged - damaged
        wanted = PAT_TABLE if pid == PAT_PID else PMT_TABLE
        self.table_ended = any(section[0] == wanted for section in sections)
        self.foreign_sections += pid == PAT_PID and any(section[0] != PAT_TABLE for section in sections)
        change = TableChange.NOTHING
        for section in sections:
            found = self._on_pat(section) if pid == PAT_PID else self._on_pmt(pid, section)
            change = max(change, found, key=lambda item: item.value)
        whole = packet[1] & 0x40 and len(sections) == 1 and 3 + len(sections[-1]) <= PACKET_BYTES - 4
        if whole and self.table_ended:
            self._known[pid] = packet[4:]
        else:
            self._known.pop(pid, None)
        return change

    def opening(self) -> bytes:
        """PAT and PMT as packets; their counters repeat the last ones seen, so the stream's own go on after them."""
        return b"".join(
            _repeated(section, pid, self._counters.get(pid, 15))
            for pid, section in ((PAT_PID, self._pat_section), (self._pmt_pid, self._pmt_section))
        )

    def _read_from(self, assemblers: dict[int, SectionAssembler]) -> None:
        self._assemblers, self.table_pids = assemblers, frozenset(assemblers)

    def _first(self, kind: StreamKind) -> StreamInfo | None:
        return next((stream for stream in self.streams if stream.kind is kind), None)

    def _on_pat(self, section: bytes) -> TableChange:
        if section[0] != 0 or section == self._pat_section:
            return TableChange.NOTHING
        sections = self._collector.feed(section)
        if sections is None:
            return TableChange.NOTHING
        pat = parse_pat(sections)
        if pat == self._pat or not pat.programmes:
            return TableChange.NOTHING
        self._pat = pat
        self._pat_section = sections[0]
        if self.pmt is not None and (self.pmt.service_id, self._pmt_pid) in pat.programmes:
            return TableChange.NOTHING
        had_programme = self.pmt is not None
        self.pmt, self.streams, self._pmt_section, self._pmt_pid = None, (), b"", -1
        own = self._assemblers[PAT_PID]
        self._read_from({PAT_PID: own} | {pid: SectionAssembler() for _, pid in pat.programmes})
        self._known = {pid: data for pid, data in self._known.items() if pid == PAT_PID}
        return TableChange.OTHER_PROGRAMME if had_programme else TableChange.TABLE_PIDS

    def _on_pmt(self, pid: int, section: bytes) -> TableChange:
        if section == self._pmt_section or not section[5] & 1 or self._pat is None:
            return TableChange.NOTHING
        pmt = parse_pmt(section)
        if pmt is None or (pmt.service_id, pid) not in self._pat.programmes:
            return TableChange.NOTHING
        if self.pmt is not None and pmt.service_id != self.pmt.service_id:
            return TableChange.NOTHING
        before, video_before = self.pmt, self.video
        self.pmt, self._pmt_section, self._pmt_pid = pmt, section, pid
        self.streams = describe_all(pmt)
        self.subtitles = {stream.pid: subtitle_pages(stream) for stream in pmt.streams}
        self._read_from({found: self._assemblers[found] for found in (PAT_PID, pid)})
        if before is None or (video_before != self.video and _pictures(video_before) != _pictures(self.video)):
            return TableChange.OTHER_PROGRAMME
        if self.video is None and _made_of(before) != _made_of(pmt):
            return TableChange.OTHER_PROGRAMME
        return TableChange.OTHER_STREAMS if _made_of(before) != _made_of(pmt) else TableChange.NOTHING


def _made_of(pmt: Pmt) -> tuple[int, frozenset[tuple[int, int]]]:
    return pmt.pcr_pid, frozenset((stream.pid, stream.stream_type) for stream in pmt.streams)


def _pictures(video: StreamInfo | None) -> tuple[int, str] | None:
    return None if video is None else (video.pid, video.codec)


def _repeated(section: bytes, pid: int, last_counter: int) -> bytes:
    count = -(-(len(section) + 1) // (PACKET_BYTES - 4))
    return packetise(section, pid, last_counter - count + 1)

"""A one-service transport stream in, segments and parts of a ring out, without touching a packet.

Blocks of about 100 ms are scanned at once; Python looks only at tables and at packets that start a picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightcast.domain.watch import Check, Watch
from rightcast.formats.mpegts import packets as ts
from rightcast.formats.mpegts.continuity import ContinuityCheck
from rightcast.formats.mpegts.eit import EIT_PID
from rightcast.formats.mpegts.packets import PACKET_BYTES, Aligner, Packets
from rightcast.formats.mpegts.streams import StreamKind
from rightcast.formats.mpegts.tr101290 import Measures
from rightcast.formats.mpegts.units import has_timestamp
from rightcast.headend.cues import CueReader
from rightcast.headend.cutting import MAX_SEGMENT_S, Cut, Cutter
from rightcast.headend.essence import Essence
from rightcast.headend.programme import Programme, TableChange
from rightcast.headend.statistics import Bitrate, Statistics

if TYPE_CHECKING:
    from rightcast.formats.mpegts.streams import StreamInfo
    from rightcast.headend.events import EventListener
    from rightcast.headend.ring import Ring
    from rightcast.headend.shelf import Shelf

SILENCE_S = 3.0
STUCK_S = 6.0
_WALL_DRIFT_S = 1.0

# Interest in a PID is a mask over headers: bits that make a packet worth looking at.
_ALL = ts.SYNC
_CLOCK_BITS = np.uint32(ts.NULL_PID << 8 | ts.ADAPTATION | ts.TRANSPORT_ERROR | ts.SCRAMBLED)
_NO_CLOCK = np.uint32(0xFFFFFFFF)
_TIMED = frozenset({StreamKind.VIDEO, StreamKind.AUDIO})


class Segmenter:
    """Feeds one ring. `segment_s`: the shortest segment wanted, less 10 %; `part_s`: about how long a part is.

    What passes by is measured by the way, within the limits of `watch`; `events` hears the guide in the stream.
    """

    def __init__(
        self,
        ring: Ring | Shelf,
        *,
        segment_s: float,
        part_s: float,
        watch: Watch | None = None,
        events: EventListener | None = None,
    ) -> None:
        self.statistics = Statistics()
        self.measures = Measures(watch)
        self._measuring = watch is None or watch.stream
        self.cues = CueReader(ring)
        self._events = events
        self._ring = ring
        self._lengths = (segment_s, part_s)
        self._near = 0
        self._aligner = Aligner()
        self._continuity = ContinuityCheck()
        self._bitrate = Bitrate()
        self._interest = np.zeros(ts.PIDS, np.uint32)
        self._essential: dict[int, int] = {}
        self._timed: frozenset[int] = frozenset()
        self._clock = _NO_CLOCK  # what the header of a packet with a clock looks like
        self._now = 0.0
        self._wall = 0.0
        self._last_unit = 0.0
        self._unit = 0
        self._row = 0
        self._unit_row = -1
        self._unit_pid = -1
        self._damaged = False
        self._waiting_since: float | None = None
        self._silent = True
        self._data = memoryview(b"")
        self._taken = 0
        self._begin_programme()

    @property
    def streams(self) -> tuple[StreamInfo | None, StreamInfo | None]:
        """The pictures and the sound that count, as far as there are such."""
        return self._programme.video, self._programme.audio

    def feed(self, block: bytes | bytearray | memoryview, now: float) -> None:
        """Take in bytes of any length and alignment, arrived by `now` (unix seconds). Raises the ring's errors."""
        self._now = now
        packets = self._aligner.feed(block)
        if self.statistics.skipped_bytes != self._aligner.skipped_bytes:
            self._count_skipped(now)
        if packets is None:
            return
        pids = ts.pids_of(packets.headers)
        self._count(packets, pids, now)
        self._data, self._taken, self._unit_row = packets.data, 0, -1
        if self._measuring:
            self.measures.begin_block(now)
        self._scan(packets.headers, pids)
        if self._measuring:
            self._take_clocks(packets)
            self.measures.end_block(pids, now)
            self._row = 0
        # A loss behind the last unit's start is remembered until that unit ends.
        self._damaged |= any(place > self._unit_row for place, pid in self._continuity.breaks if pid == self._unit_pid)
        self._hand_over(len(packets.data))
        self._ring.commit()
        self._data = memoryview(b"")

    def tick(self, now: float) -> None:
        """Every 100 ms, with or without data: notice silence, and streams that never start a picture."""
        self._now = now
        figure = self._bitrate.add(0, now)
        if figure is not None:
            self.statistics.bitrate_bps = figure
        if not self._silent and now - self.statistics.last_data >= SILENCE_S:
            self._silent = True
            self._end_segment()
            self._continuity.reset()
            self._aligner.reset()
            self.measures.forget()
        if self._cutter.is_open and now - self._last_unit > STUCK_S:  # pictures stopped, other packets go on
            self._end_segment()
            self._do_without_random_access(now)
            return
        waits = not self._cutter.is_open and not self._silent and self._waiting_since is not None
        if waits and self._waiting_since is not None and now - self._waiting_since > MAX_SEGMENT_S:
            self._do_without_random_access(now)

    def source_changed(self, *, near: int = 0) -> None:
        """The next byte belongs to another stream; `near`: the clock of another ring that it was made from."""
        self._end_segment()
        self._near = near
        self._aligner.reset()
        self._continuity.reset()
        self._begin_programme()
        self.measures.forget()

    def watch(self, watch: Watch) -> None:
        """Measure within other limits from now on, or no longer."""
        self.measures.limit(watch)
        if self._measuring is not watch.stream:
            self._measuring = watch.stream
            self.measures.forget()
            self._watch()

    @property
    def programme(self) -> Programme:
        """What the stream is made of now."""
        return self._programme

    @property
    def unfinished(self) -> bytes:
        """The beginning of a packet whose end has not come yet."""
        return self._aligner.unfinished

    def _do_without_random_access(self, now: float) -> None:
        self._waiting_since = now
        self._essence.do_without_random_access()
        self._watch()

    def _begin_programme(self) -> None:
        self._programme = Programme()
        self._choose_essence()

    def _choose_essence(self) -> None:
        """Which packets tell time and random access from now on; the next data is a new epoch."""
        self._essence = Essence(self._programme)
        segment_s, part_s = self._lengths
        every_unit = not self._essence.has_pictures
        self._cutter = Cutter(segment_s=segment_s, part_s=part_s, every_unit=every_unit, near=self._near)
        self._waiting_since = None
        self._watch()

    def _watch(self) -> None:
        """Lay anew which packets are worth a look: for cutting, and for measuring."""
        self._essential = self._essence.interest()
        self._interest.fill(0)
        for pid, mask in self._essential.items():
            self._interest[pid] = mask
        self._timed, self._clock = frozenset(), _NO_CLOCK
        if self._measuring:
            self._watch_for_measures()
        self.cues.follow(self._programme.streams)
        for pid in self._programme.table_pids | self.cues.pids:
            self._interest[pid] = _ALL
        if self._events is not None:
            self._interest[EIT_PID] = _ALL

    def _watch_for_measures(self) -> None:
        pmt = self._programme.pmt
        self._timed = frozenset(stream.pid for stream in self._programme.streams if stream.kind in _TIMED)
        for pid in self._timed:
            self._interest[pid] |= np.uint32(ts.UNIT_START)
        clock_pid = ts.NULL_PID if pmt is None else pmt.pcr_pid
        if clock_pid != ts.NULL_PID:
            self._clock = np.uint32(clock_pid << 8 | ts.ADAPTATION)
        self.measures.follow(self._row, clock_pid=clock_pid, timed=self._timed)

    def _count(self, packets: Packets, pids: ts.Pids, now: float) -> None:
        statistics = self.statistics
        statistics.packets += len(packets.headers)
        statistics.last_data = now
        self._silent = False
        if self._waiting_since is None and not self._cutter.is_open:
            self._waiting_since = now
        errors = self._continuity.count_errors(packets, pids)
        if errors:
            statistics.continuity_errors += errors
            self.measures.count(Check.CONTINUITY, errors, now)
        if packets.flaws:
            self._count_flaws(packets, pids, now)
        figure = self._bitrate.add(len(packets.data), now)
        if figure is not None:
            statistics.bitrate_bps = figure

    def _count_flaws(self, packets: Packets, pids: ts.Pids, now: float) -> None:
        scrambled = packets.scrambled
        damaged = int(np.count_nonzero(packets.headers & ts.TRANSPORT_ERROR))
        self.statistics.scrambled_packets += scrambled
        self.statistics.damaged_packets += damaged
        self.measures.count(Check.TRANSPORT, damaged, now)
        if scrambled:
            marked = set(pids[(packets.headers & ts.SCRAMBLED).astype(bool)].tolist())
            self.measures.scrambled(marked)

    def _count_skipped(self, now: float) -> None:
        """Bytes that belong to no sound packet were passed over."""
        aligner, counts = self._aligner, self.measures.counts
        self.statistics.skipped_bytes = aligner.skipped_bytes
        self.measures.count(Check.SYNC_BYTE, aligner.bad_sync_bytes - counts[Check.SYNC_BYTE], now)
        self.measures.count(Check.SYNC_LOSS, aligner.sync_losses - counts[Check.SYNC_LOSS], now)

    def _scan(self, headers: ts.Headers, pids: ts.Pids) -> None:
        """Look at the packets of interest in order; what they change may concern packets behind them."""
        start = 0
        while start < len(headers):
            rest = headers[start:]
            marked = (rest & self._interest[pids[start:]]).nonzero()[0]
            for index, header in zip(marked.tolist(), rest[marked].tolist(), strict=True):
                row = start + index
                if self._packet(header, row * PACKET_BYTES):
                    start = row + 1
                    break
            else:
                return

    def _take_clocks(self, packets: Packets) -> None:
        """All clocks of a block at once: there are more of them than of anything else that is measured."""
        rows = ((packets.headers & _CLOCK_BITS) == self._clock).nonzero()[0]
        if rows.size:
            self.measures.clocks(rows, ts.adaptations_of(packets.data, len(packets.headers))[rows])

    def _packet(self, header: int, offset: int) -> bool:
        """One packet of interest; True when interests have changed."""
        if header & (ts.TRANSPORT_ERROR | ts.SCRAMBLED):
            return False
        pid = header >> 8 & ts.NULL_PID
        packet = bytes(self._data[offset : offset + PACKET_BYTES])
        if pid == EIT_PID and self._events is not None:
            self._events.feed(packet, self._now)
            return False
        if pid in self._programme.table_pids or pid in self.cues.pids:
            return self._on_section_packet(pid, packet, offset)
        if header & ts.UNIT_START and pid in self._timed and has_timestamp(packet):
            self.measures.unit(offset // PACKET_BYTES, pid)
        if not header & self._essential.get(pid, 0):
            return False
        clue = self._essence.look(pid, packet)
        if clue is None:
            return False
        if clue.time is not None:
            if clue.new_format:
                self._cutter.begin_epoch_at_next_random_access()
            self._cutter.every_unit = self._essence.every_unit
            self._last_unit = self._now
            damaged = self._unit_damaged(pid, offset // PACKET_BYTES)
            cut = self._cutter.on_unit(clue.time, random_access=clue.random_access, after_damage=damaged)
            if cut is not None:
                self._apply(cut, offset)
                if cut.begins and not clue.random_access:
                    self._essence.distrust_flags()
            self._note_picture()
            self._unit = self._ring.position + offset - self._taken
        if clue.interests_changed:
            self._watch()
        return clue.interests_changed

    def _note_picture(self) -> None:
        if self._cutter.is_open:
            self.statistics.last_picture = self._now

    def _unit_damaged(self, pid: int, row: int) -> bool:
        """Whether packets within the access unit that ends before `row` were lost; a clean splice loses none."""
        breaks = self._continuity.breaks
        before = [place for place, found in breaks if found == pid and self._unit_row < place < row]
        damaged = self._damaged or bool(before)
        self._damaged, self._unit_row, self._unit_pid = False, row, pid
        return damaged

    def _on_section_packet(self, pid: int, packet: bytes, offset: int) -> bool:
        if pid in self.cues.pids:
            self.cues.feed(pid, packet, self._cutter.clock, self._now)
            return False
        programme, self._row = self._programme, offset // PACKET_BYTES
        damaged, foreign = programme.damaged_sections, programme.foreign_sections
        change = programme.feed(pid, packet)
        if self._measuring:
            if programme.table_ended:
                self.measures.table(self._row, Check.PMT if pid else Check.PAT)
            if (programme.damaged_sections, programme.foreign_sections) != (damaged, foreign):
                self.measures.count(Check.CRC, programme.damaged_sections - damaged, self._now)
                self.measures.count(Check.PAT, programme.foreign_sections - foreign, self._now)
        return change is not TableChange.NOTHING and self._on_tables(change, offset)

    def _on_tables(self, change: TableChange, offset: int) -> bool:
        """Other tables are in force from this packet on. Sound that comes or goes waits for the next picture."""
        if change is TableChange.TABLE_PIDS:
            self._watch()
            return True
        self.statistics.discontinuities += self._cutter.is_open
        if change is TableChange.OTHER_STREAMS:
            self._essence.streams_changed()
            self._cutter.begin_epoch_at_next_random_access()
            self._watch()
        else:
            self._hand_over(offset)
            self._end_segment()
            self._choose_essence()
        return True

    def _apply(self, cut: Cut, offset: int) -> None:
        """Cut before the packet at `offset`."""
        self.statistics.discontinuities += cut.jumped
        self._hand_over(offset)
        if cut.part_s is not None:
            upto = self._unit if cut.less_last_unit else None
            self._ring.end_part(cut.part_s, joinable=cut.part_joinable, upto=upto)
        if cut.segment_s is not None:
            self._ring.close_segment(cut.segment_s)
            self.statistics.last_segment = self._now
        if cut.begins:
            self._describe()
            following = self._wall + (cut.segment_s or 0.0)
            drifted = cut.new_epoch or abs(following - self._now) > _WALL_DRIFT_S
            self._wall = self._now if drifted else following
            follows = self._ring.closed_segments > 0
            self._ring.open_segment(
                self._programme.opening(), wall=self._wall, new_epoch=cut.new_epoch, time=self._cutter.clock
            )
            if follows and cut.new_epoch and (cut.jumped or cut.segment_s is None):
                # Decoders that watch across the break reset their clocks instead of waiting for the old time.
                self._ring.write(ts.discontinuity_before(self._data[offset : offset + 4]))
            self.cues.segment_began(self._cutter.clock, self._now)
        self._waiting_since = None

    def _end_segment(self) -> None:
        cut = self._cutter.end()
        if cut is not None:
            self._apply(cut, self._taken)

    def _hand_over(self, offset: int) -> None:
        """Bytes before `offset` go to the open segment; without one they are passed over."""
        if offset > self._taken:
            if self._ring.is_open:
                self._ring.write(self._data[self._taken : offset])
            self._taken = offset

    def _describe(self) -> None:
        statistics, essence = self.statistics, self._essence
        statistics.codecs, statistics.resolution = essence.codecs, essence.resolution
        statistics.has_video = essence.has_pictures
        self._ring.describe(codecs=essence.codecs, video=essence.has_pictures, tracks=essence.tracks)

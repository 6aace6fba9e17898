"""CMAF from transport-stream segments: the one entry. Bytes of a segment or part in, init segments and fragments out.

`package(ts, before=..., time=..., sequence=...)` holds no state and reads no clock: the same bytes give the same
fragments on every edge. `ts` is one finished segment, or one part of it, that starts where an access unit of the
pictures does. `before` holds the bytes before it within the same epoch; sound that straddles the cut belongs to the
fragment in which its frame ends, so leave it out only at the head of an epoch. It should reach back to the start of
the segment that the part is of, and a second beyond where there is one; of longer ones only the end is looked at.
`time` is the unwrapped 90 kHz time of the segment's first unit; times in `ts` may lie hours off it.

Pictures have the timescale 90000, sound its sampling rate. A track's init segment depends on its format alone:
where `Track.init_hash` differs from the last one's, a player needs the new init segment (`EXT-X-MAP`, a new Period).
Streams that no CMAF track can carry are `refused`, with the reason in words. Nothing is raised for bad input.

ISO/IEC 23000-19 (CMAF), 14496-12, 14496-14, 14496-15; 13818-1 for what comes in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from rightcast.formats.cenc import SampleProtection, Subsample, protected, protected_entry, subsamples
from rightcast.formats.cmaf_obus import obu_pictures
from rightcast.formats.cmaf_pictures import TIMESCALE, Pictures, pictures
from rightcast.formats.cmaf_sound import sound
from rightcast.formats.codecs.aac import Adts
from rightcast.formats.codecs.ac3 import Ac3, EnhancedAc3
from rightcast.formats.codecs.avc_coding import Avc
from rightcast.formats.codecs.hevc_coding import Hevc
from rightcast.formats.codecs.latm import Latm
from rightcast.formats.codecs.mpeg_audio import MpegAudio
from rightcast.formats.codecs.opus import Opus, channels_told
from rightcast.formats.isobmff.fragment import Samples, fragment, reference_time
from rightcast.formats.isobmff.init_segment import init_segment
from rightcast.formats.isobmff.picture_entry import shown_size
from rightcast.formats.mpegts.elementary import Stretch, stretch
from rightcast.formats.mpegts.streams import StreamInfo, StreamKind, describe
from rightcast.formats.mpegts.units import CLOCK_HZ

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rightcast.formats.codecs.coding import PictureCoding
    from rightcast.formats.codecs.sound import Coding
    from rightcast.formats.mpegts.psi import Stream

_PICTURES: dict[str, PictureCoding] = {"h264": Avc(), "hevc": Hevc()}
_SOUND: dict[str, Coding] = {"aac": Adts(), "ac3": Ac3(), "eac3": EnhancedAc3(), "mp2": MpegAudio(), "aac_latm": Latm()}

TRACK_ID = 1
"""Each file holds one track. A PID would be as good an id, but there are readers that take ids for small numbers."""


@dataclass(frozen=True, slots=True)
class Track:
    """One track as found. `timescale` counts its fragments' times; what does not apply is 0 or empty."""

    pid: int
    kind: Literal["video", "audio"]
    codec: str
    language: str
    timescale: int
    init_hash: str
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0
    channels: int = 0
    sample_rate: int = 0


@dataclass(frozen=True, slots=True)
class Fragment:
    """`styp`, `moof` and `mdat`. `base` (tfdt) and `length` count the track's timescale, all else 90 kHz.

    `start`: decoding time of the first sample; `earliest`: when the first picture is shown; `independent`: a decoder
    may start with it.
    """

    pid: int
    data: bytes
    base: int
    length: int
    start: int
    earliest: int
    duration: int
    samples: int
    independent: bool


@dataclass(frozen=True, slots=True)
class Packaged:
    """Init segments and fragments by PID; a track in whose stream nothing ended has no fragment."""

    inits: dict[int, bytes]
    fragments: dict[int, Fragment]
    tracks: tuple[Track, ...]
    refused: dict[int, str]


def package(
    ts: bytes | bytearray | memoryview,
    *,
    before: bytes | bytearray | memoryview | None = None,
    time: int,
    sequence: int,
    pids: Collection[int] | None = None,
    protection: SampleProtection | None = None,
    ahead: bytes = b"",
    wall: float | None = None,
) -> Packaged:
    """The tracks of a segment or part; `pids`: only these. Without tables in the bytes there are none.

    `protection` encrypts them all; `ahead` are whole boxes to stand before each `moof` (`emsg`); `wall`, the unix
    time at `time`, puts the producer's reference time (`prft`) there as well.
    """
    now = stretch(ts)
    earlier = stretch(before) if before is not None and len(before) else None
    programme = now.programme or (earlier.programme if earlier is not None else None)
    work = _Work(now, earlier, _Order(time, sequence, protection, ahead, wall))
    for stream in programme.streams if programme is not None else ():
        info = describe(stream)
        if info.kind in {StreamKind.VIDEO, StreamKind.AUDIO} and (pids is None or info.pid in pids):
            work.add(info, _sound_coding(info, stream))
    return Packaged(work.inits, work.fragments, tuple(work.tracks), work.refused)


def empty_fragment(last: Fragment, *, sequence: int) -> bytes:
    """A fragment without samples at the time at which a track goes on after `last`."""
    nothing = Samples(base=last.base + last.length, sizes=(), durations=(), offsets=(), flags=(), body=b"")
    return fragment(TRACK_ID, sequence, nothing)


class _Order(NamedTuple):
    """What holds for all tracks of a call."""

    time: int
    sequence: int
    protection: SampleProtection | None
    ahead: bytes
    wall: float | None


class _Work:
    """One call: what was given, and what is made of it track by track."""

    def __init__(self, now: Stretch, before: Stretch | None, order: _Order) -> None:
        self.inits: dict[int, bytes] = {}
        self.fragments: dict[int, Fragment] = {}
        self.tracks: list[Track] = []
        self.refused: dict[int, str] = {}
        self._now, self._before = now, before
        self._order = order

    def add(self, info: StreamInfo, heard: Coding | None) -> None:
        """Make one track's init segment and fragment, or say why not. `heard`: how its sound is coded."""
        if not self._now.payload_rows(info.pid).size and self._now.scrambled(info.pid):
            self.refused[info.pid] = f"{info.description} is scrambled."
        elif info.codec in _PICTURES:
            coding, order = _PICTURES[info.codec], self._order
            to_protect = order.protection is not None
            drawn = pictures(self._now, self._before, info.pid, coding, near=order.time, to_protect=to_protect)
            self._add_pictures(info, drawn)
        elif info.codec == "av1" and self._order.protection is not None:
            self.refused[info.pid] = "AV1 video is not encrypted here."
        elif info.codec == "av1":
            self._add_pictures(info, obu_pictures(self._now, self._before, info.pid, near=self._order.time))
        elif heard is not None:
            self._add_sound(info, heard)
        else:
            self.refused[info.pid] = f"{info.description} has no place in a CMAF track."

    def _add_pictures(self, info: StreamInfo, drawn: Pictures | None) -> None:
        if drawn is None:
            return
        order = self._order
        picture = drawn.format.picture
        init = self._init(info, drawn.format.entry, TIMESCALE, shown_size(picture))
        track = Track(
            pid=info.pid,
            kind="video",
            codec=drawn.format.codec,
            language=info.language,
            timescale=TIMESCALE,
            init_hash=_hash(init),
            width=picture.width,
            height=picture.height,
            frame_rate=picture.frame_rate,
        )
        self._keep(track, init)
        if drawn.samples is not None:
            layout = None
            if order.protection is not None:
                layout = [subsamples(units, order.protection.scheme) for units in drawn.units]
            self._cut(track, drawn.samples, layout, earliest=drawn.earliest, independent=drawn.independent)

    def _add_sound(self, info: StreamInfo, coding: Coding) -> None:
        heard = sound(self._now, self._before, info.pid, coding, near=self._order.time)
        if isinstance(heard, str):
            self.refused[info.pid] = f"{info.description} cannot be carried: {heard}."
            return
        if heard is None:
            return
        found = heard.format
        init = self._init(info, found.entry, found.rate, None)
        track = Track(
            pid=info.pid,
            kind="audio",
            codec=found.codec,
            language=info.language,
            timescale=found.rate,
            init_hash=_hash(init),
            channels=found.channels,
            sample_rate=found.rate,
        )
        self._keep(track, init)
        if heard.samples is not None:
            self._cut(track, heard.samples, None, earliest=None, independent=True)

    def _init(self, info: StreamInfo, entry: bytes, timescale: int, size: tuple[int, int] | None) -> bytes:
        protection = self._order.protection
        pssh: tuple[bytes, ...] = ()
        if protection is not None:
            entry = protected_entry(entry, protection, patterned=size is not None)
            pssh = protection.pssh
        return init_segment(TRACK_ID, entry, timescale=timescale, language=info.language, size=size, pssh=pssh)

    def _keep(self, track: Track, init: bytes) -> None:
        self.tracks.append(track)
        self.inits[track.pid] = init

    def _cut(
        self,
        track: Track,
        samples: Samples,
        layout: Sequence[Sequence[Subsample]] | None,
        *,
        earliest: int | None,
        independent: bool,
    ) -> None:
        """Make the track's fragment; `layout`: subsamples of pictures to encrypt."""
        order, auxiliary = self._order, None
        if order.protection is not None:
            samples, auxiliary = protected(samples, order.protection, layout)
        ahead, length = order.ahead, sum(samples.durations)
        start = samples.base * CLOCK_HZ // track.timescale
        if order.wall is not None:
            wall = order.wall + (start - order.time) / CLOCK_HZ
            ahead += reference_time(TRACK_ID, wall, samples.base)
        self.fragments[track.pid] = Fragment(
            pid=track.pid,
            data=fragment(TRACK_ID, order.sequence, samples, auxiliary=auxiliary, ahead=ahead),
            base=samples.base,
            length=length,
            start=start,
            earliest=start if earliest is None else earliest,
            duration=(samples.base + length) * CLOCK_HZ // track.timescale - start,
            samples=len(samples.sizes),
            independent=independent,
        )


def _sound_coding(info: StreamInfo, stream: Stream) -> Coding | None:
    """How a stream's sound is coded; None when it is no sound, or none that a track can carry."""
    return Opus(channels_told(stream.descriptors)) if info.codec == "opus" else _SOUND.get(info.codec)


def _hash(init: bytes) -> str:
    return hashlib.sha256(init).hexdigest()[:16]

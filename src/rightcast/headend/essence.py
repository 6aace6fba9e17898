"""Which packets of a service tell time and random access, and what their first bytes say of codecs.

Pictures where there are any, else the first sound, else the clock itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rightcast.contract.ring import Track
from rightcast.formats.mpegts import packets as ts
from rightcast.formats.mpegts.pictures import (
    PictureFormat,
    can_be_scanned,
    default_codec_name,
    picture_format,
    sequence_header,
    starts_random_access,
)
from rightcast.formats.mpegts.sounds import SoundFormat, can_be_read, sound_format
from rightcast.formats.mpegts.streams import StreamInfo, StreamKind
from rightcast.formats.mpegts.units import CLOCK_HZ, parse_pcr, parse_unit_start, step

if TYPE_CHECKING:
    from rightcast.formats.mpegts.subtitles import SubtitlePage
    from rightcast.headend.programme import Programme

_UNITS_OF_PROOF = 50
_USUAL_RATES = (24000 / 1001, 24.0, 25.0, 30000 / 1001, 30.0, 50.0, 60000 / 1001, 60.0)


class Clue(NamedTuple):
    """What a packet of interest told. `time` None: nothing of an access unit that counts."""

    time: int | None = None
    random_access: bool = False
    new_format: bool = False
    interests_changed: bool = False


class Essence:
    """Reads the packets that `interest` asks for. Pictures without flags are recognised by their NAL units."""

    def __init__(self, programme: Programme) -> None:
        self.has_pictures = programme.video is not None
        self.every_unit = not self.has_pictures
        self._programme = programme
        self._flags_seen = False
        self._units = 0
        self._header = b""
        self._format: PictureFormat | None = None
        self._sounds: dict[int, SoundFormat] = {}
        self._to_learn: frozenset[int] = frozenset()
        self._times: list[int] = []
        self._frame_rate = 0.0
        self.streams_changed()

    @property
    def codecs(self) -> str:
        """RFC 6381 list of the pictures and the first sound, as far as known."""
        names = []
        if self._video is not None and self.has_pictures:
            default = default_codec_name(self._video.codec, self._video.kind)
            names.append(self._format.codec if self._format else default)
        if self._audio is not None:
            names.append(self._name_of(self._audio))
        return ",".join(names) if all(names) else ""

    @property
    def resolution(self) -> str:
        """Like "1920x1080"; empty while unknown."""
        return f"{self._format.width}x{self._format.height}" if self._format else ""

    @property
    def tracks(self) -> list[Track]:
        """Every stream of the service, as far as known."""
        found: list[Track] = []
        for stream in self._programme.streams:
            pages = self._programme.subtitles.get(stream.pid, ())
            found += [_subtitle(stream, page) for page in pages] or [self._track(stream)]
        return found

    def interest(self) -> dict[int, int]:
        """PIDs, and the header bits that make one of their packets worth reading."""
        wanted: dict[int, int] = dict.fromkeys(self._to_learn, ts.UNIT_START)
        for stream in (self._audio, self._video):
            if stream is not None and (stream is self._video or not self.has_pictures):
                wanted[stream.pid] = ts.UNIT_START
        if self._video is None and self._audio is None and self._programme.pmt is not None:
            wanted[self._programme.pmt.pcr_pid] = ts.ADAPTATION
        return wanted

    def look(self, pid: int, packet: bytes) -> Clue | None:
        """Read a packet that `interest` asked for; None when it tells nothing."""
        if self._video is not None and pid == self._video.pid:
            return self._look_at_picture(self._video.codec, packet)
        if self._audio is not None and (pid == self._audio.pid or pid in self._to_learn):
            return self._look_at_sound(pid, packet)
        clock = parse_pcr(packet)
        return None if clock is None else Clue(clock, random_access=True)

    def streams_changed(self) -> None:
        """Sound or data came or went."""
        self._video: StreamInfo | None = self._programme.video
        self._audio: StreamInfo | None = self._programme.audio
        self._sounds = {}
        sounds = (stream for stream in self._programme.streams if stream.kind is StreamKind.AUDIO)
        self._to_learn = frozenset(stream.pid for stream in sounds if can_be_read(stream.codec))

    def distrust_flags(self) -> None:
        """The stream's random access flags did not come for very long: look at the pictures themselves too."""
        self._flags_seen = False

    def do_without_random_access(self) -> None:
        """No picture to start with came for very long: take any; where there are no pictures at all, take sound."""
        if self.has_pictures and not self._units and self._audio is not None:
            self.has_pictures = False
        self._units = 0
        self.every_unit = True

    def _name_of(self, audio: StreamInfo) -> str:
        known = self._sounds.get(audio.pid)
        return known.codec if known is not None else default_codec_name(audio.codec, audio.kind)

    def _track(self, stream: StreamInfo) -> Track:
        picture = self._format if stream is self._video else None
        sound = self._sounds.get(stream.pid)
        default = default_codec_name(stream.codec, stream.kind) or stream.codec
        return Track(
            pid=stream.pid,
            kind=stream.kind.value,
            codec=picture.codec if picture else sound.codec if sound else default,
            language=stream.language,
            width=picture.width if picture else 0,
            height=picture.height if picture else 0,
            interlaced=picture is not None and picture.interlaced,
            frame_rate=self._frame_rate if stream is self._video else 0.0,
            channels=sound.channels if sound else 0,
            sample_rate=sound.sample_rate if sound else 0,
        )

    def _look_at_picture(self, codec: str, packet: bytes) -> Clue | None:
        unit = parse_unit_start(packet)
        if unit is None or unit.time is None:
            return None
        random_access = unit.random_access
        self._units += 1
        if not self._frame_rate:
            self._measure_rate(unit.time)
        data = b""
        if random_access:
            self._flags_seen = True
        elif not self._flags_seen and can_be_scanned(codec):
            data = packet[unit.payload :]
            random_access = starts_random_access(codec, data)
        if not random_access:
            return Clue(unit.time) if self.has_pictures else None
        pictures_came = not self.has_pictures
        self.has_pictures, self.every_unit = True, False
        new_format = self._read_format(codec, data or packet[unit.payload :])
        return Clue(unit.time, True, new_format or pictures_came, pictures_came)

    def _read_format(self, codec: str, data: bytes) -> bool:
        """Learn from the sequence header; True when it differs from what was known."""
        header = sequence_header(codec, data) if can_be_scanned(codec) else b""
        if not header or header == self._header:
            return False
        self._header = header
        found, before = picture_format(codec, header), self._format
        self._format = found or before
        return before is not None and found is not None and found != before

    def _measure_rate(self, time: int) -> None:
        """Pictures per second from the first ones in a row, taken for the usual rate next to it."""
        if self._times and abs(step(self._times[-1], time)) > CLOCK_HZ:
            self._times.clear()
        self._times.append(time)
        if len(self._times) < _UNITS_OF_PROOF:
            return
        passed = [step(self._times[0], one) for one in self._times]
        rate = (len(passed) - 1) * CLOCK_HZ / max(max(passed) - min(passed), 1)
        usual = min(_USUAL_RATES, key=lambda one: abs(one - rate))
        self._frame_rate = round(usual if abs(usual - rate) < usual / 100 else rate, 3)
        self._times.clear()

    def _look_at_sound(self, pid: int, packet: bytes) -> Clue | None:
        unit = parse_unit_start(packet)
        if unit is None:
            return None
        learned = pid in self._to_learn and self._learn(pid, packet[unit.payload :])
        if self.has_pictures or self._audio is None or pid != self._audio.pid:
            return Clue(interests_changed=True) if learned else None
        return Clue(unit.time, random_access=True, interests_changed=learned)

    def _learn(self, pid: int, data: bytes) -> bool:
        """Read the head of a sound frame; whether it told."""
        codec = next(stream.codec for stream in self._programme.streams if stream.pid == pid)
        found = sound_format(codec, data)
        if found is None:
            return False
        self._sounds[pid] = found
        self._to_learn -= {pid}
        return True


def _subtitle(stream: StreamInfo, found: SubtitlePage) -> Track:
    return Track(
        pid=stream.pid,
        kind=stream.kind.value,
        codec=stream.codec,
        language=found.language,
        role="hearing_impaired" if found.hearing_impaired else "",
        page=found.page,
        ancillary=found.ancillary,
    )

"""Which packets of a service tell time and random access, and what their first bytes say of codecs.

Pictures where there are any, else the first sound, else the clock itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.mpegts import packets as ts
from rightcast.formats.mpegts.pictures import (
    PictureFormat,
    aac_name,
    can_be_scanned,
    default_codec_name,
    mpeg_audio_name,
    picture_format,
    sequence_header,
    starts_random_access,
)
from rightcast.formats.mpegts.units import parse_pcr, parse_unit_start

if TYPE_CHECKING:
    from rightcast.formats.mpegts.streams import StreamInfo
    from rightcast.headend.programme import Programme

_NAMED_BY_HEADER = {"aac": aac_name, "mp2": mpeg_audio_name}


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
        self._audio_name = ""
        self._audio_to_learn = -1
        self.streams_changed()

    @property
    def codecs(self) -> str:
        """RFC 6381 list of the pictures and the first sound, as far as known."""
        names = []
        if self._video is not None and self.has_pictures:
            default = default_codec_name(self._video.codec, self._video.kind)
            names.append(self._format.codec if self._format else default)
        if self._audio is not None:
            names.append(self._audio_name or default_codec_name(self._audio.codec, self._audio.kind))
        return ",".join(names) if all(names) else ""

    @property
    def resolution(self) -> str:
        """Like "1920x1080"; empty while unknown."""
        return f"{self._format.width}x{self._format.height}" if self._format else ""

    def interest(self) -> dict[int, int]:
        """PIDs, and the header bits that make one of their packets worth reading."""
        wanted: dict[int, int] = {}
        for stream in (self._audio, self._video):
            if stream is not None and (stream is self._video or not self.has_pictures or self._learns(stream)):
                wanted[stream.pid] = ts.UNIT_START
        if not wanted and self._programme.pmt is not None:
            wanted[self._programme.pmt.pcr_pid] = ts.ADAPTATION
        return wanted

    def look(self, pid: int, packet: bytes) -> Clue | None:
        """Read a packet that `interest` asked for; None when it tells nothing."""
        if self._video is not None and pid == self._video.pid:
            return self._look_at_picture(self._video.codec, packet)
        if self._audio is not None and pid == self._audio.pid:
            return self._look_at_sound(self._audio, packet)
        clock = parse_pcr(packet)
        return None if clock is None else Clue(clock, random_access=True)

    def streams_changed(self) -> None:
        """Sound or data came or went."""
        self._video: StreamInfo | None = self._programme.video
        self._audio: StreamInfo | None = self._programme.audio
        self._audio_name = ""
        learns = self._audio is not None and self._audio.codec in _NAMED_BY_HEADER
        self._audio_to_learn = self._audio.pid if self._audio is not None and learns else -1

    def distrust_flags(self) -> None:
        """The stream's random access flags did not come for very long: look at the pictures themselves too."""
        self._flags_seen = False

    def do_without_random_access(self) -> None:
        """No picture to start with came for very long: take any; where there are no pictures at all, take sound."""
        if self.has_pictures and not self._units and self._audio is not None:
            self.has_pictures = False
        self._units = 0
        self.every_unit = True

    def _learns(self, stream: StreamInfo) -> bool:
        return stream.pid == self._audio_to_learn

    def _look_at_picture(self, codec: str, packet: bytes) -> Clue | None:
        unit = parse_unit_start(packet)
        if unit is None or unit.time is None:
            return None
        random_access = unit.random_access
        self._units += 1
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

    def _look_at_sound(self, audio: StreamInfo, packet: bytes) -> Clue | None:
        unit = parse_unit_start(packet)
        if unit is None:
            return None
        learned = False
        if self._learns(audio):
            self._audio_name = _NAMED_BY_HEADER[audio.codec](packet[unit.payload :])
            learned = bool(self._audio_name)
            self._audio_to_learn = -1 if learned else self._audio_to_learn
        if self.has_pictures:
            return Clue(interests_changed=True) if learned else None
        return Clue(unit.time, random_access=True, interests_changed=False)

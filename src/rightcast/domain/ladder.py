"""The qualities that a channel is offered in besides the one it arrives in: rungs of pictures, choices of sound.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from typing import TypeVar

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.marking import TWIN, Variant

MOST_RUNGS = 8
SOUND_RUNG_BPS = (16_000, 512_000)
PICTURE_RUNG_BPS = (50_000, 100_000_000)
_HEIGHTS = (64, 4320)
_FRAME_RATES = (5, 120)
_LOUDNESS = (-40.0, -10.0)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)([kM]?)")
E = TypeVar("E", bound=enum.StrEnum)
SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower")
"""Encoder presets, from the cheapest to the most careful."""


class VideoCodec(enum.StrEnum):
    """How a rung's pictures are coded; `copy` leaves them as they are."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"
    COPY = "copy"


class AudioCodec(enum.StrEnum):
    """How sound is coded. `copy` leaves every track as it is, `ac3` passes only tracks that are AC-3 or E-AC-3."""

    AAC = "aac"
    OPUS = "opus"
    AC3 = "ac3"
    COPY = "copy"


class _Said(enum.StrEnum):
    YES = "yes"
    NO = "no"


class Deinterlace(enum.StrEnum):
    """Whether fields become whole pictures; `auto` looks at what the source says of each picture."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class EncoderWish(enum.StrEnum):
    """Which kind of encoder to use; `auto` takes the first hardware that really encodes, else software."""

    SOFTWARE = "software"
    NVENC = "nvenc"
    VAAPI = "vaapi"
    QSV = "qsv"
    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One quality. `height` in lines, 0 for sound alone; `frame_rate` is a ceiling in pictures a second, 0 for none.

    `bitrate_bps` is that of the pictures, of the sound for a rung of sound alone. `preset` is one of SPEEDS.
    `marked`: it is made twice, in two variants that trace a session; it costs as much as two rungs.
    """

    name: str
    height: int = 0
    codec: VideoCodec = VideoCodec.H264
    bitrate_bps: int = 0
    frame_rate: int = 0
    preset: str = "veryfast"
    marked: bool = False

    @property
    def has_pictures(self) -> bool:
        """Whether it is more than sound."""
        return self.height > 0 or self.codec is VideoCodec.COPY

    @classmethod
    def parse(cls, text: str) -> Rung:
        """Read `720p`, or `NAME [height=N] [bitrate=3M] [codec=hevc] [fps=25] [preset=fast] [marked=yes]`.

        Raises InvalidInputError.

        A name like 720p is a height of its own; what is left out is chosen by the height.
        """
        name, options = _words(text, ("height", "bitrate", "codec", "fps", "preset", "marked"), field="rungs")
        by_name = re.fullmatch(r"(\d{2,4})p", name)
        height = _whole(options["height"], "height") if "height" in options else int(by_name[1]) if by_name else 0
        codec = _one_of(VideoCodec, options.get("codec", "h264"), "codec", field="rungs")
        usual = usual_bitrate(height) if height else 96_000
        return cls(
            name=name,
            height=height,
            codec=codec,
            bitrate_bps=_amount(options["bitrate"], field="rungs") if "bitrate" in options else usual,
            frame_rate=_whole(options.get("fps", "0"), "fps"),
            preset=options.get("preset", "veryfast"),
            marked=_one_of(_Said, options.get("marked", "no"), "answer to marked", field="rungs") is _Said.YES,
        )

    def __str__(self) -> str:
        words = [self.name, f"height={self.height}", f"bitrate={amount(self.bitrate_bps)}"]
        words += [f"codec={self.codec}"] if self.has_pictures else []
        words += [f"fps={self.frame_rate}"] if self.frame_rate else []
        words += [f"preset={self.preset}"] if self.has_pictures and self.preset != "veryfast" else []
        words += ["marked=yes"] if self.marked else []
        return " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioChoice:
    """A form in which each sound track of the source is offered. `channels` 0: as many as the source has."""

    codec: AudioCodec = AudioCodec.AAC
    bitrate_bps: int = 128_000
    channels: int = 2

    @classmethod
    def parse(cls, text: str) -> AudioChoice:
        """Read `aac`, `opus bitrate=96k channels=2`, `ac3`, `copy`. Raises InvalidInputError."""
        name, options = _words(text, ("bitrate", "channels"), field="audio")
        codec = _one_of(AudioCodec, name, "sound codec", field="audio")
        bitrate_bps = _amount(options.get("bitrate", "128k"), field="audio")
        return cls(codec=codec, bitrate_bps=bitrate_bps, channels=_whole(options.get("channels", "2"), "channels"))

    @property
    def encodes(self) -> bool:
        """Whether bytes change."""
        return self.codec in {AudioCodec.AAC, AudioCodec.OPUS}

    def __str__(self) -> str:
        if not self.encodes:
            return self.codec.value
        return f"{self.codec} bitrate={amount(self.bitrate_bps)} channels={self.channels}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Which rungs are made; none by default. `loudness_lufs` None: sound keeps its loudness.

    The rung at place N (from 1) is rendition N of the channel for as long as the ladder stays as it is.
    """

    rungs: tuple[Rung, ...] = ()
    audio: tuple[AudioChoice, ...] = (AudioChoice(),)
    deinterlace: Deinterlace = Deinterlace.AUTO
    loudness_lufs: float | None = None
    encoder: EncoderWish = EncoderWish.SOFTWARE

    @property
    def summary(self) -> str:
        """One sentence for lists."""
        if not self.rungs:
            return "As broadcast only."
        return f"{', '.join(rung.name for rung in self.rungs)} besides the broadcast itself."

    @property
    def made(self) -> tuple[tuple[int, Rung, Variant | None], ...]:
        """What is encoded: number, rung and variant of each rendition; a marked rung is two."""
        return tuple(
            (number + (TWIN if variant is Variant.B else 0), rung, variant)
            for number, rung in enumerate(self.rungs, 1)
            for variant in ((Variant.A, Variant.B) if rung.marked else (None,))
        )

    def check(self) -> None:
        """Raises InvalidInputError naming the field and what to write instead."""
        if len(self.rungs) > MOST_RUNGS:
            raise InvalidInputError(
                f"A ladder of {len(self.rungs)} rungs is too high.", remedy=f"At most {MOST_RUNGS}.", field="rungs"
            )
        names = [rung.name for rung in self.rungs]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidInputError(f"Two rungs are named '{twice}'.", remedy="Give each its own name.", field="rungs")
        for rung in self.rungs:
            _check_rung(rung)
        if not self.audio:
            raise InvalidInputError(
                "A ladder without any sound was asked for.", remedy="Write at least aac.", field="audio"
            )
        for choice in self.audio:
            _check_audio(choice)
        if len(set(self.audio)) < len(self.audio):
            raise InvalidInputError("The same sound was asked for twice.", remedy="Leave one out.", field="audio")
        if self.loudness_lufs is not None and not _LOUDNESS[0] <= self.loudness_lufs <= _LOUDNESS[1]:
            raise InvalidInputError(
                f"Sound cannot be brought to {self.loudness_lufs:g} LUFS.",
                remedy="Broadcasters use -23 (EBU R 128), streaming about -16; leave it out to change nothing.",
                field="loudness_lufs",
            )


def usual_bitrate(height: int) -> int:
    """Bits per second at which H.264 pictures of so many lines look well, for 25 to 30 pictures a second."""
    steps = ((240, 350_000), (360, 750_000), (480, 1_400_000), (576, 1_900_000), (720, 3_000_000), (1080, 5_500_000))
    return next((bitrate for lines, bitrate in steps if height <= lines), 12_000_000)


def amount(bps: int) -> str:
    """Bits per second as they are written: 3M, 750k, 64100."""
    if bps >= 1_000_000 and bps % 100_000 == 0:
        return f"{bps / 1_000_000:g}M"
    return f"{bps // 1000}k" if bps % 1000 == 0 else str(bps)


def _rungs(*heights: int) -> tuple[Rung, ...]:
    # Small pictures are watched on small screens over thin lines: 50 a second would be wasted on them.
    return tuple(
        Rung(name=f"{lines}p", height=lines, bitrate_bps=usual_bitrate(lines), frame_rate=30 if lines < 576 else 0)
        for lines in heights
    )


def _sounds(*kilobits: int) -> tuple[Rung, ...]:
    return tuple(Rung(name=f"{kilobit}k", bitrate_bps=kilobit * 1000) for kilobit in kilobits)


PRESETS: dict[str, Ladder] = {
    "none": Ladder(),
    "sd": Ladder(rungs=_rungs(480, 360, 240)),
    "hd": Ladder(rungs=_rungs(720, 480, 360)),
    "full-hd": Ladder(rungs=_rungs(1080, 720, 480, 360)),
    "radio": Ladder(rungs=_sounds(96, 48)),
}
"""Ladders by name."""


def preset(name: str) -> Ladder:
    """The ladder of this name. Raises InvalidInputError."""
    if name not in PRESETS:
        raise InvalidInputError(
            f"There is no ladder '{name}'.", remedy=f"There are {', '.join(PRESETS)}.", field="preset"
        )
    return PRESETS[name]


def with_speed(ladder: Ladder, speed: str) -> Ladder:
    """The same rungs at another encoder preset."""
    return replace(ladder, rungs=tuple(replace(rung, preset=speed) for rung in ladder.rungs))


def _check_rung(rung: Rung) -> None:
    if not _NAME.fullmatch(rung.name):
        raise InvalidInputError(
            f"'{rung.name[:30]}' cannot name a rung.",
            remedy="Use up to 20 small letters, digits and hyphens, for example 720p.",
            field="rungs",
        )
    where = f"Rung {rung.name}"
    if rung.marked and (rung.codec is VideoCodec.COPY or not rung.height):
        raise InvalidInputError(
            f"{where} cannot be marked: its pictures are not encoded here.",
            remedy="Mark a rung with a height and a codec.",
            field="rungs",
        )
    if rung.codec is VideoCodec.COPY:
        return
    if rung.height and (rung.height % 2 or not _HEIGHTS[0] <= rung.height <= _HEIGHTS[1]):
        raise InvalidInputError(
            f"{where} cannot have {rung.height} lines.",
            remedy=f"Use an even number from {_HEIGHTS[0]} to {_HEIGHTS[1]}, or 0 for sound alone.",
            field="rungs",
        )
    least, most = PICTURE_RUNG_BPS if rung.height else SOUND_RUNG_BPS
    if not least <= rung.bitrate_bps <= most:
        raise InvalidInputError(
            f"{where} cannot have {rung.bitrate_bps} bit/s.",
            remedy=f"Use {amount(least)} to {amount(most)}; k and M may be written.",
            field="rungs",
        )
    if rung.frame_rate and not _FRAME_RATES[0] <= rung.frame_rate <= _FRAME_RATES[1]:
        raise InvalidInputError(
            f"{where} cannot be held to {rung.frame_rate} pictures a second.",
            remedy=f"Use {_FRAME_RATES[0]} to {_FRAME_RATES[1]}, or leave it out.",
            field="rungs",
        )
    if rung.preset not in SPEEDS:
        raise InvalidInputError(
            f"{where}: no encoder preset is called '{rung.preset[:20]}'.",
            remedy=f"Use one of {', '.join(SPEEDS)}.",
            field="rungs",
        )


def _check_audio(choice: AudioChoice) -> None:
    if not choice.encodes:
        return
    least, most = SOUND_RUNG_BPS
    if not least <= choice.bitrate_bps <= most:
        raise InvalidInputError(
            f"Sound cannot have {choice.bitrate_bps} bit/s.",
            remedy=f"Use {amount(least)} to {amount(most)}.",
            field="audio",
        )
    if choice.channels not in {0, 1, 2, 6}:
        raise InvalidInputError(
            f"Sound cannot be mixed to {choice.channels} channels.",
            remedy="Use 1, 2 or 6, or 0 for as many as the source has.",
            field="audio",
        )


def _words(text: str, known: tuple[str, ...], *, field: str) -> tuple[str, dict[str, str]]:
    words = text.split()
    options: dict[str, str] = {}
    for word in words[1:]:
        key, sign, value = word.partition("=")
        if not sign or key not in known:
            raise InvalidInputError(
                f"'{word[:40]}' says nothing here.",
                remedy=f"Write KEY=VALUE; the keys are {', '.join(known)}.",
                field=field,
            )
        options[key] = value
    if not words:
        raise InvalidInputError("Nothing was written.", remedy="Write for example 720p bitrate=3M.", field=field)
    return words[0], options


def _amount(text: str, *, field: str) -> int:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise InvalidInputError(
            f"'{text[:20]}' is no number of bits per second.", remedy="Write for example 3M or 750k.", field=field
        )
    return round(float(match[1]) * {"": 1, "k": 1000, "M": 1_000_000}[match[2]])


def _whole(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise InvalidInputError(
            f"'{text[:20]}' is no number for {what}.",
            remedy="Write digits only.",
            field="audio" if what == "channels" else "rungs",
        )
    return int(text)


def _one_of(kind: type[E], text: str, what: str, *, field: str) -> E:
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidInputError(
            f"'{text[:20]}' is no {what}.", remedy=f"Use one of {', '.join(kind)}.", field=field
        ) from error

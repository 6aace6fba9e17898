"""How ffmpeg makes a slate's pictures and sound, once: its arguments, each with its reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.domain.lineup import ChannelKind
from rightcast.domain.slate import SlateSound
from rightcast.headend.slate.loop import LOOP_PICTURES, PICTURES_PER_S, SAMPLES_PER_S
from rightcast.headend.sources.testcard import FONT, lay_out

if TYPE_CHECKING:
    from rightcast.domain.lineup import Channel

WIDTH, HEIGHT = 1280, 720
_SOUND_S = 2.5
_VERSION = 1
SKIPPED_FRAMES = 8
"""The encoder's first sound frames are still settling."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a slate looks and sounds like. `picture` empty for a card; `stamp` changes when its file does."""

    text: str
    picture: str
    stamp: int
    sound: SlateSound
    radio: bool

    @property
    def key(self) -> str:
        """A name for the files of the slate; another design has another."""
        told = f"{_VERSION}|{self.text}|{self.picture}|{self.stamp}|{self.sound}|{self.radio}"
        return hashlib.sha256(told.encode()).hexdigest()[:24]


PLAIN = Design("", "", 0, SlateSound.SILENCE, radio=False)
"""A card without a name: shown while a channel's own is still being made."""


def design_of(channel: Channel) -> Design:
    """The design of a channel's slate. A picture that cannot be read is left out."""
    wanted, radio = channel.slate, channel.kind is ChannelKind.RADIO
    if radio:
        return Design("", "", 0, wanted.sound, radio=True)
    try:
        stamp = Path(wanted.picture).stat().st_mtime_ns if wanted.picture else 0
    except OSError:
        return Design(wanted.text or channel.name, "", 0, wanted.sound, radio=False)
    text = wanted.text or ("" if wanted.picture else channel.name)
    return Design(text[:60], wanted.picture, stamp, wanted.sound, radio=False)


def arguments(ffmpeg: str, design: Design, folder: Path, pictures: Path, sound: Path) -> list[str]:
    """The call that writes bare H.264 and ADTS; `folder` is its working folder, for font and text.

    Raises FolderNotWritableError, FfmpegMissingError as laying out font and text does.
    """
    # Quiet unless something fails, never asks a question, overwrites a draft; one thread, for channels on air go first.
    call = [ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-filter_complex_threads", "1"]
    call += [] if design.radio else _picture(design)
    # 400 Hz: a whole number of waves in the loop, so that its seam is not heard.
    tone = f"sine=frequency=400:sample_rate={SAMPLES_PER_S},volume=-30dB"
    silence = f"anullsrc=r={SAMPLES_PER_S}:cl=stereo"
    call += ["-f", "lavfi", "-t", str(_SOUND_S), "-i", tone if design.sound is SlateSound.TONE else silence]
    if not design.radio:
        writing = f",{_writing(lay_out(design.text, folder))}" if design.text else ""
        call += ["-map", "0:v", "-vf", f"{_fitting(design)}format=yuv420p{writing}"]
        # A still picture: one key frame at the start of the loop, nothing held back, every picture delimited.
        call += ["-frames:v", str(LOOP_PICTURES), "-c:v", "libx264", "-preset", "veryfast", "-threads", "1"]
        call += ["-g", str(LOOP_PICTURES), "-keyint_min", str(LOOP_PICTURES), "-sc_threshold", "0", "-bf", "0"]
        call += ["-crf", "22", "-aud", "1", "-x264-params", "repeat-headers=1", "-f", "h264", str(pictures)]
    return [
        *call,
        "-map",
        f"{0 if design.radio else 1}:a",
        "-c:a",
        "aac",
        "-b:a",
        "96k",
        "-ac",
        "2",
        "-f",
        "adts",
        str(sound),
    ]


def _picture(design: Design) -> list[str]:
    if not design.picture:
        return ["-f", "lavfi", "-i", f"smptehdbars=size={WIDTH}x{HEIGHT}:rate={PICTURES_PER_S}"]
    # One image file, whatever its name looks like, and nothing else that a path could lead to; read once.
    reading = ["-protocol_whitelist", "file", "-f", "image2", "-pattern_type", "none"]
    return [*reading, "-framerate", str(PICTURES_PER_S), "-i", f"file:{design.picture}"]


def _fitting(design: Design) -> str:
    if not design.picture:
        return ""
    inside = f"scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=decrease"
    again = f"loop=loop={LOOP_PICTURES}:size=1,setpts=N/({PICTURES_PER_S}*TB)"
    return f"{inside},pad={WIDTH}:{HEIGHT}:(ow-iw)/2:(oh-ih)/2,setsar=1,{again},"


def _writing(text: str) -> str:
    """The words, read from a file without expansion, so that no letter of them is a command."""
    box = "fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=18"
    return f"drawtext={box}:fontfile={FONT}:textfile={text}:expansion=none:fontsize=56:x=(w-tw)/2:y=h*0.42"

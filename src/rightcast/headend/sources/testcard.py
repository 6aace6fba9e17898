"""Test cards: pictures made on the spot, with the channel's name and a running clock burnt in.

testcard:///?name=NAME&pattern=bars|moving|hd|radio&size=WxH&rate=N&bitrate=KBIT
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageFont

from rightcast.domain.errors import FfmpegMissingError, FolderNotWritableError, InvalidInputError
from rightcast.headend.sources.options import one_of, options_of, whole_number
from rightcast.headend.sources.recipe import Recipe

if TYPE_CHECKING:
    from urllib.parse import SplitResult

PATTERNS = ("bars", "moving", "hd", "radio")
FONT = "font.ttf"
SYSTEM_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_SAMPLE_RATE = 48_000
_SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")

# C major, softly: root, third, fifth and octave, breathing at different paces so that it never tires.
_CHORD = "+".join(
    f"0.06*sin(2*PI*{hertz}*t)*(0.75+0.25*sin(2*PI*t/{breath}))"
    for hertz, breath in ((130.81, 7), (164.81, 11), (196.00, 13), (261.63, 17))
)


@dataclass(frozen=True, slots=True)
class Card:
    """What a test card shows. `bitrate_bps` bounds the video; rate in pictures a second."""

    name: str
    pattern: str
    width: int
    height: int
    rate: int
    bitrate_bps: int

    @classmethod
    def of(cls, parts: SplitResult) -> Card:
        """Read the address. Raises InvalidInputError (field `url`)."""
        options = options_of(parts, ("name", "pattern", "size", "rate", "bitrate"))
        pattern = one_of(options, "pattern", PATTERNS, "bars")
        match = _SIZE.fullmatch(options.get("size", "1920x1080" if pattern == "hd" else "1280x720"))
        if match is None or not (64 <= int(match[1]) <= 3840 and 64 <= int(match[2]) <= 2160):
            raise InvalidInputError(
                f"A test card cannot have the size '{options.get('size', '')[:20]}'.",
                remedy="Write WIDTHxHEIGHT, at most 3840x2160.",
                field="url",
            )
        return cls(
            name=options.get("name", "Rightcast")[:60],
            pattern=pattern,
            width=int(match[1]) & ~1,  # 4:2:0 colour needs even sides
            height=int(match[2]) & ~1,
            rate=whole_number(options, "rate", 25, least=1, most=60),
            bitrate_bps=1000 * whole_number(options, "bitrate", 2500, least=100, most=50_000),
        )


def testcard_recipe(ffmpeg: str, parts: SplitResult, workshop: Path) -> Recipe:
    """The recipe of one card; `workshop` is the folder of the font and the burnt-in texts."""
    card = Card.of(parts)
    folder = workshop.absolute()
    text = lay_out(card.name, folder)
    # One thread each for filters and encoder: small pictures gain nothing from more, and stations run many.
    quiet = (ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-filter_complex_threads", "1")
    if card.pattern == "radio":
        inputs: tuple[str, ...] = (*_real_time(), "-i", f"aevalsrc={_CHORD}|{_CHORD}:s={_SAMPLE_RATE}:c=stereo")
        video: tuple[str, ...] = ()
    else:
        tone = f"sine=frequency=440:sample_rate={_SAMPLE_RATE},volume=-30dB"
        inputs = (*_real_time(), "-i", f"{_picture(card)},{_writing(card, text)}", *_real_time(), "-i", tone)
        video = ("-map", "0:v", "-map", "1:a", *_encoder(card))
    sound = ("-c:a", "aac", "-b:a", "96k", "-ac", "2")
    # The SDT tells players the name; colons and equals signs belong to the option, not to the text.
    names = ("-metadata", f"service_name={card.name}", "-metadata", "service_provider=Rightcast")
    stream = ("-f", "mpegts", "-muxdelay", "0", "-muxpreload", "0", "-pat_period", "0.1", "-pcr_period", "20")
    return Recipe(
        arguments=(*quiet, *inputs, *video, *sound, *names, *stream, "-flush_packets", "1", "pipe:1"),
        folder=folder,
        remedy="Look into the headend's log.",
    )


def _real_time() -> tuple[str, ...]:
    """At the pace of the clock; ffmpeg would draw a hundred pictures in the time of one."""
    return ("-re", "-f", "lavfi")


def _picture(card: Card) -> str:
    """The moving or standing background. Costs were measured: what is computed per pixel is drawn small."""
    size, rate = f"{card.width}x{card.height}", card.rate
    if card.pattern == "moving":
        small = f"{max(card.width // 4, 32)}x{max(card.height // 4, 32)}"
        colours = "c0=0x0b3954:c1=0x087e8b:c2=0xff5a5f:c3=0xf6c667"
        gradient = f"gradients=size={small}:rate={rate}:nb_colors=4:{colours}:speed=0.006:type=spiral:seed=7"
        return f"{gradient},format=yuv420p,scale={card.width}:{card.height}:flags=bilinear"
    if card.pattern == "hd":
        return f"smptehdbars=size={size}:rate={rate},format=yuv420p"
    return f"smptebars=size={size}:rate={rate},format=yuv420p"


def _writing(card: Card, text: str) -> str:
    """Name and clock. The name is read from a file without expansion, so that no letter of it is a command."""
    large, small = max(card.height // 12, 8), max(card.height // 16, 8)
    box = f"fontfile={FONT}:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw={max(small // 4, 2)}"
    name = f"drawtext={box}:textfile={text}:expansion=none:fontsize={large}:x=(w-text_w)/2:y=h*0.36"
    clock = f"drawtext={box}:text='%{{localtime}}':fontsize={small}:x=(w-tw)/2:y=h*0.54"
    return f"{name},{clock}"


def _encoder(card: Card) -> tuple[str, ...]:
    """Cheap, immediate H.264 that any set-top box plays."""
    kbit = card.bitrate_bps // 1000
    return (
        # The cheapest preset, no look-ahead, no picture held back.
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-threads", "1"),
        # High-profile 4:2:0 as broadcast; the level is left to the size.
        *("-pix_fmt", "yuv420p"),
        # A closed group of one second: whoever joins waits no longer than that, and cuts fall on it.
        *("-g", str(card.rate), "-keyint_min", str(card.rate), "-sc_threshold", "0", "-flags", "+cgop"),
        # A ceiling, so that the ring's size can be foretold.
        *("-b:v", f"{kbit}k", "-maxrate", f"{kbit}k", "-bufsize", f"{kbit}k"),
    )


def lay_out(name: str, folder: Path) -> str:
    """Write font and name where ffmpeg, started in this folder, finds them without any quoting."""
    text = f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / text).write_text(name if SYSTEM_FONT.exists() else _in_plain_letters(name))
        if not (folder / FONT).exists():
            draft = folder / f".{FONT}.{text}"
            draft.write_bytes(_font())
            draft.replace(folder / FONT)
    except OSError as error:
        raise FolderNotWritableError(
            f"The folder {folder} cannot be written: {error.strerror}.",
            remedy="Give its owner write access, or choose another ring folder.",
            field="ring",
        ) from error
    return text


def _in_plain_letters(name: str) -> str:
    """Letters without their accents, for the carried typeface knows no others; what is left over is left out."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if " " <= letter <= "~") or "-"


def _font() -> bytes:
    """The machine's typeface with all of Europe's letters, or the one that Pillow carries: a fresh Debian has none."""
    if SYSTEM_FONT.exists():
        return SYSTEM_FONT.read_bytes()
    font = ImageFont.load_default(size=40)
    carried = getattr(font, "path", None)
    if isinstance(carried, io.BytesIO):
        return carried.getvalue()
    raise FfmpegMissingError(
        "No typeface for test cards was found: Pillow came without FreeType.",
        remedy="Install the Pillow wheel from PyPI.",
    )

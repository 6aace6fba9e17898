"""Master playlists: which pictures, sounds and subtitles a programme has, and what each needs of a player.

RFC 8216 section 4.3.4. Rates are bits per second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.hls.tags import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rightcast.formats.hls.tags import Key

AUDIO, SUBTITLES = "AUDIO", "SUBTITLES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A sound or subtitle track to choose (EXT-X-MEDIA). `uri` empty: it lies in the variants themselves.

    `language` as in RFC 5646 or the broadcaster's three letters; `codecs` and the rate count into the variants.
    """

    kind: str
    group: str
    name: str
    uri: str = ""
    language: str = ""
    channels: int = 0
    codecs: str = ""
    bandwidth_bps: int = 0
    default: bool = False
    autoselect: bool = True
    characteristics: str = ""
    forced: bool = False

    def line(self) -> str:
        """The EXT-X-MEDIA tag."""
        found = [f"TYPE={self.kind}", f"GROUP-ID={quoted(self.group)}", f"NAME={quoted(self.name)}"]
        found += [f"LANGUAGE={quoted(self.language)}"] if self.language else []
        found += [f"DEFAULT={_yes(self.default)}", f"AUTOSELECT={_yes(self.autoselect or self.default)}"]
        found += ["FORCED=YES"] if self.forced and self.kind == SUBTITLES else []
        found += [f"CHARACTERISTICS={quoted(self.characteristics)}"] if self.characteristics else []
        found += [f"CHANNELS={quoted(str(self.channels))}"] if self.channels and self.kind == AUDIO else []
        found += [f"URI={quoted(self.uri)}"] if self.uri else []
        return f"#EXT-X-MEDIA:{','.join(found)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A picture in one quality, or the sound of a radio channel (EXT-X-STREAM-INF).

    `bandwidth_bps` is the highest rate of any segment, `average_bps` that over all, audio groups not counted.
    """

    uri: str
    bandwidth_bps: int
    average_bps: int = 0
    codecs: tuple[str, ...] = ()
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0
    audio: str = ""
    subtitles: str = ""


def master_playlist(
    variants: Sequence[Variant],
    alternatives: Sequence[Alternative] = (),
    *,
    session_keys: Iterable[Key] = (),
    low_latency: bool = False,
) -> str:
    """A master playlist; segments are independent of each other in all of ours.

    The rate of a variant includes that of the dearest track of each of its groups (section 4.3.4.2).
    """
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{9 if low_latency else 6}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += (f"#EXT-X-SESSION-KEY:{key.attributes()}" for key in session_keys)
    lines += (one.line() for one in alternatives)
    for variant in variants:
        used = [one for one in alternatives if one.group in {variant.audio, variant.subtitles} and one.group]
        lines += _variant(variant, used)
    return "\n".join(lines) + "\n"


def unique_names(names: Sequence[str]) -> list[str]:
    """Names as they shall stand in a group: none twice (section 4.3.4.1.1), the second of a kind gets a number."""
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found:
            number += 1
            candidate = f"{name} {number}"
        found.append(candidate)
    return found


def _variant(variant: Variant, used: Sequence[Alternative]) -> Iterator[str]:
    apart = [one for one in used if one.uri]
    dearest = sum(
        max((one.bandwidth_bps for one in apart if one.kind == kind), default=0) for kind in (AUDIO, SUBTITLES)
    )
    found = [f"BANDWIDTH={max(variant.bandwidth_bps + dearest, 1)}"]
    found += [f"AVERAGE-BANDWIDTH={variant.average_bps + dearest}"] if variant.average_bps else []
    codecs = list(dict.fromkeys((*variant.codecs, *(one.codecs for one in used))))
    named = [one for one in codecs if one]
    found += [f"CODECS={quoted(','.join(named))}"] if named else []
    found += [f"RESOLUTION={variant.width}x{variant.height}"] if variant.width and variant.height else []
    found += [f"FRAME-RATE={variant.frame_rate:.3f}"] if variant.frame_rate else []
    found += [f"AUDIO={quoted(variant.audio)}"] if variant.audio else []
    found += [f"SUBTITLES={quoted(variant.subtitles)}"] if variant.subtitles else []
    yield f"#EXT-X-STREAM-INF:{','.join(found)}"
    yield variant.uri


def _yes(value: bool) -> str:
    return "YES" if value else "NO"

"""What a channel's rings offer to choose from: pictures in their qualities, sounds by codec and language.

Pure: from the tracks that headends announce.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.contract.ring import Track
from rightcast.edge.ring_reader import Ring
from rightcast.formats.hls.master import unique_names
from rightcast.formats.languages import language_name, web_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


_FRAGMENTED = ("avc1", "avc3", "hvc1", "hev1", "mp4a.40.2", "mp4a.40.5", "mp4a.40.29", "ac-3", "ec-3", "opus", "av01")
"""Codecs that browsers and boxes expect in fragments; MPEG-2 pictures and MPEG-1 sounds stay in transport stream."""
_TRANSCRIBES = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
_ROLES = {
    "visual_impaired": ("audio description", "public.accessibility.describes-video"),
    "hearing_impaired": ("clear dialogue", "public.accessibility.enhances-speech-intelligibility"),
    "commentary": ("commentary", ""),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A video track in a rendition."""

    ring: Ring
    track: Track


@dataclass(frozen=True, slots=True)
class Sound:
    """An audio track in a rendition, under a name that no other of its codec has."""

    ring: Ring
    track: Track
    name: str
    language: str
    default: bool

    @property
    def characteristics(self) -> str:
        """For whom it is made, as HLS says it."""
        return _ROLES.get(self.track.role, ("", ""))[1]


@dataclass(frozen=True, slots=True)
class Text:
    """Subtitles that can be given beside the pictures, as text or as bitmaps, under a name that no other has."""

    ring: Ring
    track: Track
    name: str
    language: str

    @property
    def characteristics(self) -> str:
        """For whom they are made, as HLS says it."""
        return _TRANSCRIBES if self.track.role == "hearing_impaired" else ""


def in_fragments(track: Track) -> bool:
    """Whether a track is given in fragments too."""
    return track.codec.lower().startswith(_FRAGMENTED)


def stays_in_ts(rings: Sequence[Ring]) -> bool:
    """Whether nothing that a channel is watched or heard by can be given in fragments; not while tracks are unknown."""
    kinds = {one.kind for ring in rings for one in ring.tracks if one.codec}
    if "video" in kinds:
        return not pictures(rings, fragments=True)
    return "audio" in kinds and not sounds(rings, fragments=True)


def is_av1(ring: Ring) -> bool:
    """Whether a ring's pictures are AV1: no transport stream carries them in a form that players agree on."""
    return any(one.kind == "video" and one.codec.startswith("av01") for one in ring.tracks)


def shown(rings: Iterable[Ring]) -> list[Ring]:
    """The renditions whose pictures are offered: all of them; where some are marked, those alone."""
    found = list(rings)
    return [ring for ring in found if ring.twin is not None and ring.twin.up] or found


def pictures(rings: Iterable[Ring], *, fragments: bool) -> list[Picture]:
    """The first video track of each rendition that is shown."""
    found: list[Picture] = []
    for ring in shown(rings):
        fitting = (one for one in ring.tracks if one.kind == "video" and (in_fragments(one) or not fragments))
        first = next(fitting, None)
        if first is not None:
            found.append(Picture(ring, first))
    return found


def sounds(rings: Sequence[Ring], *, fragments: bool) -> dict[str, list[Sound]]:
    """Audio tracks by codec, that of the broadcast's first sound before others; each language and role once.

    A rung that only carries on what the broadcast has is no choice.
    """
    chosen: dict[tuple[str, str, str], tuple[Ring, Track]] = {}
    for ring in rings:
        here: dict[tuple[str, str, str], int] = {}
        for track in ring.tracks:
            if track.kind != "audio" or (fragments and not in_fragments(track)):
                continue
            key = (track.codec, track.language, track.role)
            here[key] = here.get(key, 0) + 1
            numbered = (track.codec, track.language, f"{track.role}#{here[key]}")
            chosen.setdefault(numbered, (ring, track))
    groups: dict[str, list[tuple[Ring, Track]]] = {}
    for (codec, _, _), pair in chosen.items():
        groups.setdefault(codec, []).append(pair)
    return {codec: _named(group) for codec, group in groups.items()}


def texts(rings: Iterable[Ring]) -> list[Text]:
    """The subtitle pages of teletext, each once; they lie in the broadcast itself."""
    return _subtitles(rings, is_text)


def bitmaps(rings: Iterable[Ring]) -> list[Text]:
    """The subtitles that are images, each once."""
    return _subtitles(rings, is_bitmaps)


def _subtitles(rings: Iterable[Ring], wanted: Callable[[Track], bool]) -> list[Text]:
    found = [(ring, one) for ring in rings if not ring.rendition for one in ring.tracks if wanted(one)]
    names = unique_names([_text_name(track) for _, track in found])
    return [
        Text(ring, track, name, web_language(track.language)) for (ring, track), name in zip(found, names, strict=True)
    ]


def is_text(track: Track) -> bool:
    """Whether a track is subtitles that can be given as text."""
    return track.kind == "teletext" and bool(track.page)


def is_bitmaps(track: Track) -> bool:
    """Whether a track is subtitles that are images, and says which page they are."""
    return track.kind == "subtitles" and bool(track.page)


def _text_name(track: Track) -> str:
    name = track.label or language_name(track.language) or f"{track.page:x}"
    return f"{name} (SDH)" if track.role == "hearing_impaired" else name


def _named(group: list[tuple[Ring, Track]]) -> list[Sound]:
    names = unique_names([_name(track) for _, track in group])
    plain = next((place for place, (_, track) in enumerate(group) if track.role in {"", "main"}), 0)
    return [
        Sound(ring, track, names[place], web_language(track.language), place == plain)
        for place, (ring, track) in enumerate(group)
    ]


def _name(track: Track) -> str:
    name = track.label or language_name(track.language) or "Sound"
    role = _ROLES.get(track.role, ("", ""))[0]
    return f"{name} ({role})" if role else name


@dataclass(frozen=True, slots=True)
class Rates:
    """Measured over the closed segments of a ring, in bits per second."""

    peak_bps: int
    average_bps: int


def rates(ring: Ring) -> Rates:
    """What a ring's closed segments take."""
    closed = [one for one in ring.closed_segments() if one.duration > 0]
    seconds = sum(one.duration for one in closed)
    if not seconds:
        return Rates(0, 0)
    # RFC 8216 section 4.3.4.2 allows a tenth of error; a segment far shorter than others tells nothing of the peak.
    longest = max(one.duration for one in closed)
    peak = max(one.end * 8 / one.duration for one in closed if one.duration > longest / 2)
    return Rates(int(peak), int(sum(one.end for one in closed) * 8 / seconds))

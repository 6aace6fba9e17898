"""Which rungs are made of a source, by which encoder, with which sound: decided before ffmpeg is started.

Pure. What is left out is told in a note; nothing is ever made larger than it came.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rightcast.contract.ring import Track
from rightcast.domain.ladder import AudioChoice, AudioCodec, Deinterlace, Rung, VideoCodec
from rightcast.domain.marking import Variant
from rightcast.headend.encoders import Encoder

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rightcast.domain.ladder import Ladder
    from rightcast.headend.encoders import Choice

_PASSED = frozenset({"ac-3", "ec-3", "ac3", "eac3"})
_USUAL_RATE = 25.0
_FIELDS_FROM = 48.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One sound stream that comes out: of which track, in which form."""

    track: Track
    choice: AudioChoice

    @property
    def encodes(self) -> bool:
        """Whether bytes change."""
        return self.choice.encodes


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRung:
    """A rung that is made. `encoder` None: pictures are copied, or there are none. `every`: of so many pictures one.

    `frame_rate` is 0 while the source's is not known; `sounds` are those that come with it. `variant`: of the two of
    a marked rung.
    """

    rendition: int
    rung: Rung
    encoder: Encoder | None
    every: int = 1
    key_interval: int = 50
    frame_rate: float = 0.0
    sounds: tuple[Sound, ...] = ()
    variant: Variant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that ffmpeg is asked for. `sounds` go with every rung of pictures; `notes` are for the operator."""

    video: Track | None
    sounds: tuple[Sound, ...]
    rungs: tuple[PlannedRung, ...]
    left_out: Mapping[int, str]
    notes: tuple[str, ...]
    deinterlace: Deinterlace
    loudness_lufs: float | None

    @property
    def pictured(self) -> tuple[PlannedRung, ...]:
        """Rungs with pictures."""
        return tuple(one for one in self.rungs if one.rung.has_pictures)


def plan(
    ladder: Ladder,
    tracks: Sequence[Track],
    heard: Collection[int],
    choices: Mapping[VideoCodec, Choice],
    *,
    segment_s: float,
) -> Plan:
    """What to make of the source's `tracks`. Only sound whose PID is among `heard` counts: others would be waited for.

    `choices` names an encoder for each codec that a rung wants.
    """
    video = next((track for track in tracks if track.kind == "video" and track.pid in heard), None)
    audio = [track for track in tracks if track.kind == "audio" and track.pid in heard]
    sounds = _sounds(audio, ladder.audio)
    rungs: list[PlannedRung] = []
    left_out: dict[int, str] = {}
    for rendition, rung, variant in ladder.made:
        why = _unfit(rung, video, audio, choices)
        if why:
            left_out[rendition] = f"Rung {rung.name} is left out: {why}"
        else:
            encoder = choices[rung.codec].encoder if rung.codec in choices else None
            rungs.append(
                replace(_with_pictures(rendition, rung, video, encoder, sounds, segment_s=segment_s), variant=variant)
                if rung.has_pictures
                else _of_sound(rendition, rung, audio, ladder.audio)
            )
    used = {one.rung.codec for one in rungs if one.encoder is not None}
    notes = [choice.note for codec, choice in choices.items() if codec in used and choice.note]
    return Plan(
        video=video if any(one.rung.has_pictures for one in rungs) else None,
        sounds=sounds,
        rungs=tuple(rungs),
        left_out=left_out,
        notes=tuple(dict.fromkeys([*left_out.values(), *notes])),
        deinterlace=ladder.deinterlace,
        loudness_lufs=ladder.loudness_lufs,
    )


def codecs_of(ladder: Ladder) -> frozenset[VideoCodec]:
    """The codecs that need an encoder."""
    return frozenset(rung.codec for rung in ladder.rungs if rung.has_pictures and rung.codec is not VideoCodec.COPY)


def picture_rate(video: Track | None) -> float:
    """Whole pictures a second; 0 while unknown. Where fields are sent one by one, two make a picture."""
    if video is None:
        return 0.0
    return video.frame_rate / 2 if video.interlaced and video.frame_rate >= _FIELDS_FROM else video.frame_rate


def _unfit(rung: Rung, video: Track | None, audio: Sequence[Track], choices: Mapping[VideoCodec, Choice]) -> str:
    """Why a rung cannot be made; empty when it can."""
    if not rung.has_pictures:
        return "" if audio else "the source has no sound."
    if video is None:
        return "the source has no pictures."
    if rung.codec is VideoCodec.COPY:
        return ""
    if video.height and rung.height > video.height:
        return f"the source has only {video.height} lines."
    choice = choices.get(rung.codec)
    if choice is None or choice.encoder is None:
        return f"no encoder for {rung.codec} works on this machine."
    return ""


def _of_sound(rendition: int, rung: Rung, audio: Sequence[Track], choices: Sequence[AudioChoice]) -> PlannedRung:
    first = next((choice for choice in choices if choice.encodes), AudioChoice())
    own = AudioChoice(codec=first.codec, bitrate_bps=rung.bitrate_bps, channels=first.channels)
    sounds = tuple(Sound(track=track, choice=own) for track in audio)
    return PlannedRung(rendition=rendition, rung=rung, encoder=None, sounds=sounds)


def _with_pictures(
    rendition: int,
    rung: Rung,
    video: Track | None,
    encoder: Encoder | None,
    sounds: tuple[Sound, ...],
    *,
    segment_s: float,
) -> PlannedRung:
    rate = picture_rate(video)
    ceiling = rung.frame_rate if encoder is not None else 0
    every = math.ceil(rate / ceiling - 0.01) if ceiling and rate > ceiling else 1
    return PlannedRung(
        rendition=rendition,
        rung=rung,
        encoder=encoder,
        every=every,
        key_interval=max(round((rate or _USUAL_RATE) / every * segment_s), 1),
        frame_rate=rate / every,
        sounds=sounds,
    )


def _sounds(audio: Sequence[Track], choices: Sequence[AudioChoice]) -> tuple[Sound, ...]:
    """Every track in every form that applies; where none does, as AAC, for pictures without sound help nobody."""
    found = [
        Sound(track=track, choice=choice)
        for choice in choices
        for track in audio
        if choice.codec is not AudioCodec.AC3 or track.codec in _PASSED
    ]
    return tuple(found or (Sound(track=track, choice=AudioChoice()) for track in audio))

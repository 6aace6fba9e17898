"""The form of a channel's qualities: a preset or own rungs, sounds, and how pictures and loudness are treated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django import forms

from rightcast.domain.ladder import PRESETS, AudioChoice, Deinterlace, EncoderWish, Ladder, Rung, preset
from rightcast.panel.features.form import FeatureForm

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN = "own"
_PRESET_WORDS = {
    "none": "None: as broadcast only",
    "sd": "SD: 480, 360 and 240 lines",
    "hd": "HD: 720, 480 and 360 lines",
    "full-hd": "Full HD: 1080, 720, 480 and 360 lines",
    "radio": "Radio: sound at 96 and 48 kbit/s",
}
_ENCODER_WORDS = {
    EncoderWish.SOFTWARE: "Software",
    EncoderWish.NVENC: "NVENC (NVIDIA)",
    EncoderWish.VAAPI: "VAAPI (Intel, AMD)",
    EncoderWish.QSV: "Quick Sync (Intel)",
    EncoderWish.AUTO: "The first hardware that works",
}
_DEINTERLACE_WORDS = {
    Deinterlace.AUTO: "Where the source says it is interlaced",
    Deinterlace.ON: "Every picture",
    Deinterlace.OFF: "Never",
}


class LadderForm(FeatureForm[Ladder]):
    """A ladder as words."""

    feature = Ladder
    title = "Qualities"
    explanation = (
        "Besides the broadcast itself, one ffmpeg makes these rungs. Rungs higher than the source are left out. "
        "Subtitles, teletext and cues stay with the broadcast."
    )

    preset = forms.ChoiceField(
        label="Ladder", choices=[*_PRESET_WORDS.items(), (_OWN, "Own rungs, as written below")], required=True
    )
    rungs = forms.CharField(
        label="Own rungs",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One a line: 720p, or NAME height=720 bitrate=3M codec=h264|hevc|av1|copy fps=25 preset=veryfast. "
        "Without a height it is sound alone.",
    )
    audio = forms.CharField(
        label="Sound",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One form a line, for every track: aac bitrate=128k channels=2, opus, ac3 (passed through), copy.",
    )
    deinterlace = forms.ChoiceField(label="De-interlace", choices=[*_DEINTERLACE_WORDS.items()])
    loudness_lufs = forms.FloatField(
        label="Loudness in LUFS", required=False, help_text="-23 is EBU R 128; empty leaves sound as it comes."
    )
    encoder = forms.ChoiceField(
        label="Encoder",
        choices=[*_ENCODER_WORDS.items()],
        help_text="Hardware is tried first; where it does not work, software stands in with a note.",
    )

    @classmethod
    def values(cls, record: Ladder) -> Mapping[str, Any]:
        """Field values that show a record."""
        named = next((name for name, one in PRESETS.items() if one.rungs == record.rungs), _OWN)
        return {
            "preset": named,
            "rungs": "\n".join(map(str, record.rungs)),
            "audio": "\n".join(map(str, record.audio)),
            "deinterlace": record.deinterlace.value,
            "loudness_lufs": record.loudness_lufs,
            "encoder": record.encoder.value,
        }

    @classmethod
    def summary(cls, record: Ladder) -> str:
        """What is set, in a short sentence."""
        return record.summary

    def record(self, before: Ladder) -> Ladder:
        """The ladder that the fields mean. Raises InvalidInputError."""
        data = self.cleaned_data
        own = tuple(Rung.parse(line) for line in data["rungs"].splitlines() if line.strip())
        return replace(
            before,
            rungs=own if data["preset"] == _OWN else preset(data["preset"]).rungs,
            audio=tuple(AudioChoice.parse(line) for line in data["audio"].splitlines() if line.strip()),
            deinterlace=Deinterlace(data["deinterlace"]),
            loudness_lufs=data["loudness_lufs"],
            encoder=EncoderWish(data["encoder"]),
        )

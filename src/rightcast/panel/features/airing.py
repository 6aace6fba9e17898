"""The forms of what keeps a channel on air: failover, running, slate and schedule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django import forms

from rightcast.domain.failover import AUTO, Failover
from rightcast.domain.life import Life, Running
from rightcast.domain.schedule import Schedule, Slot
from rightcast.domain.slate import Slate, SlateSound
from rightcast.panel.features.form import FeatureForm

if TYPE_CHECKING:
    from collections.abc import Mapping

_FAILOVER_FIELDS = ("silence_s", "errors_per_s", "least_bps", "least_share", "hold_down_s", "returns", "standby")


class FailoverForm(FeatureForm[Failover]):
    """When a channel turns to another source."""

    feature = Failover
    title = "Failover"
    explanation = "A channel with several sources shows the first that is good. A closed source is left at once."

    silence_s = forms.FloatField(label="Silence in seconds", help_text="Without a picture for so long, it is left.")
    errors_per_s = forms.FloatField(
        label="Continuity errors a second", help_text="Lasting for two seconds; left only for a good source. 0: never."
    )
    least_bps = forms.IntegerField(label="Least bitrate in bits a second", help_text="0: no such floor.")
    least_share = forms.FloatField(label="Least part of its usual bitrate", help_text="0.2 is a fifth; 0: none.")
    hold_down_s = forms.FloatField(
        label="Hold-down in seconds",
        help_text="A preferred source must be good for so long before it is gone back to; doubled with each failure.",
    )
    returns = forms.BooleanField(label="Go back to a preferred source", required=False)
    standby = forms.BooleanField(
        label="Receive the next source all the time", required=False, help_text="A switch then shows a picture at once."
    )

    @classmethod
    def values(cls, record: Failover) -> Mapping[str, Any]:
        """Field values that show a record."""
        return {name: getattr(record, name) for name in _FAILOVER_FIELDS}

    @classmethod
    def summary(cls, record: Failover) -> str:
        """What is set, in a short sentence."""
        shown = "" if record.pick == AUTO else f"by hand: {record.pick}. "
        back = f"goes back after {record.hold_down_s:g} s" if record.returns else "does not go back"
        return f"{shown}Leaves a source after {record.silence_s:g} s of silence, {back}."

    def record(self, before: Failover) -> Failover:
        """The record that the fields mean."""
        return replace(before, **{name: self.cleaned_data[name] for name in _FAILOVER_FIELDS})


class LifeForm(FeatureForm[Life]):
    """When a channel runs."""

    feature = Life
    title = "Running"
    explanation = "Whether it starts with its first viewer is set on the channel itself."

    warm_s = forms.FloatField(
        label="Stay warm in seconds", help_text="How long an on-demand channel runs on after its last viewer."
    )
    neighbours = forms.IntegerField(
        label="Warm neighbours",
        help_text="While this channel is watched, so many on-demand channels to either side of it run too.",
    )
    running = forms.ChoiceField(
        label="State",
        choices=[
            (Running.ON.value, "Runs"),
            (Running.DRAINING.value, "Takes no new viewers"),
            (Running.STOPPED.value, "Stopped"),
        ],
    )

    @classmethod
    def values(cls, record: Life) -> Mapping[str, Any]:
        """Field values that show a record."""
        return {"warm_s": record.warm_s, "neighbours": record.neighbours, "running": record.running.value}

    @classmethod
    def summary(cls, record: Life) -> str:
        """What is set, in a short sentence."""
        told = {Running.ON: "Runs", Running.DRAINING: "Takes no new viewers", Running.STOPPED: "Stopped"}
        return f"{told[record.running]}; stays warm for {record.warm_s:g} s, {record.neighbours} neighbours with it."

    def record(self, before: Life) -> Life:
        """The record that the fields mean."""
        data = self.cleaned_data
        running = Running(data["running"])
        return replace(before, warm_s=data["warm_s"], neighbours=data["neighbours"], running=running)


class SlateForm(FeatureForm[Slate]):
    """What is shown when nothing else can be."""

    feature = Slate
    title = "Slate"
    explanation = "What viewers see when no source has a picture. It is made once, and played without an encoder."

    shown = forms.BooleanField(label="Show a slate", required=False)
    picture = forms.CharField(
        label="Picture", required=False, help_text="An image file on the headend's machine; empty for a card."
    )
    text = forms.CharField(label="Text", required=False, help_text="Empty for the channel's name.")
    sound = forms.ChoiceField(
        label="Sound", choices=[(SlateSound.SILENCE.value, "Silence"), (SlateSound.TONE.value, "A soft tone")]
    )
    after_s = forms.FloatField(label="Shown after seconds", help_text="Of no picture at all.")

    @classmethod
    def values(cls, record: Slate) -> Mapping[str, Any]:
        """Field values that show a record."""
        return {
            "shown": record.shown,
            "picture": record.picture,
            "text": record.text,
            "sound": record.sound.value,
            "after_s": record.after_s,
        }

    @classmethod
    def summary(cls, record: Slate) -> str:
        """What is set, in a short sentence."""
        if not record.shown:
            return "None is shown."
        return f"{'Own picture' if record.picture else 'A card'}, {record.text or 'with the name of the channel'}."

    def record(self, before: Slate) -> Slate:
        """The record that the fields mean."""
        return replace(before, **{**self.cleaned_data, "sound": SlateSound(self.cleaned_data["sound"])})


class ScheduleForm(FeatureForm[Schedule]):
    """What is shown when."""

    feature = Schedule
    title = "Schedule"
    explanation = "By the station's clock. What is put on air by hand comes before the schedule."

    slots = forms.CharField(
        label="Slots",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="One a line: sun 10:00-11:30 2 (Service), or 2026-12-24 20:00-22:00 slate, or daily 02:00-05:00 off.",
    )

    @classmethod
    def values(cls, record: Schedule) -> Mapping[str, Any]:
        """Field values that show a record."""
        return {"slots": "\n".join(map(str, record.slots))}

    @classmethod
    def summary(cls, record: Schedule) -> str:
        """What is set, in a short sentence."""
        more = f" and {len(record.slots) - 1} more" if len(record.slots) > 1 else ""
        return f"{record.slots[0]}{more}." if record.slots else "None."

    def record(self, before: Schedule) -> Schedule:
        """The record that the fields mean. Raises InvalidInputError."""
        lines = [line for line in self.cleaned_data["slots"].splitlines() if line.strip()]
        return replace(before, slots=tuple(map(Slot.parse, lines)))

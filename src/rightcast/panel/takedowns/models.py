"""The tables of takedowns, of what carried them out, and of legal holds. Only operations write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from rightcast.domain.takedown import Cause, State

if TYPE_CHECKING:
    from datetime import datetime


class Scoped(models.Model):
    """What a takedown or a hold is about. Numbers, not references: it outlives what it names."""

    case = models.CharField(max_length=80, blank=True)
    channel_ids = models.JSONField(default=list, blank=True)
    title_ids = models.JSONField(default=list, blank=True)
    line_ids = models.JSONField(default=list, blank=True)
    shown_from = models.DateTimeField(null=True, blank=True)
    shown_until = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    lifted = models.DateTimeField(null=True, blank=True, db_index=True)
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_why = models.TextField(blank=True)

    class Meta:
        abstract = True


class Takedown(Scoped):
    """One takedown. `touched`: what it made dark, as counted when it was ordered."""

    cause = models.CharField(max_length=24, choices=[(one.value, one.in_words.capitalize()) for one in Cause])
    ordered_by = models.CharField(max_length=200, blank=True)
    territories = models.JSONField(default=list, blank=True)
    begins = models.DateTimeField()
    expires = models.DateTimeField(null=True, blank=True, db_index=True)
    noted = models.BooleanField(default=False, help_text="Its expiry stands in the trail.")
    touched = models.JSONField(default=dict)
    names = models.CharField("what", max_length=400)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.names

    def state(self, now: datetime) -> State:
        """What became of it."""
        if self.lifted is not None:
            return State.LIFTED
        if self.expires is not None and self.expires <= now:
            return State.EXPIRED
        return State.AHEAD if self.begins > now else State.IN_FORCE


class Acknowledgement(models.Model):
    """What one process said of a takedown, as it said it first. Moments are unix seconds."""

    takedown = models.ForeignKey(Takedown, on_delete=models.CASCADE, related_name="acknowledgements")
    who = models.CharField(max_length=40)
    heard = models.FloatField()
    dark = models.FloatField()
    stopped = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["who"]
        constraints = [models.UniqueConstraint(fields=["takedown", "who"], name="acknowledged_once")]

    def __str__(self) -> str:
        return self.who


class Hold(Scoped):
    """What is kept out of eviction, retention and erasure for a case, or while a takedown stands."""

    takedown = models.OneToOneField(Takedown, null=True, on_delete=models.CASCADE, related_name="freeze")
    until = models.DateTimeField(null=True, help_text="Of a takedown's: its expiry.")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"hold of case {self.case}" if self.case else f"hold {self.pk}"

    @property
    def territories(self) -> list[str]:
        """Where the lines live that it keeps with all that is theirs: of a takedown that names nothing but places."""
        if self.takedown is None or self.channel_ids or self.title_ids or self.line_ids:
            return []
        return list(self.takedown.territories)

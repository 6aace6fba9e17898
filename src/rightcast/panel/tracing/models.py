"""The table of revocations. Only operations write it."""

from __future__ import annotations

from django.db import models


class Revocation(models.Model):
    """One revocation: of a session by its id, of all of a line or a channel, or, naming nothing, of the station.

    Keys are numbers, not references: a revocation outlives the line or channel that it names.
    """

    at = models.DateTimeField(db_index=True)
    sid = models.CharField("session", max_length=80, blank=True)
    line_id = models.PositiveBigIntegerField("line", default=0)
    channel_id = models.PositiveBigIntegerField("channel", default=0)
    by = models.CharField(max_length=150)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        if self.sid:
            return f"session {self.sid}"
        if self.line_id:
            return f"line {self.line_id}"
        return f"channel {self.channel_id}" if self.channel_id else "the station"


class DeliveryNetwork(models.Model):
    """A delivery network of somebody else, and which of its keys is the newest."""

    name = models.CharField(max_length=32, unique=True)
    host = models.CharField(max_length=253)
    path = models.CharField(max_length=202, default="/{channel}/")
    generation = models.PositiveIntegerField(default=1, editable=False)
    life_s = models.PositiveIntegerField("Life in seconds", default=300)
    rotated = models.DateTimeField("key since", editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Sighting(models.Model):
    """A session as edges reported it, kept for a week: from which network, never from which address."""

    sid = models.CharField(max_length=80, primary_key=True)
    line_id = models.PositiveBigIntegerField()
    channel_id = models.BigIntegerField(default=0, help_text="Below zero: a title of the library.")
    network = models.CharField(max_length=49)
    device = models.CharField(max_length=16)
    country = models.CharField(max_length=2, blank=True)
    started = models.FloatField(help_text="Unix seconds.")
    seen = models.FloatField(help_text="Unix seconds.")

    class Meta:
        indexes = [
            models.Index(fields=["line_id", "seen"]),
            models.Index(fields=["channel_id", "seen"]),
            models.Index(fields=["seen"]),
        ]

    def __str__(self) -> str:
        return self.sid


class Suspect(models.Model):
    """A line that seems to be shared: why, and what an operator made of it."""

    class State(models.TextChoices):
        """What was done about it."""

        OPEN = "open", "Wants you"
        ASKED = "asked", "Asked to confirm"
        CAPPED = "capped", "One screen"
        CONFIRMED = "confirmed", "Confirmed"
        DISMISSED = "dismissed", "Dismissed"

    line = models.OneToOneField("lines.Line", on_delete=models.CASCADE, related_name="suspect")
    points = models.PositiveIntegerField()
    grounds = models.JSONField(default=list)
    since = models.DateTimeField()
    weighed = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    decided = models.DateTimeField(null=True, blank=True)
    decided_points = models.PositiveIntegerField(default=0)
    by = models.CharField(max_length=150, blank=True)
    why = models.TextField(blank=True)
    screens_before = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-points", "line__name"]

    def __str__(self) -> str:
        return str(self.line)

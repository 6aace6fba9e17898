"""The tables of sessions, of the rights they stood on, and of what was refused."""

from __future__ import annotations

from django.db import models


class SessionRow(models.Model):
    """One session at one edge, running while `ended` is null.

    Numbers, not references: the record outlives channel, line and right. `line_id` is null once the line was erased.
    """

    id = models.CharField(primary_key=True, max_length=96)
    sid = models.CharField("session", max_length=64, db_index=True)
    edge = models.PositiveIntegerField()
    line_id = models.PositiveBigIntegerField("line number", null=True, db_index=True)
    line_name = models.CharField("line", max_length=64, blank=True)
    channel_id = models.BigIntegerField("channel number")
    watched = models.CharField(max_length=200)
    recording_id = models.PositiveBigIntegerField(default=0)
    past = models.DateTimeField("from the past of", null=True)
    kind = models.CharField(max_length=8)
    device_class = models.CharField("device", max_length=16, blank=True)
    credential_id = models.PositiveBigIntegerField(default=0)
    player = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=64, blank=True)
    country = models.CharField("seen in", max_length=2, blank=True)
    residence = models.CharField("lives in", max_length=2, blank=True)
    began = models.DateTimeField(db_index=True)
    ended = models.DateTimeField(null=True, db_index=True)
    reason = models.CharField("why it ended", max_length=40, blank=True)
    bytes_sent = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-began"]
        verbose_name = "session"

    def __str__(self) -> str:
        return self.sid


class StandRow(models.Model):
    """A right that a session stood on, from `began` to `ended` (null while it does).

    What the right was called then is kept with it. `territory`: where the viewer was, or lives if that is not known.
    """

    session = models.ForeignKey(SessionRow, on_delete=models.CASCADE, related_name="stands")
    right_id = models.PositiveBigIntegerField(db_index=True)
    reference = models.CharField(max_length=120, blank=True)
    channel_id = models.BigIntegerField()
    territory = models.CharField(max_length=2, blank=True)
    line_id = models.PositiveBigIntegerField(null=True)
    sid = models.CharField(max_length=64)
    began = models.DateTimeField(db_index=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["began"]


class RefusalRow(models.Model):
    """How often a channel was refused for one reason in a stretch of time, at one edge."""

    id = models.CharField(primary_key=True, max_length=96)
    channel_id = models.BigIntegerField(db_index=True)
    reason = models.CharField(max_length=40)
    began = models.DateTimeField(db_index=True)
    until = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["-began"]


class DirtyDay(models.Model):
    """A day of the station's clock whose figures are out of date."""

    day = models.DateField(primary_key=True)


class DayUsage(models.Model):
    """What was counted of one right on one day of the station's clock.

    Three levels: of the right (`channel_id` 0, `territory` empty), of each channel, of each territory.
    """

    day = models.DateField()
    right_id = models.PositiveBigIntegerField()
    channel_id = models.BigIntegerField(default=0)
    territory = models.CharField(max_length=2, blank=True, default="")
    sessions = models.PositiveIntegerField()
    seconds = models.FloatField()
    peak = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "right_id", "channel_id", "territory"], name="one_count_a_day")
        ]


class MonthUsage(models.Model):
    """What was counted of one right in one month, with the number of different lines; levels as in DayUsage.

    It stays as it is once the sessions it was counted from are forgotten.
    """

    month = models.DateField(help_text="Its first day.")
    right_id = models.PositiveBigIntegerField(db_index=True)
    channel_id = models.BigIntegerField(default=0)
    channel = models.CharField(max_length=200, blank=True)
    territory = models.CharField(max_length=2, blank=True, default="")
    sessions = models.PositiveIntegerField()
    seconds = models.FloatField()
    peak = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()

    class Meta:
        ordering = ["-month", "right_id", "channel_id", "territory"]
        constraints = [
            models.UniqueConstraint(fields=["month", "right_id", "channel_id", "territory"], name="one_count_a_month")
        ]

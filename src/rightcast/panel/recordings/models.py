"""Tables of recordings, the rules that want them, the takes behind them, and allowances. Only operations write them.

Lines and channels may go before their recordings do: then the rows stay until their files are deleted.
"""

from __future__ import annotations

from django.db import models

from rightcast.domain.recording_plans import Match
from rightcast.domain.recordings import Cause, Status
from rightcast.domain.rights import Copies
from rightcast.panel.catalogue.models import Channel, Package
from rightcast.panel.lines.models import Line


class RecordingRule(models.Model):
    """What a line wants recorded again and again."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="recording_rules")
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: any.")
    match = models.CharField("by", max_length=8, choices=[(one.value, one.value.capitalize()) for one in Match])
    word = models.CharField("series or title", max_length=300, blank=True)
    key = models.CharField(max_length=300, db_index=True, editable=False)
    new_only = models.BooleanField("new episodes only", default=False)
    keep = models.PositiveIntegerField("keep the newest", default=0, help_text="0: all.")
    days = models.JSONField(default=list, blank=True)
    minute = models.PositiveIntegerField(default=0)
    length_min = models.PositiveIntegerField(default=0)
    priority = models.PositiveIntegerField(default=50, help_text="0 to 100; the higher one comes first.")
    before_s = models.PositiveIntegerField(default=0)
    after_s = models.PositiveIntegerField(default=0)
    created = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.word or f"rule {self.pk}"


class TakeRow(models.Model):
    """What the recorder shall keep once. `leaving`: its files shall be deleted, and it waits for the recorder."""

    channel_id = models.BigIntegerField()
    start = models.BigIntegerField()
    stop = models.BigIntegerField()
    shared = models.BooleanField()
    settled = models.BooleanField(default=False)
    leaving = models.BooleanField(default=False)
    asked = models.DateTimeField(null=True)
    size_bytes = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["channel_id", "start", "stop"], name="take_by_place"),
            models.Index(fields=["settled", "leaving"], name="take_by_state"),
        ]

    def __str__(self) -> str:
        return f"take {self.pk}"


class Recording(models.Model):
    """One recording of one line. Moments are unix seconds."""

    line = models.ForeignKey(Line, on_delete=models.DO_NOTHING, db_constraint=False, related_name="recordings")
    channel = models.ForeignKey(Channel, on_delete=models.DO_NOTHING, db_constraint=False, related_name="recordings")
    rule = models.ForeignKey(RecordingRule, null=True, on_delete=models.SET_NULL, related_name="recordings")
    take = models.ForeignKey(TakeRow, null=True, on_delete=models.SET_NULL, related_name="recordings")
    start = models.BigIntegerField()
    stop = models.BigIntegerField()
    before_s = models.PositiveIntegerField(default=0)
    after_s = models.PositiveIntegerField(default=0)
    priority = models.PositiveIntegerField(default=50)
    copies = models.CharField(max_length=16, choices=[(one.value, one.value.replace("_", " ")) for one in Copies])
    status = models.CharField(max_length=12, choices=[(one.value, one.value.capitalize()) for one in Status])
    cause = models.CharField(max_length=24, blank=True, choices=[(one.value, one.value) for one in Cause])
    detail = models.CharField(max_length=300, blank=True)
    locked = models.BooleanField(default=False, help_text="Never removed to make room.")
    ordered = models.DateTimeField()
    changed = models.DateTimeField()
    reach_back_s = models.PositiveIntegerField(default=0, help_text="How much of the past the right let it take.")
    expires = models.BigIntegerField(default=0)
    unfounded_since = models.BigIntegerField(default=0, help_text="Since when no right lets it be kept; 0: one does.")
    size_bytes = models.BigIntegerField(default=0)
    show_id = models.BigIntegerField(default=0)
    episode_key = models.CharField(max_length=32)
    title = models.CharField(max_length=300)
    subtitle = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    season = models.PositiveIntegerField(default=0)
    episode = models.PositiveIntegerField(default=0)
    icon_url = models.CharField(max_length=2000, blank=True)
    genre = models.PositiveIntegerField(default=0)
    age = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-start", "-id"]
        indexes = [
            models.Index(fields=["line", "status"], name="recording_of_line"),
            models.Index(fields=["channel", "status"], name="recording_of_channel"),
            models.Index(fields=["status", "stop"], name="recording_by_end"),
        ]

    def __str__(self) -> str:
        return self.title


class AllowanceRow(models.Model):
    """How much is allowed: to one line, to the lines of a package, or (without either) to everybody else."""

    line = models.OneToOneField(Line, null=True, blank=True, on_delete=models.CASCADE, related_name="allowance")
    package = models.OneToOneField(Package, null=True, blank=True, on_delete=models.CASCADE, related_name="allowance")
    hours = models.PositiveIntegerField(default=20, help_text="0: no limit.")
    gigabytes = models.PositiveIntegerField(default=0, help_text="0: no limit.")
    number = models.PositiveIntegerField(default=0, help_text="0: no limit.")
    at_once = models.PositiveIntegerField(
        "private copies at once", default=2, help_text="How many recordings with a copy of their own may run at once."
    )
    make_room = models.BooleanField(
        default=False, help_text="The oldest one that is not locked goes when a new one has no room."
    )

    class Meta:
        ordering = ["id"]
        verbose_name = "recording allowance"

    def __str__(self) -> str:
        if self.line is not None:
            return f"line {self.line}"
        return f"package {self.package}" if self.package is not None else "everybody else"


class PlanningMark(models.Model):
    """How far planning has come: in the feed, and among rules; there is one row, with id 1."""

    feed = models.CharField(max_length=32, blank=True)
    revision = models.BigIntegerField(default=0)
    rules_until = models.DateTimeField(null=True)
    weekly_day = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"revision {self.revision}"


class RecorderPolicy(models.Model):
    """What holds for all recordings of the station; there is one row, with id 1."""

    disk_gigabytes = models.PositiveIntegerField(
        "room for recordings (GB)", default=0, help_text="All takes together; 0: as much as the disk has."
    )
    grace_h = models.PositiveIntegerField(
        "hours until files go",
        default=24,
        help_text="When no right lets a recording be kept any more it cannot be watched at once; its files go so "
        "many hours later, for rights are sometimes suspended by mistake.",
    )
    before_s = models.PositiveIntegerField("seconds before a show", default=60)
    after_s = models.PositiveIntegerField("seconds after a show", default=300)

    class Meta:
        verbose_name = "recorder settings"
        verbose_name_plural = "recorder settings"

    def __str__(self) -> str:
        return "Recorder settings"

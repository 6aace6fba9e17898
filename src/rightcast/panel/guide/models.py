"""Tables of the guide: sources, the channels they know, their days, assignments, and what is published.

Days are counted from 1970-01-01 in UTC; a show belongs to the day in which it starts. Bodies are made by `bodies`.
"""

from __future__ import annotations

from django.db import models

from rightcast.panel.catalogue.models import Channel


class SourceKind(models.TextChoices):
    """How a source's shows come in."""

    XMLTV = "xmltv", "XMLTV"
    EIT = "eit", "EIT in the stream"
    GRID = "grid", "Weekly grid"
    CSV = "csv", "CSV"
    ICS = "ics", "Calendar (ICS)"


class GuideSource(models.Model):
    """Where shows come from. Lower positions come first; lower sources fill what higher ones leave open.

    A source without an address is fed by uploads, or by whoever owns its kind. `settings` is that kind's own.
    """

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=SourceKind.choices, default=SourceKind.XMLTV)
    position = models.PositiveIntegerField(default=0, help_text="Lower comes first; the others fill its gaps.")
    address = models.CharField(max_length=2000, blank=True, help_text="https://HOST/guide.xml.gz, or a file's path.")
    enabled = models.BooleanField(default=True)
    private = models.BooleanField(
        "address within this site", default=False, help_text="Lets the address lie in private networks."
    )
    zone = models.CharField(
        "clock", max_length=64, blank=True, help_text="Zone of times that name none, e.g. Europe/Rome; empty is UTC."
    )
    offset_min = models.IntegerField("offset in minutes", default=0, help_text="Added to every time of this source.")
    every_h = models.PositiveIntegerField("refresh every (h)", default=0, help_text="0: only when asked for.")
    at_local = models.TimeField(
        "refresh at", null=True, blank=True, help_text="Once a day on the station's clock, instead of every so often."
    )
    settings = models.JSONField(default=dict, blank=True, editable=False)
    added = models.DateTimeField(editable=False)
    # What the last refresh left behind.
    etag = models.CharField(max_length=300, blank=True, editable=False)
    modified = models.CharField(max_length=80, blank=True, editable=False)
    digest = models.CharField(max_length=80, blank=True, editable=False)
    last_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_ok = models.BooleanField(null=True, editable=False)
    last_result = models.CharField(max_length=500, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    next_at = models.DateTimeField(null=True, blank=True, editable=False)
    asked = models.BooleanField(default=False, editable=False)
    running_since = models.DateTimeField(null=True, blank=True, editable=False)
    progress = models.CharField(max_length=120, blank=True, editable=False)
    report = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "guide source"

    def __str__(self) -> str:
        return self.name


class GuideChannel(models.Model):
    """A channel that a source knows, under its id there; `names` as the source writes them, best first."""

    source = models.ForeignKey(GuideSource, on_delete=models.CASCADE, related_name="channels")
    guide_id = models.CharField(max_length=200, db_index=True)
    names = models.JSONField(default=list)
    icon_url = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["source", "guide_id"]
        verbose_name = "guide channel"
        constraints = [models.UniqueConstraint(fields=["source", "guide_id"], name="one_guide_channel_per_id")]

    def __str__(self) -> str:
        return f"{self.guide_id} of {self.source_id}"


class SourceDay(models.Model):
    """The shows of a guide channel that start on one day, as its source tells them: no offset is applied."""

    channel = models.ForeignKey(GuideChannel, on_delete=models.CASCADE, related_name="days")
    day = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=16)
    count = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="one_source_day")]

    def __str__(self) -> str:
        return f"day {self.day} of {self.channel_id}"


class Who(models.TextChoices):
    """Who said that a channel has a guide channel."""

    ID = "id", "The same id"
    AUTOMATIC = "automatic", "Found by name"
    OPERATOR = "operator", "An operator"


class Assignment(models.Model):
    """A channel has the shows of a guide channel, moved by `offset_min` (besides its source's own offset).

    `refused`: an operator said that it has not; then nobody assigns it by itself again. `score` from 0 to 100.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="guide_assignments")
    guide_channel = models.ForeignKey(GuideChannel, on_delete=models.CASCADE, related_name="assignments")
    offset_min = models.IntegerField("offset in minutes", default=0)
    score = models.FloatField(null=True, blank=True)
    who = models.CharField(max_length=16, choices=Who.choices)
    refused = models.BooleanField(default=False)
    made = models.DateTimeField()

    class Meta:
        ordering = ["channel", "guide_channel"]
        constraints = [models.UniqueConstraint(fields=["channel", "guide_channel"], name="one_assignment_per_pair")]

    def __str__(self) -> str:
        return f"{self.channel_id} has {self.guide_channel_id}"


class ChannelDay(models.Model):
    """What is published of a channel for one day: the merged shows. `channel_id` outlives its channel.

    Rows of channels that are gone are taken away with their records in the feed by `publication.prune`.
    """

    channel_id = models.BigIntegerField()
    day = models.PositiveIntegerField(db_index=True)
    guide_id = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=16)
    count = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel_id", "day"], name="one_channel_day")]

    def __str__(self) -> str:
        return f"day {self.day} of {self.channel_id}"


class DayTitles(models.Model):
    """The folded titles of what is published of a channel for one day, a line for each show: what searches go through.

    Made of the ChannelDay with the same digest; `looking.note_titles` keeps it so.
    """

    channel_id = models.BigIntegerField()
    day = models.PositiveIntegerField(db_index=True)
    digest = models.BinaryField(max_length=16)
    titles = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel_id", "day"], name="one_titles_of_a_day")]

    def __str__(self) -> str:
        return f"titles of day {self.day} of {self.channel_id}"


class PendingChannel(models.Model):
    """A channel whose days are to be merged and published anew; jobs do it."""

    channel_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.channel_id}"

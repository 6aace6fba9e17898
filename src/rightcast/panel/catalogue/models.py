"""Tables of what is carried and what is sold. Only operations write them."""

from __future__ import annotations

from django.db import models

from rightcast.domain.lineup import ChannelKind, SourceKind, StartMode

DEFAULT_CATEGORY = "General"


class Category(models.Model):
    """What apps group channels by."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveIntegerField(default=0, help_text="Categories are listed from low to high.")

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """A channel and its operator's intent. Its id is what apps store: it is never used again."""

    number = models.PositiveIntegerField(unique=True, help_text="Its place in the station; lineups may renumber it.")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=[(ChannelKind.TV.value, "TV"), (ChannelKind.RADIO.value, "Radio")])
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="channels")
    logo_url = models.CharField("logo address", max_length=2000, blank=True)
    guide_id = models.CharField("guide id", max_length=200, blank=True, help_text="The channel's id in XMLTV guides.")
    start = models.CharField(
        max_length=16,
        choices=[(StartMode.ALWAYS.value, "Always running"), (StartMode.ON_DEMAND.value, "With its first viewer")],
        default=StartMode.ALWAYS.value,
    )
    adult = models.BooleanField(default=False)
    wanted = models.BooleanField("wanted on air", default=True)
    features = models.JSONField(default=dict, blank=True, editable=False)
    added = models.DateTimeField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Source(models.Model):
    """Where a channel's signal comes from; lower positions are preferred."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in SourceKind])
    url = models.CharField("address", max_length=2000, db_index=True)
    service_id = models.PositiveIntegerField(null=True, blank=True, help_text="Picks one service of a multiplex.")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["channel", "position"], name="one_source_per_position")]

    def __str__(self) -> str:
        return f"source {self.position}"


class Lineup(models.Model):
    """An ordered selection of channels with numbers and categories."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LineupEntry(models.Model):
    """A channel's place in a lineup."""

    lineup = models.ForeignKey(Lineup, on_delete=models.CASCADE, related_name="entries")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "lineup entries"
        constraints = [
            models.UniqueConstraint(fields=["lineup", "number"], name="one_entry_per_number"),
            models.UniqueConstraint(fields=["lineup", "channel"], name="one_entry_per_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Package(models.Model):
    """What a line is entitled to: one or more lineups."""

    name = models.CharField(max_length=80, unique=True)
    lineups = models.ManyToManyField(Lineup, related_name="packages")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

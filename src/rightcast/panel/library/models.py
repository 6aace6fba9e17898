"""The tables of the library: collections, titles, episodes, harvests. Only operations write them."""

from __future__ import annotations

from django.db import models

from rightcast.domain.library import TitleKind
from rightcast.panel.catalogue.models import Channel


class Collection(models.Model):
    """A selection of titles that packages are made of; apps show it as a category."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveIntegerField(default=0, help_text="Lower ones come first in apps.")
    adult = models.BooleanField(default=False)
    packages = models.ManyToManyField("catalogue.Package", related_name="collections", blank=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Filed(models.Model):
    """What a film and an episode share: one file in the library's folder."""

    file_name = models.CharField(max_length=120, blank=True, editable=False)
    file_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    length_s = models.FloatField(default=0.0, editable=False)
    codecs = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        abstract = True


class Title(Filed):
    """A film or a series; a series' files are its episodes'."""

    kind = models.CharField(max_length=16, choices=[(one.value, one.name.title()) for one in TitleKind])
    name = models.CharField(max_length=200)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="titles")
    original_name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    poster = models.CharField(max_length=120, blank=True, editable=False)
    year = models.CharField(max_length=4, blank=True)
    genres = models.JSONField(default=list, blank=True)
    directors = models.JSONField(default=list, blank=True)
    actors = models.JSONField(default=list, blank=True)
    countries = models.JSONField(default=list, blank=True)
    age = models.PositiveIntegerField("suitable from age", default=0)
    stars = models.CharField(max_length=8, blank=True, help_text="Of ten, such as 7.5.")
    trailer = models.CharField(max_length=400, blank=True)
    height = models.PositiveIntegerField(default=0, editable=False)
    wanted = models.BooleanField("wanted in apps", default=True)
    until = models.DateTimeField(
        "offered until", null=True, blank=True, help_text="Empty: for as long as its right lasts."
    )
    added = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-added", "-id"]

    def __str__(self) -> str:
        return self.name


class Episode(Filed):
    """One file of a series."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="episodes")
    season = models.PositiveIntegerField(default=1, help_text="0 holds specials.")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    added = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["season", "number"]
        constraints = [models.UniqueConstraint(fields=["title", "season", "number"], name="one_file_per_episode")]

    def __str__(self) -> str:
        return f"S{self.season:02}E{self.number:02} {self.name}".rstrip()


class HarvestState(models.TextChoices):
    """Where a harvest stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Harvest(models.Model):
    """A stretch of a channel's archive on its way to a file: a clip, or a title of the library."""

    channel = models.ForeignKey(Channel, on_delete=models.SET_NULL, null=True, related_name="harvests")
    channel_name = models.CharField(max_length=120, editable=False)
    name = models.CharField(max_length=200)
    start = models.DateTimeField(help_text="UTC.")
    stop = models.DateTimeField(help_text="UTC.")
    exact = models.BooleanField(default=False, help_text="Re-encode the edges instead of cutting on key frames.")
    collection = models.ForeignKey(
        Collection, on_delete=models.SET_NULL, null=True, blank=True, help_text="Empty: a clip for the staff only."
    )
    title = models.ForeignKey(Title, on_delete=models.SET_NULL, null=True, editable=False, related_name="harvests")
    state = models.CharField(max_length=16, choices=HarvestState.choices, default=HarvestState.WAITING)
    progress = models.FloatField(default=0.0, editable=False)
    detail = models.TextField(blank=True, editable=False)
    file_name = models.CharField(max_length=120, blank=True, editable=False)
    file_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    length_s = models.FloatField(default=0.0, editable=False)
    ordered = models.DateTimeField(editable=False)
    ordered_by = models.CharField(max_length=150, editable=False)
    ended = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

"""The one row about the station as a whole. Only operations write it."""

from __future__ import annotations

from django.db import models


class StationRow(models.Model):
    """What every edge should know of the station; there is one row, with id 1."""

    name = models.CharField(max_length=80, default="Rightcast")
    territory = models.CharField(max_length=2, default="IT", help_text="Where new lines live unless said otherwise.")
    timezone = models.CharField(max_length=64, default="UTC")
    replica_max_age_s = models.PositiveIntegerField(
        "edges serve alone for (s)",
        default=86_400,
        help_text="An edge that has not heard from the panel for longer admits nobody.",
    )
    login_failure_status = models.PositiveIntegerField(
        choices=[(200, "200 with auth 0"), (401, "401")], default=200, help_text="What apps get for a wrong password."
    )

    images = models.CharField(
        "pictures from here",
        max_length=8,
        choices=[("off", "None"), ("logos", "Logos of channels"), ("all", "Logos and pictures of shows")],
        default="off",
        help_text="Fetched once, made small, and served by the edges.",
    )
    own_networks = models.TextField(
        blank=True,
        default="",
        help_text="Address ranges (CIDR), one a line, where delivery is not over the web. Empty: everything is web.",
    )
    regional_blackouts = models.BooleanField("regional blackouts concern us", default=True)
    device_groups = models.JSONField(
        default=list,
        blank=True,
        help_text='Words of the names of restricted players, for groups 0 to 2: [["android"], [], []]. '
        "A group without words means every player.",
    )

    class Meta:
        verbose_name = "station"
        verbose_name_plural = "station"

    def __str__(self) -> str:
        return self.name

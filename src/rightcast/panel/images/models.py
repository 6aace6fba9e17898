"""The table of pictures that are wanted, and how each does."""

from __future__ import annotations

from django.db import models


class Picture(models.Model):
    """A picture by the address it comes from. `digest` is its name; it is `wanted_until` a day (from 1970-01-01).

    `fetched_at` null: it is not here. `failures` in a row, then `next_at` is when it is tried again.
    """

    digest = models.CharField(max_length=32, primary_key=True)
    url = models.CharField(max_length=2000)
    wanted_until = models.PositiveIntegerField(db_index=True)
    is_logo = models.BooleanField(default=False)
    fetched_at = models.DateTimeField(null=True, blank=True, db_index=True)
    size_bytes = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.digest

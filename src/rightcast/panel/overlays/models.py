"""The table of overlays. Only operations write it."""

from __future__ import annotations

from django.db import models


class Overlay(models.Model):
    """One session's picture with its number burnt in, for a while. Past ones stay as a record of what was done.

    Line and channel are numbers, not references: the record outlives both.
    """

    sid = models.CharField("session", max_length=80)
    line_id = models.PositiveBigIntegerField("line", default=0)
    channel_id = models.PositiveBigIntegerField("channel")
    slot = models.PositiveSmallIntegerField()
    starts = models.DateTimeField(db_index=True)
    ends = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=150)
    why = models.TextField()

    class Meta:
        ordering = ["-starts", "-id"]

    def __str__(self) -> str:
        return f"session {self.sid}"

"""The outbox: keys whose record changed and is not in the feed yet."""

from __future__ import annotations

from django.db import models


class OutboxRow(models.Model):
    """One key to publish; the record is read when it is published, so rows never hold stale state."""

    kind = models.CharField(max_length=16)
    key = models.BigIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

"""The table of the audit trail: rows are added, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditRow(models.Model):
    """One deed: who, when, what, to which record, in a sentence and in detail."""

    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField("by", max_length=16)
    actor_name = models.CharField("actor", max_length=150)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="deeds"
    )
    action = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=32)
    subject_id = models.BigIntegerField(null=True, blank=True)
    sentence = models.TextField()
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        verbose_name = "deed"
        verbose_name_plural = "audit trail"
        indexes = [models.Index(fields=["subject", "subject_id"], name="audit_of_subject")]

    def __str__(self) -> str:
        return self.sentence

"""The tables of lines and their devices. Only operations write them."""

from __future__ import annotations

from django.db import models

from rightcast.domain.lineup import CredentialKind, LineStatus
from rightcast.panel.catalogue.models import Package


class Line(models.Model):
    """A customer's access. The secret itself is nowhere: only its keyed digest is."""

    name = models.CharField(max_length=64, unique=True)
    secret_digest = models.CharField(max_length=64, editable=False)
    status = models.CharField(
        max_length=16,
        choices=[(one.value, one.name.title()) for one in LineStatus],
        default=LineStatus.ACTIVE.value,
    )
    packages = models.ManyToManyField(Package, related_name="lines", blank=True)
    territory = models.CharField(max_length=2, help_text="Where the customer lives, as a two-letter code such as IT.")
    created = models.DateTimeField()
    max_sessions = models.PositiveIntegerField("screens at once", default=1)
    expires = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    sessions_from = models.DateTimeField(null=True, blank=True, editable=False)
    trial = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """A further way into a line, one per device. What a device shows is nowhere, only its keyed digest."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in CredentialKind])
    handle = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    device = models.CharField(max_length=80, blank=True, help_text="What the customer calls it.")
    created = models.DateTimeField()
    last_seen = models.DateTimeField(null=True, blank=True)
    last_player = models.CharField(max_length=80, blank=True)
    last_address = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["kind", "handle"], name="one_line_per_handle")]

    def __str__(self) -> str:
        return self.device or f"{self.kind} {self.id}"

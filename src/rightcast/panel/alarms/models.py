"""Tables of alarms, of rules and quiet times, and of who is told. Jobs and operations write them."""

from __future__ import annotations

from django.db import models

from rightcast.domain.findings import Severity
from rightcast.panel.catalogue.models import Channel

SEVERITIES = [(one.value, one.word) for one in sorted(Severity, reverse=True)]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class AlarmRow(models.Model):
    """One alarm from its raising to its clearing; kept as history afterwards."""

    subject_kind = models.CharField("about", max_length=16)
    subject_id = models.CharField(max_length=300)
    subject_name = models.CharField("subject", max_length=300)
    kind = models.CharField(max_length=64, db_index=True)
    severity = models.PositiveSmallIntegerField(choices=SEVERITIES)
    detail = models.TextField(blank=True)
    since = models.DateTimeField()
    raised = models.DateTimeField(db_index=True)
    cleared = models.DateTimeField(null=True, blank=True, db_index=True)
    cause = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="hidden")
    told = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet = models.BooleanField(default=False)
    flaps = models.PositiveIntegerField("came back", default=0)
    seen_by = models.CharField("acknowledged by", max_length=150, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_severity = models.PositiveSmallIntegerField(null=True, blank=True)
    seen_note = models.TextField(blank=True)
    seen_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-raised", "-id"]
        verbose_name = "alarm"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind"],
                condition=models.Q(cleared=None),
                name="one_open_alarm_per_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_name}: {self.kind}"


class AlarmNote(models.Model):
    """What somebody wrote about an alarm."""

    alarm = models.ForeignKey(AlarmRow, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    text = models.TextField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class AlarmRule(models.Model):
    """What an operator wants to be otherwise for one kind of alarm, on all channels or on some."""

    kind = models.CharField(max_length=64)
    channels = models.ManyToManyField(
        Channel, blank=True, related_name="alarm_rules", help_text="Empty: wherever this kind arises."
    )
    enabled = models.BooleanField("raise it at all", default=True)
    severity = models.PositiveSmallIntegerField(
        choices=SEVERITIES, null=True, blank=True, help_text="Empty: as severe as the kind is."
    )
    raise_after_s = models.FloatField("raise after (s)", null=True, blank=True)
    clear_after_s = models.FloatField("clear after (s)", null=True, blank=True)

    class Meta:
        ordering = ["kind", "id"]
        verbose_name = "alarm rule"

    def __str__(self) -> str:
        return self.kind


class QuietRow(models.Model):
    """A time in which alarms are shown and nobody is told."""

    name = models.CharField(max_length=80, unique=True)
    channels = models.ManyToManyField(
        Channel, blank=True, related_name="quiet_times", help_text="Empty: the whole station."
    )
    kinds = models.JSONField(default=list, blank=True)
    days = models.JSONField(default=list, blank=True)
    begins = models.TimeField(null=True, blank=True, help_text="Every day from, on the station's clock.")
    ends = models.TimeField(null=True, blank=True, help_text="Until; at or before the beginning: of the next day.")
    not_before = models.DateTimeField("from (UTC)", null=True, blank=True)
    not_after = models.DateTimeField("until (UTC)", null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "quiet time"

    def __str__(self) -> str:
        return self.name


class NotifierRow(models.Model):
    """One way by which people or systems are told. Its secret is `sealed` and never shown again."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16)
    enabled = models.BooleanField(default=True)
    least = models.PositiveSmallIntegerField("tells from", choices=SEVERITIES, default=Severity.WARNING.value)
    settings = models.JSONField(default=dict)
    sealed = models.TextField(blank=True, editable=False)
    last_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_ok = models.BooleanField(null=True, editable=False)
    last_result = models.CharField(max_length=300, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    refreshed = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = "notifier"

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class DeliveryRow(models.Model):
    """A message to one notifier: the queue while it waits, the delivery log afterwards."""

    notifier = models.ForeignKey(NotifierRow, on_delete=models.CASCADE, related_name="deliveries")
    alarm = models.ForeignKey(AlarmRow, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries")
    notice = models.CharField(max_length=16)
    message = models.JSONField()
    created = models.DateTimeField()
    due = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    done = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "delivery"
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["state", "due"], name="deliveries_due")]

    def __str__(self) -> str:
        return f"{self.notice} by {self.notifier_id}"

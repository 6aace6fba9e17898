"""How long each kind of record is kept: one row. Only operations write it."""

from __future__ import annotations

from django.db import models


class RetentionRow(models.Model):
    """Days after which records of persons are cut short or forgotten; there is one row, with id 1."""

    address_days = models.PositiveIntegerField(
        "addresses whole for (days)", default=7, help_text="Then only the network stays: /24, or /48 of IPv6."
    )
    session_days = models.PositiveIntegerField(
        "sessions for (days)", default=90, help_text="What was counted from them stays."
    )
    refusal_days = models.PositiveIntegerField("counts of refusals for (days)", default=365)
    device_days = models.PositiveIntegerField(
        "where a device was last seen for (days)", default=90, help_text="Player and address of its last visit."
    )
    notice_days = models.PositiveIntegerField(
        "senders of notices for (days)",
        default=365,
        help_text="From when a notice came; longer while its decision may be disputed or stands. Decisions stay.",
    )
    audit_days = models.PositiveIntegerField("audit trail for (days)", default=3 * 365)
    smallest_count = models.PositiveIntegerField(
        "smallest count told to licensors",
        default=5,
        help_text="Figures about fewer lines than this are hidden in reports. 1: nothing is hidden.",
    )

    class Meta:
        verbose_name = "retention"
        verbose_name_plural = "retention"

    def __str__(self) -> str:
        return "Retention"

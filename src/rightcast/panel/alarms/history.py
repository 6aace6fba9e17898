"""How long alarms and delivery logs are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from rightcast.panel.alarms.models import AlarmRow, DeliveryRow, DeliveryState

KEEP_ALARMS = timedelta(days=400)
KEEP_DELIVERIES = timedelta(days=30)


def prune_alarms(now: datetime) -> None:
    """Forget alarms that cleared long ago, and older lines of the delivery log."""
    AlarmRow.objects.filter(cleared__lt=now - KEEP_ALARMS).delete()
    DeliveryRow.objects.exclude(state=DeliveryState.WAITING).filter(created__lt=now - KEEP_DELIVERIES).delete()

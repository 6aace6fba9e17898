"""`/metrics` on the console's address: the station's figures, and those that only the panel has."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseNotAllowed

from rightcast.domain.findings import Severity
from rightcast.panel.alarms.models import AlarmRow, DeliveryRow, DeliveryState, NotifierRow
from rightcast.panel.publish.publisher import station_feed
from rightcast.state.exposition import CONTENT_TYPE, exposition, may_read
from rightcast.state.figures import Figure, Samples, station_samples

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_NOTIFIERS = 50
PANEL_FIGURES: dict[str, Figure] = {
    one.name: one
    for one in (
        Figure(
            "alarms",
            "gauge",
            "Open alarms; state is waiting, acknowledged, quiet or explained (by a cause).",
            ("severity", "state"),
        ),
        Figure("notices", "gauge", "Messages of the last 30 days by what became of them.", ("state",)),
        Figure("notifier_up", "gauge", "Whether a notifier's last message arrived (1) or not (0).", ("notifier",)),
        Figure("feed_revision", "gauge", "The newest revision that the panel published."),
    )
}


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for this machine, or for whoever shows the token; nobody else learns that there are any."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    station = settings.STATION
    address = str(request.META.get("REMOTE_ADDR", ""))
    if not may_read(station.keys, address=address, header=lambda name: request.headers.get(name, "")):
        if "Authorization" in request.headers:
            return HttpResponse("This needs the token.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
        raise Http404
    found = [*station_samples(station, time.time()).all(), *panel_samples().all()]
    return HttpResponse(exposition(found), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def panel_samples() -> Samples:
    """Figures that stand in the panel's tables."""
    samples = Samples(PANEL_FIGURES)
    counts = {(one, state): 0 for one in Severity for state in ("waiting", "acknowledged", "quiet", "explained")}
    for row in AlarmRow.objects.filter(cleared=None).only("severity", "cause_id", "seen_at", "quiet").order_by():
        counts[Severity(row.severity), _state(row)] += 1
    for (severity, state), many in counts.items():
        samples.add("alarms", many, severity.word, state)
    fates = dict(DeliveryRow.objects.order_by().values_list("state").annotate(many=Count("id")))
    for state in DeliveryState:
        samples.add("notices", fates.get(state.value, 0), state.value)
    for notifier in NotifierRow.objects.filter(enabled=True, last_ok__isnull=False)[:MOST_NOTIFIERS]:
        samples.add("notifier_up", float(bool(notifier.last_ok)), notifier.name)
    samples.add("feed_revision", station_feed().latest())
    return samples


def _state(row: AlarmRow) -> str:
    if row.cause_id is not None:
        return "explained"
    if row.seen_at is not None:
        return "acknowledged"
    return "quiet" if row.quiet else "waiting"

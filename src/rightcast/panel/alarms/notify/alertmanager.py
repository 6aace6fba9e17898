"""Prometheus Alertmanager: alarms as alerts of its API v2, said again while they are open.

Alertmanager forgets an alert at its `endsAt`; so each repetition moves it on, and a station that dies falls silent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

import msgspec

from rightcast.panel.alarms.notify.contract import Field, Way
from rightcast.panel.alarms.notify.guard import checked_url, post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.alarms.notify.contract import Message

REPEAT_S = 60.0
_LIFE_S = 4 * REPEAT_S


class Alertmanager:
    """POST /api/v2/alerts; a bearer token when the server in front of it asks for one."""

    kind: ClassVar[str] = "alertmanager"
    title: ClassVar[str] = "Prometheus Alertmanager"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="url", label="Address", help="For example https://alerts.example:9093.", required=True),
    )
    credential: ClassVar[str] = "Bearer token (optional)"
    settle_s: ClassVar[float] = 0.0
    pause_s: ClassVar[float] = 0.0
    repeat_s: ClassVar[float] = REPEAT_S

    def check(self, way: Way) -> None:
        """Only http and https, without credentials. Raises InvalidInputError."""
        checked_url(way.get("url"))

    def send(self, way: Way, messages: Sequence[Message], now: float) -> str:
        """Post all of them as alerts. Raises DeliveryError."""
        headers = {"Content-Type": "application/json"}
        if way.secret:
            headers["Authorization"] = f"Bearer {way.secret}"
        address = way.get("url").rstrip("/") + "/api/v2/alerts"
        body = msgspec.json.encode([alert(message, now) for message in messages])
        answered = post(address, body, headers, networks=way.networks)
        return f"{answered.status} {answered.reason}".strip()


def alert(message: Message, now: float) -> dict[str, object]:
    """One alert. Labels identify it and stay the same while it is open; what changes is annotation."""
    ends = message.cleared if message.cleared is not None else now + _LIFE_S
    if message.notice == "test":
        ends = now + 60
    return {
        "labels": {
            "alertname": message.kind,
            "job": "rightcast",
            "station": message.station,
            "subject_kind": message.subject_kind,
            "subject": message.subject_id,
            "severity": message.severity,
        },
        "annotations": {
            "summary": message.headline,
            "description": message.detail,
            "remedy": message.remedy,
            "hides": ", ".join(message.hides),
        },
        "startsAt": _rfc3339(message.raised or now),
        "endsAt": _rfc3339(ends),
        **({"generatorURL": message.link} if message.link else {}),
    }


def _rfc3339(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

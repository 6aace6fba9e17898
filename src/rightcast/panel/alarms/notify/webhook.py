"""Webhook: alarms as JSON by POST, signed with a shared secret so that the receiver knows who speaks."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, ClassVar

import msgspec

from rightcast.panel.alarms.notify.contract import Field, Way
from rightcast.panel.alarms.notify.guard import checked_url, post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.alarms.notify.contract import Message


class Webhook:
    """`X-Rightcast-Signature: t=SECONDS,v1=HEX`, HMAC-SHA256 over `SECONDS.BODY` under the secret."""

    kind: ClassVar[str] = "webhook"
    title: ClassVar[str] = "Webhook"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="url", label="Address", help="https://HOST/PATH; alarms are posted there as JSON.", required=True),
    )
    credential: ClassVar[str] = "Secret for the signature"
    settle_s: ClassVar[float] = 0.0
    pause_s: ClassVar[float] = 0.0
    repeat_s: ClassVar[float] = 0.0

    def check(self, way: Way) -> None:
        """Only http and https, without credentials. Raises InvalidInputError."""
        checked_url(way.get("url"))

    def send(self, way: Way, messages: Sequence[Message], now: float) -> str:
        """Post all of them as `{"version": 1, "station", "alarms": [...]}`. Raises DeliveryError."""
        body = msgspec.json.encode({"version": 1, "station": messages[0].station, "alarms": messages})
        headers = {"Content-Type": "application/json", "X-Rightcast-Delivery": secrets.token_hex(8)}
        if way.secret:
            headers["X-Rightcast-Signature"] = signature(way.secret, body, now)
        answered = post(way.get("url"), body, headers, networks=way.networks)
        return f"{answered.status} {answered.reason}".strip()


def signature(secret: str, body: bytes, now: float) -> str:
    """The header's value; the moment is signed with the body so that an old one cannot be sent again for ever."""
    at = int(now)
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"

"""Refusals as answers: which status a reason has, and what the viewer is told."""

from __future__ import annotations

from rightcast.domain.entitlement import Denied, Reason
from rightcast.edge.http_message import Response, text

_STATUS = {
    Reason.UNKNOWN_LINE: 401,
    Reason.WRONG_SECRET: 401,
    Reason.TOO_MANY_ATTEMPTS: 401,
    Reason.UNKNOWN_CHANNEL: 404,
    Reason.UNKNOWN_TITLE: 404,
    Reason.NOT_PUBLISHED: 404,
    Reason.UNKNOWN_RECORDING: 404,
    Reason.NOT_RECORDED: 404,
    Reason.NOT_KEPT: 404,
    Reason.NOT_YET_ON_AIR: 404,
    Reason.REPLICA_TOO_OLD: 503,
}
_UNTOLD = frozenset({Reason.UNKNOWN_LINE, Reason.TOO_MANY_ATTEMPTS})
NOT_ON_AIR = "not-on-air"


def refusal(denied: Denied) -> Response:
    """The answer to a refused viewer; an unknown name and a guess too many are told the same as a wrong secret."""
    reason = Reason.WRONG_SECRET if denied.reason in _UNTOLD else denied.reason
    sentence = "Wrong name or password." if reason is Reason.WRONG_SECRET else Denied(reason).sentence
    return text(_STATUS.get(reason, 403), sentence, ("X-Rightcast-Reason", reason.value), ("Cache-Control", "no-store"))


def moved_on() -> Response:
    """What is asked for is dark for this viewer now; its playlist goes on with something else, so it may try again."""
    denied = Denied(Reason.KEPT_OUT)
    headers = ("X-Rightcast-Reason", denied.reason.value), ("Retry-After", "1"), ("Cache-Control", "no-store")
    return text(503, denied.sentence, *headers)


def not_on_air() -> Response:
    """The channel may be watched, but no picture has come yet."""
    return text(
        503, "The channel is not on air at the moment.", ("Retry-After", "2"), ("X-Rightcast-Reason", NOT_ON_AIR)
    )


def bad_token() -> Response:
    """The token or ticket in the address is none of ours, or no longer."""
    return text(403, "The address is not valid, or no longer.", ("X-Rightcast-Reason", "bad-token"))


def not_found() -> Response:
    """Nothing lives at this address."""
    return text(404, "There is nothing at this address.")

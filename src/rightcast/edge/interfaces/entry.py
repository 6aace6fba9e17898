"""Who asks an interface, by the name and secret in its address; a refusal is noted for the help desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Denied
from rightcast.domain.lineup import Line
from rightcast.edge.live import player_of
from rightcast.edge.refusals import refusal

if TYPE_CHECKING:
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_message import Request, Response


@dataclass(frozen=True, slots=True)
class Guest:
    """A line, with the name and secret that were given: those of a device stand in every address it gets."""

    line: Line
    name: str
    secret: str

    @property
    def fields(self) -> dict[str, str]:
        """Name and secret as fields of an address."""
        return {"username": self.name, "password": self.secret}


def identified(request: Request, fields: dict[str, str], admission: Admission) -> Guest | Denied:
    """The line behind `username` and `password`, whatever its status."""
    name, secret = fields.get("username", ""), fields.get("password", "")
    who = admission.identity.by_name(name, secret, request.address)
    if isinstance(who, Denied):
        admission.refuse(who.reason, line=name, channel_id=0, address=request.address)
        return who
    player = player_of(request)
    admission.identity.saw(who, at=admission.now(), player=player.name, address=player.address)
    return Guest(who.line, name, secret)


def entered(request: Request, fields: dict[str, str], admission: Admission) -> Guest | Response:
    """The same for answers that only a line in good standing gets; the refusal as an answer."""
    guest = identified(request, fields, admission)
    if isinstance(guest, Denied):
        return refusal(guest)
    reason = admission.line_reason(guest.line)
    if reason is None:
        return guest
    admission.refuse(reason, line=guest.name, channel_id=0, address=request.address)
    return refusal(Denied(reason))

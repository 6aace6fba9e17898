"""The claims that a viewer gets for another's delivery network: never beyond the right that they stand on."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from rightcast.domain.rights import Distribution
from rightcast.formats.cat.claims import Cat, Match, Part, UriRule

if TYPE_CHECKING:
    from rightcast.domain.delivery_network import DeliveryNetwork
    from rightcast.domain.rights import CarriageRight

ISSUER = "rightcast"
METHODS = ("GET", "HEAD")


class Withheld(enum.StrEnum):
    """Why no token is given though the line may watch, in words."""

    ENDED = "What allows it ends before a token could be used."
    NOT_OPEN_INTERNET = "The carriage right does not reach viewers over the open internet (OTT)."


def claims_for(
    network: DeliveryNetwork,
    channel_id: int,
    right: CarriageRight,
    *,
    now: float,
    life_s: int,
    until: float | None,
    cti: bytes,
    session: str,
) -> Cat | Withheld:
    """What a token for one channel says, or why there is none.

    `until`: when the decision that allowed it ends, in unix seconds, None if it is open-ended. There is no renewal in
    it: a network that renews by itself would go on after the right has ended. Where the right binds presence, the
    network is told the countries.
    """
    expires = int(now) + life_s if until is None else min(int(now) + life_s, int(until))
    bounds = right.bounds
    if bounds.distribution and Distribution.OTT not in bounds.distribution:
        return Withheld.NOT_OPEN_INTERNET
    if expires <= now:
        return Withheld.ENDED
    return Cat(
        issuer=ISSUER,
        subject=session,
        audience=(network.name,),
        issued=int(now),
        expires=expires,
        cti=cti,
        uri=(
            UriRule(Part.SCHEME, Match.EXACT, "https"),
            UriRule(Part.HOST, Match.EXACT, network.host),
            UriRule(Part.PATH, Match.PREFIX, network.path_of(channel_id)),
        ),
        methods=METHODS,
        countries=bounds.presence,
    )

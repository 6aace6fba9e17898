"""Whether a channel may be sent to the receivers of a managed network: an output is an audience of its own.

They are in the station's territory, all of them, and watch with nobody knows what; what is sent to them is clear.
Caps count sessions and lines, of which an output has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.bounds import Broken, Standpoint, broken, nearest
from rightcast.domain.lineup import Line, LineStatus
from rightcast.domain.places import Place
from rightcast.domain.rights import Distribution

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rightcast.domain.rights import CarriageRight

_WORDS = {
    Broken.PLACE_UNKNOWN: "it says where viewers must be, and where this station is nobody knows",
    Broken.PRESENCE: "it lets nobody watch in the station's territory",
    Broken.DISTRIBUTION: "it is not for managed networks",
    Broken.DEVICE: "it is for some kinds of devices, and what receives an output nobody knows",
    Broken.HEIGHT: "the picture is larger than it lets leave, or its size is not known",
    Broken.FLOOR: "it demands protection, and an output is clear",
}


def output_refusal(
    rights: Iterable[CarriageRight], channel_id: int, territory: str, height: int | None, now: datetime
) -> str | None:
    """Why no right lets the channel be sent, as a sentence; None when one does.

    `height`: lines of the broadcast's picture, 0 while nothing of it has come, None when it is not known.
    """
    reaching = [
        right
        for right in rights
        if right.covers_channel(channel_id) and right.in_force(now) and right.covers_territory(territory)
    ]
    if not reaching:
        return f"No carriage right in force covers {territory}."
    stand = Standpoint(place=Place(country=territory, distribution=Distribution.MANAGED), height=height)
    nobody = Line(
        id=0, name="", secret_digest="", status=LineStatus.ACTIVE, package_ids=(), territory=territory, created=now
    )
    if any(broken(right, nobody, stand, now) is None for right in reaching):
        return None
    found = nearest(reaching, nobody, stand, now)
    if found is None:
        return f"No carriage right in force covers {territory}."
    right, bound = found
    return f"Right {right.reference} does not let it be sent: {_WORDS.get(bound, bound.value)}."

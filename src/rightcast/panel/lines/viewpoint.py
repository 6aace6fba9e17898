"""From where, with what and when somebody would watch: as typed at the shell, into the page or the API's address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from rightcast.domain.bounds import Standpoint
from rightcast.domain.devices import device_class
from rightcast.domain.entitlement import Viewer
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.places import NOWHERE, Networks, Place, place_of
from rightcast.domain.protection import level
from rightcast.domain.rights import DeviceClass, Floor
from rightcast.panel.places.queries import networks
from rightcast.panel.territories import check_territory
from rightcast.state.countries import CountryFile

if TYPE_CHECKING:
    from rightcast.domain.lineup import Channel

OUTPUTS = ("ts", "hls")
_CODE_LETTERS = 2
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewpoint:
    """`at` None: now. `where`: an address or the code of a country. `device`: a class, or what a player calls itself.

    `output`: "ts" for an endless stream, "hls" for playlists. `height`: lines of the picture, 0 to leave them aside.
    """

    at: datetime | None = None
    where: str = ""
    device: str = ""
    output: str = "ts"
    height: int = 0

    @property
    def is_given(self) -> bool:
        """Whether anything was said of the viewer, so that the bounds of rights can be asked."""
        return bool(self.where or self.device or self.height)

    @property
    def viewer(self) -> Viewer | None:
        """The viewer as signals see it; None where no address was given."""
        return Viewer(self.where, self.device) if _is_address(self.where) else None


def standpoint(seen: Viewpoint, channel: Channel | None) -> Standpoint | None:
    """What the bounds of rights are held against; None when nothing was said. Raises InvalidInputError."""
    if seen.output not in OUTPUTS:
        raise InvalidInputError(
            f"'{seen.output}' is no output.",
            remedy="Write ts for an endless stream, hls for playlists.",
            field="output",
        )
    if seen.height < 0:
        raise InvalidInputError("A picture has no fewer than no lines.", remedy="Write 1080.", field="height")
    if len(seen.device) > _LONGEST:
        raise InvalidInputError("No player has so long a name.", remedy="Write its beginning.", field="device")
    if not seen.is_given:
        return None
    device = DeviceClass(seen.device) if seen.device in set(DeviceClass) else device_class(seen.device)
    protects = seen.output == "hls" and channel is not None
    return Standpoint(
        place=_place(seen.where),
        device=device,
        height=seen.height,
        floor=level(channel.protection) if protects and channel is not None else Floor.NONE,
    )


def _place(text: str) -> Place:
    where = text.strip()
    if not where:
        return NOWHERE
    if len(where) == _CODE_LETTERS:
        return Place(country=check_territory(where, field="where"))
    if not _is_address(where):
        raise InvalidInputError(
            f"'{text}' is neither an address nor a country.", remedy="Write 203.0.113.7, or IT.", field="where"
        )
    file = CountryFile(settings.STATION.country_file)
    file.load()
    return place_of(where, Networks(networks()), file.country_of)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return True

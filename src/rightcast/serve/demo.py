"""The demo station: channels made on the spot, each carried under a recorded right, and one line to watch them.

Filled through the panel's operations like anybody's station; filling it twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from rightcast.domain.credentials import new_secret
from rightcast.domain.errors import NotFoundError
from rightcast.domain.lineup import ChannelKind
from rightcast.domain.rights import WORLDWIDE, Instrument
from rightcast.serve.sheet import DemoNote, read_demo_note, write_demo_note

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings

LINE_NAME = "demo"
SCREENS = 4


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """One channel of the demo. `size` is WIDTHxHEIGHT, "" for radio."""

    name: str
    number: int
    category: str
    pattern: str
    size: str = ""
    bitrate_kbps: int = 0
    kind: ChannelKind = ChannelKind.TV

    @property
    def url(self) -> str:
        """The test card that makes its signal."""
        size = f"&size={self.size}" if self.size else ""
        rate = f"&bitrate={self.bitrate_kbps}" if self.bitrate_kbps else ""
        return f"testcard:///?name={quote(self.name)}&pattern={self.pattern}{size}{rate}"


CHANNELS = (
    DemoChannel("Rightcast One", 1, "General", "bars", "1280x720"),
    DemoChannel("Rightcast Motion", 2, "General", "moving", "1280x720"),
    DemoChannel("Rightcast HD", 3, "High definition", "hd", "1920x1080", 5000),
    DemoChannel("Rightcast Radio", 101, "Radio", "radio", kind=ChannelKind.RADIO),
)


def fill_demo(settings: StationSettings) -> DemoNote:
    """Make what is missing of the demo, in a process where the panel is set up. Returns the line's note."""
    from rightcast.panel.audit.operations import Actor  # noqa: PLC0415 - Django is set up by the caller
    from rightcast.panel.catalogue import operations as catalogue  # noqa: PLC0415
    from rightcast.panel.lines import operations as lines  # noqa: PLC0415
    from rightcast.panel.rights import operations as rights  # noqa: PLC0415

    try:
        return read_demo_note(settings)
    except NotFoundError:
        actor = Actor.system()
    channel_ids = []
    for wanted in CHANNELS:
        channel = catalogue.create_channel(
            actor,
            name=wanted.name,
            sources=[catalogue.SourceInput(url=wanted.url)],
            number=wanted.number,
            kind=wanted.kind.value,
            category=wanted.category,
        )
        rights.record_right(
            actor,
            reference=f"Own production: {wanted.name}",
            licensor="Rightcast demo",
            instrument=Instrument.OWN_PRODUCTION,
            channel_ids=[channel.pk],
            territories=[WORLDWIDE],
        )
        channel_ids.append(channel.pk)
    package = catalogue.create_package(actor, name="Demo", channel_ids=channel_ids)
    secret = new_secret()
    lines.create_line(actor, name=LINE_NAME, secret=secret, package_ids=[package.pk], max_sessions=SCREENS)
    note = DemoNote(username=LINE_NAME, password=secret, channels=channel_ids)
    write_demo_note(settings, note)
    return note

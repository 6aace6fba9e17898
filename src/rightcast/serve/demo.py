"""The demo station: channels made on the spot, each carried under a recorded right, and one line to watch them.

Filled through the panel's operations like anybody's station; filling it twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from rightcast.domain.archive import Archive
from rightcast.domain.credentials import new_secret
from rightcast.domain.grid import GridRow
from rightcast.domain.lineup import ChannelKind
from rightcast.domain.rights import NOTHING_LATER, WORLDWIDE, Copies, Instrument, Later
from rightcast.serve.sheet import DemoNote, write_demo_note

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor

LINE_NAME = "demo"
_LATER = Later(start_over=True, catchup_h=24, recordings=Copies.SHARED, recording_days=7)
SCREENS = 16
"""Enough to open every channel several times over: a player that only looked holds its screen for a while."""


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """One channel of the demo. `size` is WIDTHxHEIGHT, "" for radio; `kept_h`: hours kept. `shows` take turns."""

    name: str
    number: int
    category: str
    pattern: str
    size: str = ""
    bitrate_kbps: int = 0
    kind: ChannelKind = ChannelKind.TV
    kept_h: int = 0
    shows: tuple[str, ...] = ()

    @property
    def guide_id(self) -> str:
        """Under which name guides know it."""
        return f"{self.name.lower().replace(' ', '-')}.demo"

    @property
    def url(self) -> str:
        """The test card that makes its signal."""
        size = f"&size={self.size}" if self.size else ""
        rate = f"&bitrate={self.bitrate_kbps}" if self.bitrate_kbps else ""
        return f"testcard:///?name={quote(self.name)}&pattern={self.pattern}{size}{rate}"


CHANNELS = (
    DemoChannel(
        "Rightcast One", 1, "General", "bars", "1280x720", kept_h=1, shows=("Colour bars and clock", "Bars once more")
    ),
    DemoChannel("Rightcast Motion", 2, "General", "moving", "1280x720", shows=("Everything moves", "Smoothness tried")),
    DemoChannel(
        "Rightcast HD", 3, "High definition", "hd", "1920x1080", 5000, shows=("Fine lines in HD", "The large test card")
    ),
    DemoChannel("Rightcast Radio", 101, "Radio", "radio", kind=ChannelKind.RADIO, shows=("A tone to tune by",)),
)


def fill_demo(settings: StationSettings) -> None:
    """Fill a station that has no channels yet; one that has some stays as it is. All of it, or nothing.

    To be called in a process where the panel is set up.
    """
    from django.db import transaction  # noqa: PLC0415 - Django is set up by the caller

    from rightcast.panel.audit.operations import Actor  # noqa: PLC0415
    from rightcast.panel.catalogue.models import Channel  # noqa: PLC0415
    from rightcast.panel.catalogue.operations import create_package  # noqa: PLC0415
    from rightcast.panel.lines.operations import create_line  # noqa: PLC0415

    with transaction.atomic():
        if Channel.objects.exists():
            return
        actor = Actor.system()
        channel_ids = [_add_channel(actor, wanted) for wanted in CHANNELS]
        package = create_package(actor, name="Demo", channel_ids=channel_ids)
        secret = new_secret()
        create_line(actor, name=LINE_NAME, secret=secret, package_ids=[package.pk], max_sessions=SCREENS)
        write_demo_note(settings, DemoNote(username=LINE_NAME, password=secret, channels=channel_ids))


def _add_channel(actor: Actor, wanted: DemoChannel) -> int:
    from rightcast.panel.catalogue.operations import SourceInput, create_channel, set_feature  # noqa: PLC0415
    from rightcast.panel.grids.operations import set_rows  # noqa: PLC0415
    from rightcast.panel.rights.operations import record_right  # noqa: PLC0415

    channel = create_channel(
        actor,
        name=wanted.name,
        sources=[SourceInput(url=wanted.url)],
        number=wanted.number,
        kind=wanted.kind.value,
        category=wanted.category,
        guide_id=wanted.guide_id,
    )
    record_right(
        actor,
        reference=f"Own production: {wanted.name}",
        licensor="Rightcast demo",
        instrument=Instrument.OWN_PRODUCTION,
        channel_ids=[channel.pk],
        territories=[WORLDWIDE],
        later=_LATER if wanted.kept_h else NOTHING_LATER,
    )
    if wanted.kept_h:
        set_feature(actor, channel.pk, Archive(hours=wanted.kept_h))
    set_rows(actor, channel.pk, week_of(wanted))
    return channel.pk


def week_of(wanted: DemoChannel) -> list[GridRow]:
    """A guide that says what is really seen: the same test signal, an hour at a time, each with its number."""
    every_day = tuple(range(7))
    return [
        GridRow(
            start=time(hour),
            end=time((hour + 1) % 24),
            days=every_day,
            title=wanted.shows[hour % len(wanted.shows)],
            subtitle=f"Hour {hour + 1} of 24",
            description=f"{wanted.name} makes this signal itself, day and night, to try players and settings with.",
            categories=("Music",) if wanted.kind is ChannelKind.RADIO else ("Education",),
        )
        for hour in range(24)
    ]

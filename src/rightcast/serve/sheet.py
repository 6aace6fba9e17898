"""What to open on a demo station: read from its data folder, for people or as JSON.

Needs neither the database nor a running panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from rightcast.domain.errors import NotFoundError
from rightcast.panel.first_operator import operator_of
from rightcast.serve.addresses import console_url, guide_url, playlist_url, stream_url, viewers_url
from rightcast.serve.records import published_channels

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.station import StationSettings


class DemoNote(msgspec.Struct, frozen=True, kw_only=True):
    """The demo line and its channels, kept in the folder of keys because of the secret."""

    username: str
    password: str
    channels: list[int]


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Where operators log in, and as whom."""

    url: str
    user: str
    password: str


class Xtream(msgspec.Struct, frozen=True, kw_only=True):
    """What an app with an Xtream login asks for."""

    server: str
    username: str
    password: str


class SheetChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One channel and its two addresses."""

    id: int
    name: str
    ts: str
    hls: str


class DemoSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that somebody new to the station needs to open it."""

    console: Login
    m3u: str
    xmltv: str
    xtream: Xtream
    channels: list[SheetChannel]


def demo_note_path(settings: StationSettings) -> Path:
    """Where the demo's line is kept."""
    return settings.keys / "demo.json"


def write_demo_note(settings: StationSettings, note: DemoNote) -> None:
    """Keep the demo's line, readable by its owner only."""
    path = demo_note_path(settings)
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.encode(note))
    draft.replace(path)


def read_demo_note(settings: StationSettings) -> DemoNote:
    """The demo's line. Raises NotFoundError when the station was never started with --demo."""
    try:
        return msgspec.json.decode(demo_note_path(settings).read_bytes(), type=DemoNote)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise NotFoundError(
            f"There is no demo in {settings.data}.", remedy="Start one with `rightcast serve --demo`.", field="data"
        ) from error


def operator_login(settings: StationSettings) -> Login:
    """The first owner's login; an empty password when it is not kept any more."""
    kept = operator_of(settings)
    return Login(url=console_url(settings), user=kept.user, password=kept.password)


def demo_sheet(settings: StationSettings) -> DemoSheet:
    """Read the demo's line and channels as they are now. Raises NotFoundError."""
    note = read_demo_note(settings)
    base = viewers_url(settings)
    return DemoSheet(
        console=operator_login(settings),
        m3u=playlist_url(base, note.username, note.password),
        xmltv=guide_url(base, note.username, note.password),
        xtream=Xtream(server=base, username=note.username, password=note.password),
        channels=[
            SheetChannel(
                id=channel.id,
                name=channel.name,
                ts=stream_url(base, note.username, note.password, channel.id, "ts"),
                hls=stream_url(base, note.username, note.password, channel.id, "m3u8"),
            )
            for channel in published_channels(settings)
            if channel.id in note.channels
        ],
    )


def sheet_lines(sheet: DemoSheet) -> list[str]:
    """The sheet for people: short, aligned, with one command to copy for each of two players."""
    width = max((len(channel.name) for channel in sheet.channels), default=0)
    lines = [
        "",
        f"  Console   {sheet.console.url}   {sheet.console.user} / {sheet.console.password or 'your own password'}",
        f"  M3U       {sheet.m3u}",
        f"  Guide     {sheet.xmltv}",
        f"  Xtream    {sheet.xtream.server}   {sheet.xtream.username} / {sheet.xtream.password}",
        "",
        *(f"  {channel.id:>4}  {channel.name:<{width}}  {channel.ts}" for channel in sheet.channels),
    ]
    if sheet.channels:
        lines += ["", f"  ffplay '{sheet.channels[0].ts}'", f"  vlc '{sheet.m3u}'"]
    return lines

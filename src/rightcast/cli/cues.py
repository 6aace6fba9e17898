"""`rightcast cues CHANNEL` and `rightcast cue`: what providers signal, and cues read and written for engineers."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import Desk, data_option, json_option, station_command, table
from rightcast.cli.moments import shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.contract.reports import ChannelReport, HeadendReport
from rightcast.domain.cues import SignalPolicy
from rightcast.domain.errors import NotFoundError, StationNotRunningError
from rightcast.formats.mpegts.scte35 import section
from rightcast.formats.mpegts.scte35.records import (
    TICKS_PER_S,
    BreakDuration,
    Cue,
    Delivery,
    Segmentation,
    SpliceInsert,
    TimeSignal,
    Upid,
)
from rightcast.formats.mpegts.scte35.words import sentence, type_in_words, upid_in_words
from rightcast.serve.lock import on_air, remembered_settings
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rightcast.contract.station import StationSettings

_GROUPS = 3
_DELIVERY = {
    "no-web": {"web_delivery_allowed": False},
    "blackout": {"no_regional_blackout": False},
    "no-archive": {"archive_allowed": False},
}


@click.command("cues")
@click.argument("channel")
@data_option
@json_option
def cues_command(channel: str, data: Path, as_json: bool) -> None:
    """Show the last cues of CHANNEL (id or name) and what its provider restricts now."""
    settings = remembered_settings(data.absolute())
    report = _report_of(settings, channel)
    rows = [
        (shown(datetime.fromtimestamp(one.at, UTC)), one.sentence, base64.b64encode(one.section).decode())
        for one in report.cues
    ]
    lines = [
        f"{report.name}: {report.restricted or 'nothing is restricted'}.",
        "",
        *(table(rows, ("From (UTC)", "Cue", "Section")) or ["No cue came lately."]),
    ]
    value = {"channel": report.id, "name": report.name, "restricted": report.restricted, "cues": report.cues}
    Desk(settings, as_json).answer(value, lines)


@click.group("cue")
def cue_group() -> None:
    """Read and write single cues (SCTE 35), and set whom a provider's signals concern."""


@station_command(cue_group, "decode")
@click.argument("text")
def decode_cue(desk: Desk, *, text: str) -> None:
    """Read the cue TEXT: base64 or hexadecimal digits of a splice information section."""
    cue = section.from_text(text)
    desk.answer({"sentence": sentence(cue), "kind": type(cue.command).__name__, "cue": cue}, _lines(cue))


@station_command(cue_group, "insert")
@click.option("--event", required=True, type=click.IntRange(0, 2**32 - 1), help="The splice event's id.")
@click.option("--out/--in", "out", default=True, show_default=True, help="Out of the programme, or back into it.")
@click.option("--pts", type=click.IntRange(0, 2**33 - 1), help="When, in ticks of 90 kHz; without it at once.")
@click.option("--duration", type=click.FloatRange(0), metavar="S", help="How long the break lasts, in seconds.")
@click.option("--auto-return/--no-auto-return", default=True, show_default=True, help="It ends by itself.")
def write_insert(
    desk: Desk, *, event: int, out: bool, pts: int | None, duration: float | None, auto_return: bool
) -> None:
    """Write a splice_insert and print it as base64."""
    lasting = (
        None if duration is None else BreakDuration(duration=round(duration * TICKS_PER_S), auto_return=auto_return)
    )
    command = SpliceInsert(event_id=event, out_of_network=out, immediate=pts is None, pts=pts, break_duration=lasting)
    _answer(desk, Cue(command=command))


@station_command(cue_group, "signal")
@click.option("--event", required=True, type=click.IntRange(0, 2**32 - 1), help="The segmentation event's id.")
@click.option("--type", "type_id", required=True, metavar="0xNN", help="The segmentation type, such as 0x34.")
@click.option("--pts", type=click.IntRange(0, 2**33 - 1), help="When, in ticks of 90 kHz; without it at once.")
@click.option("--duration", type=click.FloatRange(0), metavar="S", help="How long the segment lasts, in seconds.")
@click.option("--upid", default="", metavar="URI", help="A URI as identifier.")
@click.option("--restrict", "flags", multiple=True, type=click.Choice([*_DELIVERY]), help="Forbid this; may repeat.")
@click.option("--device-group", type=click.IntRange(0, 2), help="Restrict players of this group.")
def write_signal(
    desk: Desk,
    *,
    event: int,
    type_id: str,
    pts: int | None,
    duration: float | None,
    upid: str,
    flags: Sequence[str],
    device_group: int | None,
) -> None:
    """Write a time_signal with one segmentation descriptor and print it as base64."""
    forbidden = {name: value for flag in flags for name, value in _DELIVERY[flag].items()}
    group = 3 if device_group is None else device_group
    delivery = Delivery(device_restrictions=group, **forbidden) if forbidden or device_group is not None else None
    segment = Segmentation(
        event_id=event,
        type_id=_type_of(type_id),
        delivery=delivery,
        duration=None if duration is None else round(duration * TICKS_PER_S),
        upid=Upid(upid_type=0x0F, value=upid.encode()) if upid else Upid(),
    )
    _answer(desk, Cue(command=TimeSignal(pts=pts), descriptors=(segment,)))


@station_command(cue_group, "policy")
@click.option("--own-network", "networks", multiple=True, metavar="CIDR", help="Not over the web here; may repeat.")
@click.option("--everything-is-web", is_flag=True, help="There are no own networks.")
@click.option("--regional-blackouts/--no-regional-blackouts", default=None, help="Whether they concern this region.")
@click.option("--device-group", "groups", multiple=True, metavar="N=WORD,WORD", help="Names of players of a group.")
def set_policy(
    desk: Desk,
    *,
    networks: Sequence[str],
    everything_is_web: bool,
    regional_blackouts: bool | None,
    groups: Sequence[str],
) -> None:
    """Show whom a provider's signals concern; with options, set it."""
    changes = bool(networks or everything_is_web or groups or regional_blackouts is not None)
    actor = open_to_write(desk) if changes else None
    if actor is None:
        open_to_read(desk)
    from rightcast.panel.station.operations import set_signal_policy
    from rightcast.panel.station.queries import station

    policy = station().signals
    if actor is not None:
        policy = SignalPolicy(
            own_networks=() if everything_is_web else tuple(networks) or policy.own_networks,
            regional_blackouts=policy.regional_blackouts if regional_blackouts is None else regional_blackouts,
            device_groups=_groups(policy, groups),
        )
        set_signal_policy(actor, policy)
    desk.answer(policy, _policy_lines(policy))


def _report_of(settings: StationSettings, channel: str) -> ChannelReport:
    if not on_air(settings.data):
        raise StationNotRunningError(
            f"No station is on air in {settings.data}.", remedy="Start it with `rightcast serve`.", field="data"
        )
    reports = FileReports(settings.reports).fetch("headend-", HeadendReport)
    channels = [one for report in reports for one in report.channels]
    for one in channels:
        if str(one.id) == channel or one.name.casefold() == channel.casefold():
            return one
    raise NotFoundError(
        f"No headend reports a channel '{channel}'.", remedy="`rightcast channel list` shows all.", field="channel"
    )


def _type_of(text: str) -> int:
    try:
        found = int(text, 0)
    except ValueError:
        found = -1
    if not 0 <= found <= 255:
        raise click.BadParameter(f"'{text}' is not a segmentation type such as 0x34.", param_hint="--type")
    return found


def _groups(policy: SignalPolicy, given: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    groups = [*policy.device_groups, *[()] * _GROUPS][:_GROUPS]
    for text in given:
        number, equals, words = text.partition("=")
        if not equals or number not in {"0", "1", "2"}:
            raise click.BadParameter(f"'{text}' is not like 0=android,iphone.", param_hint="--device-group")
        groups[int(number)] = tuple(word.strip() for word in words.split(",") if word.strip())
    return tuple(groups) if any(groups) else ()


def _policy_lines(policy: SignalPolicy) -> list[str]:
    groups = [*policy.device_groups, *[()] * _GROUPS][:_GROUPS]
    return [
        f"Own networks         {', '.join(policy.own_networks) or 'none: everything is web'}",
        f"Regional blackouts   {'concern us' if policy.regional_blackouts else 'do not concern us'}",
        *(f"Device group {number}       {', '.join(words) or 'every player'}" for number, words in enumerate(groups)),
    ]


def _answer(desk: Desk, cue: Cue) -> None:
    value = {"base64": section.to_base64(cue), "hex": section.to_hex(cue), "sentence": sentence(cue)}
    desk.answer(value, [section.to_base64(cue)])


def _lines(cue: Cue) -> list[str]:
    command = cue.command
    lines = [sentence(cue), "", f"command         {type(command).__name__}"]
    pts = getattr(command, "pts", None)
    if isinstance(pts, int):
        lines.append(f"time            {cue.adjusted(pts)} ({cue.adjusted(pts) / TICKS_PER_S:.3f} s)")
    if cue.pts_adjustment:
        lines.append(f"adjusted by     {cue.pts_adjustment}")
    for one in cue.segmentations:
        lines += ["", f"segment         {one.event_id} (0x{one.event_id:08x})"]
        if not one.cancel:
            lines.append(f"type            0x{one.type_id:02x} {type_in_words(one.type_id)}")
            lines.append(f"number          {one.segment_num} of {one.segments_expected}")
            lines += [f"identifier      {upid_in_words(one.upid)}"] if one.upid.value else []
            lines += [f"lasts           {one.duration / TICKS_PER_S:.3f} s"] if one.duration is not None else []
    return lines

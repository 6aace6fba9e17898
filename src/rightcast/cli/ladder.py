"""`rightcast ladder` and `rightcast encoders`: the qualities of a channel, and what this machine encodes with."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import Desk, data_option, json_option, station_command, table
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.contract.reports import HeadendReport
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.ladder import (
    PRESETS,
    SPEEDS,
    AudioChoice,
    Deinterlace,
    EncoderWish,
    Ladder,
    Rung,
    amount,
    preset,
    with_speed,
)
from rightcast.serve.lock import on_air, remembered_settings
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.reports import RenditionReport
    from rightcast.contract.station import StationSettings

FRESH_S = 5.0


@click.group("ladder")
def ladder_group() -> None:
    """Offer a channel in several qualities."""


@station_command(ladder_group, "set")
@click.argument("channel")
@click.option("--preset", "named", type=click.Choice([*PRESETS]), help="Rungs that suit most channels.")
@click.option(
    "--rung",
    "rungs",
    multiple=True,
    metavar="RUNG",
    help="An own rung instead: '720p', or 'NAME height=720 bitrate=3M codec=hevc fps=25 preset=fast'. Repeatable.",
)
@click.option(
    "--audio",
    multiple=True,
    metavar="SOUND",
    help="A form of every sound track: 'aac bitrate=128k channels=2', opus, ac3 (passed through), copy. Repeatable.",
)
@click.option("--speed", type=click.Choice(SPEEDS), help="The encoder preset of all rungs; cheaper comes first.")
@click.option(
    "--deinterlace", type=click.Choice([one.value for one in Deinterlace]), help="Make whole pictures of fields."
)
@click.option("--loudness", metavar="LUFS", help="Bring sound to this loudness, for example -23; off leaves it.")
@click.option(
    "--encoder", type=click.Choice([one.value for one in EncoderWish]), help="What to encode with; software stands in."
)
def set_ladder(
    desk: Desk,
    *,
    channel: str,
    named: str | None,
    rungs: tuple[str, ...],
    audio: tuple[str, ...],
    speed: str | None,
    deinterlace: str | None,
    loudness: str | None,
    encoder: str | None,
) -> None:
    """Offer CHANNEL (name, number or id) in other qualities too; what is not named stays as it was."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    ladder = feature_of(found, Ladder)
    ladder = replace(ladder, rungs=preset(named).rungs) if named else ladder
    ladder = replace(ladder, rungs=tuple(map(Rung.parse, rungs))) if rungs else ladder
    ladder = replace(ladder, audio=tuple(map(AudioChoice.parse, audio))) if audio else ladder
    ladder = replace(ladder, deinterlace=Deinterlace(deinterlace)) if deinterlace else ladder
    ladder = replace(ladder, loudness_lufs=_loudness(loudness)) if loudness else ladder
    ladder = replace(ladder, encoder=EncoderWish(encoder)) if encoder else ladder
    ladder = with_speed(ladder, speed) if speed else ladder
    operations.set_feature(actor, found.pk, ladder, sentence=f"offered channel {found}: {ladder.summary}")
    desk.answer({"id": found.pk, "name": found.name, "ladder": ladder}, [f"{found}: {ladder.summary}"])


@station_command(ladder_group, "show")
@click.argument("channel")
def show_ladder(desk: Desk, *, channel: str) -> None:
    """Show the ladder of CHANNEL (name, number or id), and how its rungs do while the station is on air."""
    open_to_read(desk)
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    ladder = feature_of(found, Ladder)
    live = renditions_of(desk.settings, found.pk)
    value = {"id": found.pk, "name": found.name, "ladder": ladder, "renditions": live}
    desk.answer(value, [f"{found}: {ladder.summary}", *_ladder_lines(ladder), *_live_lines(live)])


@station_command(ladder_group, "off")
@click.argument("channel")
def end_ladder(desk: Desk, *, channel: str) -> None:
    """Offer CHANNEL (name, number or id) only as it is broadcast."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.queries import find_channel

    found = operations.reset_feature(actor, find_channel(channel).pk, Ladder)
    desk.answer({"id": found.pk, "name": found.name, "ladder": Ladder()}, [f"{found}: {Ladder().summary}"])


@click.command("encoders")
@data_option
@json_option
def encoders_command(data: Path, as_json: bool) -> None:
    """Try every encoder on this machine and tell which work, and why the others do not."""
    from rightcast.headend.encoders import encoders_of
    from rightcast.headend.ffmpeg import find_ffmpeg

    settings = remembered_settings(data.absolute())
    ffmpeg = find_ffmpeg(settings.ffmpeg)
    outcomes = encoders_of(ffmpeg).outcomes()
    rows = [
        {
            "encoder": one.encoder.name,
            "codec": one.encoder.codec.value,
            "family": one.encoder.family.value,
            "node": one.encoder.node,
            "works": one.works,
            "why": one.why,
        }
        for one in outcomes
    ]
    lines = table(
        ((row["encoder"], row["codec"], row["family"], "works" if row["works"] else row["why"]) for row in rows),
        ("ENCODER", "CODEC", "KIND", "ON THIS MACHINE"),
    )
    Desk(settings, as_json).answer({"ffmpeg": ffmpeg, "encoders": rows}, [*lines, "", f"By {ffmpeg}"])


def renditions_of(settings: StationSettings, channel_id: int) -> list[RenditionReport]:
    """How the rungs of a channel do; none when the station is off air or the channel does not run."""
    if not on_air(settings.data):
        return []
    reports = FileReports(settings.reports).fetch("headend-", HeadendReport)
    fresh = (one for report in reports if time.time() - report.at < FRESH_S for one in report.channels)
    return next((one.renditions for one in fresh if one.id == channel_id), [])


def _loudness(text: str) -> float | None:
    if text == "off":
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInputError(
            f"'{text[:20]}' is no loudness.", remedy="Write for example -23, or off.", field="loudness_lufs"
        ) from error


def _ladder_lines(ladder: Ladder) -> list[str]:
    if not ladder.rungs:
        return []
    loudness = "as it comes" if ladder.loudness_lufs is None else f"{ladder.loudness_lufs:g} LUFS"
    return [
        *(f"  {rung}" for rung in ladder.rungs),
        f"  sound: {', '.join(map(str, ladder.audio))}; loudness {loudness}",
        f"  de-interlace {ladder.deinterlace}, encoder {ladder.encoder}",
    ]


def _live_lines(live: list[RenditionReport]) -> list[str]:
    lines = table(
        (
            (
                one.rendition,
                one.name,
                one.state.replace("_", " "),
                one.resolution,
                f"{amount(one.bitrate_bps // 1000 * 1000)}bit/s" if one.bitrate_bps else "",
                one.encoder,
                one.restarts,
                one.dropped_packets,
                one.note,
            )
            for one in live
        ),
        ("RENDITION", "RUNG", "STATE", "SIZE", "RATE", "ENCODER", "RESTARTS", "DROPPED", "NOTE"),
    )
    return ["", *lines] if lines else []

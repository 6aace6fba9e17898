"""`rightcast watch`: what the machine sees of a channel's stream, pictures and sound, and what it looks for."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import click

from rightcast.cli.desk import Desk, station_command, table
from rightcast.cli.moments import span_words
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.contract.reports import ChannelReport, HeadendReport
from rightcast.domain.errors import StationNotRunningError
from rightcast.domain.watch import SENTENCES, Check, Watch
from rightcast.serve.lock import on_air
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.reports import PictureReport, QualityReport
    from rightcast.contract.station import StationSettings

FRESH_S = 5.0
_NUMBERS = {"1.1": Check.SYNC_LOSS, "1.2": Check.SYNC_BYTE, "1.3": Check.PAT, "1.4": Check.CONTINUITY}
_NUMBERS |= {"1.5": Check.PMT, "1.6": Check.PID, "2.1": Check.TRANSPORT, "2.2": Check.CRC}
_NUMBERS |= {"": Check.PCR_INTERVAL, "2.3a": Check.PCR_REPETITION, "2.3b": Check.PCR_DISCONTINUITY}
_NUMBERS |= {"2.4": Check.PCR_ACCURACY, "2.5": Check.PTS, "2.6": Check.CAT}
_COUNTED_ONLY = {
    Check.PCR_INTERVAL: "The programme clock (PCR) comes less often than DVB recommends.",
    Check.PCR_ACCURACY: "Values of the programme clock (PCR) are off by more than 500 ns.",
}
_SWITCHES = ("stream", "pictures", "sound")


class _ShownByDefault(click.Group):
    """`rightcast watch CHANNEL` is short for `rightcast watch show CHANNEL`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or show for what is none."""
        known = args and (args[0] in self.commands or args[0].startswith("-"))
        return super().resolve_command(ctx, args if known else ["show", *args])


@click.group("watch", cls=_ShownByDefault)
def watch_group() -> None:
    """See what the machine sees of a channel, and say what it should look for."""


@station_command(watch_group, "show")
@click.argument("channel")
def show_watch(desk: Desk, *, channel: str) -> None:
    """Show the checks of TR 101 290, the pictures and the sound of CHANNEL (name, number or id) as they are now."""
    open_to_read(desk)
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    report = _report_of(desk.settings, found.pk)
    watch = feature_of(found, Watch)
    value = {
        "id": found.pk,
        "name": found.name,
        "watch": watch,
        "state": report.state,
        "quality": report.quality,
        "picture": report.picture,
        "findings": report.findings,
    }
    desk.answer(value, _lines(report, watch, time.time()))


def _limits(command: Callable[..., None]) -> Callable[..., None]:
    """An option for every field of the record, its own words and defaults."""
    for one in reversed(fields(Watch)):
        name = one.name.replace("_", "-")
        if one.name in _SWITCHES:
            option = click.option(
                f"--{name}/--no-{name}", one.name, default=None, help=f"Watch the {one.name}, or not."
            )
        else:
            option = click.option(f"--{name}", one.name, type=int, metavar="N", help=f"Usually {one.default}.")
        command = option(command)
    return command


@station_command(watch_group, "set")
@click.argument("channel")
@_limits
def set_watch(desk: Desk, *, channel: str, **given: int | bool | None) -> None:
    """Say what is watched of CHANNEL (name, number or id); what is not named stays as it was."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    watch = replace(feature_of(found, Watch), **changes)
    operations.set_feature(actor, found.pk, watch)
    desk.answer({"id": found.pk, "name": found.name, "watch": watch}, [f"{found}: {watch.summary()}"])


@station_command(watch_group, "reset")
@click.argument("channel")
def reset_watch(desk: Desk, *, channel: str) -> None:
    """Watch CHANNEL (name, number or id) as usual again."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.queries import find_channel

    found = operations.reset_feature(actor, find_channel(channel).pk, Watch)
    desk.answer({"id": found.pk, "name": found.name, "watch": Watch()}, [f"{found}: {Watch().summary()}"])


def _report_of(settings: StationSettings, channel_id: int) -> ChannelReport:
    """What the headend says of a channel. Raises StationNotRunningError."""
    if on_air(settings.data):
        reports = FileReports(settings.reports).fetch("headend-", HeadendReport)
        for report in reports:
            if time.time() - report.at < FRESH_S:
                found = next((one for one in report.channels if one.id == channel_id), None)
                if found is not None:
                    return found
    raise StationNotRunningError(
        "No headend reports this channel now.",
        remedy="Put the station on air with `rightcast serve`, and publish the channel under a right.",
    )


def _lines(report: ChannelReport, watch: Watch, now: float) -> list[str]:
    lines = [f"{report.name}: {report.state.replace('_', ' ')} for {span_words(now - report.since)}"]
    lines += [f"  ! {one.detail} ({one.severity}, for {span_words(now - one.since)})" for one in report.findings]
    if not report.findings:
        lines.append("  Nothing is wrong.")
    lines += ["", *_quality_lines(report.quality, now)] if report.quality else ["", "The stream is not checked."]
    lines += ["", *_picture_lines(report.picture, watch, now)] if report.picture else []
    return lines


def _quality_lines(quality: QualityReport, now: float) -> list[str]:
    counted = {one.check: one for one in quality.checks}
    rows = []
    for number, check in _NUMBERS.items():
        one = counted.get(check)
        state = "in error" if check in quality.active else "" if one is None else "clear"
        said = "" if one is None else f"{span_words(now - one.last)} ago"
        rows.append((number, check.value, 0 if one is None else one.count, said, state, _short(check)))
    lines = table(rows, ("TR", "CHECK", "ERRORS", "LAST", "NOW", "WHAT IT MEANS"))
    rates = ", ".join(f"{pid}: {bps / 1e6:.2f}" for pid, bps in quality.bitrates)
    lines += ["", f"Mbit/s by PID: {rates}"] if rates else []
    figures = [
        f"{name} {value:g} {unit}"
        for name, value, unit in (
            ("clock against arrival", quality.clock_offset_ppm, "ppm"),
            ("jitter of arrival", quality.arrival_jitter_ms, "ms"),
            ("clock against bytes", quality.clock_accuracy_us, "us"),
        )
        if value is not None
    ]
    return [*lines, f"Clock: {', '.join(figures)}"] if figures else lines


def _short(check: Check) -> str:
    return SENTENCES[check][1] if check in SENTENCES else _COUNTED_ONLY[check]


def _picture_lines(picture: PictureReport, watch: Watch, now: float) -> list[str]:
    if not picture.at:
        return [f"Not looked at yet; a look comes every {watch.every_s} s."]
    said = [f"{picture.state or 'not looked at'}, {span_words(now - picture.at)} ago"]
    for since, word in (
        (picture.black_since, "black"),
        (picture.frozen_since, "standing still"),
        (picture.silent_since, "silent"),
    ):
        said += [f"{word} for {span_words(now - since)}"] if since else []
    lines = [f"Picture: {'; '.join(said)}; brightness {picture.brightness:.0%}"]
    if picture.level_dbfs is not None:
        heard = [f"{picture.level_dbfs:g} dBFS"]
        heard += [] if picture.peak_dbfs is None else [f"peak {picture.peak_dbfs:g} dBFS"]
        heard += [] if picture.loudness_lufs is None else [f"about {picture.loudness_lufs:g} LUFS"]
        lines.append(f"Sound: {', '.join(heard)}")
    return lines

"""`rightcast output` and `rightcast nowplaying`: where channels are sent, and what their listeners read."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import Desk, data_option, json_option, station_command, table
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.contract.reports import NowPlaying, SenderReport, now_playing_report
from rightcast.domain.errors import NotFoundError
from rightcast.domain.outputs import Outputs, parse_output
from rightcast.serve.lock import remembered_settings
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.contract.reports import OutputReport
    from rightcast.contract.station import StationSettings

FRESH_S = 5.0


@click.group("output")
def output_group() -> None:
    """Send channels to multicast groups and other addresses."""


@station_command(output_group, "add")
@click.argument("channel")
@click.argument("url")
def add_output(desk: Desk, *, channel: str, url: str) -> None:
    """Send CHANNEL (name, number or id) to URL: udp://GROUP:PORT or rtp://GROUP:PORT, with ?ttl=&interface=&dscp=."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    before = feature_of(found, Outputs)
    record = Outputs(urls=(*before.urls, parse_output(url).url))
    operations.set_feature(actor, found.pk, record, sentence=f"sent channel {found} to {url}")
    desk.answer(
        {"channel": found.name, "urls": record.urls}, [f"{found} is sent to {url} while its right is in force."]
    )


@station_command(output_group, "remove")
@click.argument("channel")
@click.argument("url")
def remove_output(desk: Desk, *, channel: str, url: str) -> None:
    """No longer send CHANNEL (name, number or id) to URL, as `output list` shows it."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue import operations
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    before = feature_of(found, Outputs)
    target = parse_output(url).target
    left = tuple(one.url for one in before.read() if one.target != target)
    if len(left) == len(before.urls):
        raise NotFoundError(
            f"{found} is not sent to {url}.", remedy="`rightcast output list` shows where it is sent.", field="url"
        )
    operations.set_feature(actor, found.pk, Outputs(urls=left), sentence=f"stopped sending channel {found} to {url}")
    desk.answer({"channel": found.name, "urls": left}, [f"{found} is no longer sent to {url}."])


@station_command(output_group, "list")
def list_outputs(desk: Desk) -> None:
    """List where channels are sent, and how it goes."""
    open_to_read(desk)
    from rightcast.panel.catalogue.features import feature_of
    from rightcast.panel.catalogue.models import Channel

    known = _reports(desk.settings)
    rows = []
    for channel in Channel.objects.exclude(features={}).order_by("number"):
        for url in feature_of(channel, Outputs).urls:
            report = known.get((channel.pk, url))
            rows.append(
                {
                    "channel": channel.name,
                    "url": url,
                    "sent": report.sent if report else 0,
                    "failed": report.failed if report else 0,
                    "late": report.late if report else 0,
                    "gaps": report.gaps if report else 0,
                    "state": _state(report),
                }
            )
    lines = table(
        (
            (row["channel"], row["url"], row["sent"], row["failed"], row["late"], row["gaps"], row["state"])
            for row in rows
        ),
        ("CHANNEL", "ADDRESS", "SENT", "FAILED", "LATE", "GAPS", "STATE"),
    )
    desk.answer(rows, lines or ["No channel is sent anywhere."])


@click.command("nowplaying")
@click.argument("channel")
@click.argument("text")
@data_option
@json_option
def now_playing_command(*, channel: str, text: str, data: Path, as_json: bool) -> None:
    """Tell listeners of CHANNEL (name, number or id) what is on: TEXT, or nothing with an empty one."""
    desk = Desk(remembered_settings(data.absolute()), as_json)
    open_to_read(desk)
    from rightcast.panel.catalogue.queries import find_channel

    found = find_channel(channel)
    report = NowPlaying(channel_id=found.pk, text=" ".join(text.split())[:500], at=time.time())
    FileReports(desk.settings.reports).put(now_playing_report(found.pk), report)
    desk.answer({"channel": found.name, "text": report.text}, [f"{found}: {report.text or 'no text'}"])


def _reports(settings: StationSettings) -> dict[tuple[int, str], OutputReport]:
    found = FileReports(settings.reports).fetch("sender", SenderReport)
    fresh = (report for report in found if time.time() - report.at < FRESH_S)
    return {(one.channel_id, one.url): one for report in fresh for one in report.outputs}


def _state(report: OutputReport | None) -> str:
    if report is None:
        return "not sent; the station is not on air, or the channel waits"
    return report.detail or ("sent" if report.sent else "nothing to send yet")

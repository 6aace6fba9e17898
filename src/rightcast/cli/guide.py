"""`rightcast guide`: what is on when, from guides in XMLTV: their sources, refreshes and imports."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import sys
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
import msgspec

from rightcast.cli.desk import station_command, table
from rightcast.cli.guide_looking import looking_group
from rightcast.cli.moments import shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.sources import redact

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.cli.desk import Desk
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.guide.importing import Outcome
    from rightcast.panel.guide.models import GuideSource
    from rightcast.panel.guide.operations import SourceFields

_SHOWN = 3


class SourceValue(msgspec.Struct, frozen=True, kw_only=True):
    """A guide source as it is answered."""

    id: int
    name: str
    kind: str
    position: int
    address: str
    enabled: bool
    state: str
    says: str
    offset_min: int
    zone: str
    last_at: datetime | None
    next_at: datetime | None


@click.group("guide")
def guide_group() -> None:
    """What is on when: guide sources, imports, and which channel has which guide."""


def _source_options(function: Callable[..., None]) -> Callable[..., None]:
    for option in reversed((
        click.option("--every", "every_h", type=click.IntRange(0), metavar="HOURS", help="Refresh so often; 0: never."),
        click.option("--at", "at_local", metavar="HH:MM", help="Refresh once a day, on the station's clock."),
        click.option("--zone", metavar="ZONE", help="The clock of times without a zone, e.g. Europe/Rome."),
        click.option("--offset", "offset_min", type=int, metavar="MINUTES", help="Added to every time."),
        click.option("--position", type=click.IntRange(0), metavar="N", help="Lower ones come first."),
        click.option("--private/--public", "private", default=None, help="It may lie in private networks."),
    )):  # fmt: skip
        function = option(function)
    return function


@station_command(guide_group, "sources")
def list_sources(desk: Desk) -> None:
    """List guide sources, the first that tells a channel's guide first."""
    open_to_read(desk)
    from rightcast.panel.guide.models import GuideSource

    values = [_value(source) for source in GuideSource.objects.all()]
    rows = [
        (one.id, one.name, one.kind, one.state, shown(one.last_at), shown(one.next_at), one.says[:70]) for one in values
    ]
    headings = ("ID", "NAME", "KIND", "STATE", "LAST", "NEXT (UTC)", "SAYS")
    desk.answer(values, table(rows, headings) or ["There are no guide sources."])


@station_command(guide_group, "add")
@click.argument("address", metavar="URL|FILE")
@click.option("--name", metavar="NAME", show_default="the address's host or file", help="What it is called.")
@click.option("--later", is_flag=True, help="Do not fetch it now.")
@_source_options
def add(desk: Desk, *, address: str, name: str | None, later: bool, **options: object) -> None:
    """Add the XMLTV guide at URL (or a FILE on this machine), and import it.

    It is refreshed every 12 hours unless said otherwise. Channels with the same guide id have its shows at once.
    """
    fields = _fields(options)
    if "every_h" not in fields and "at_local" not in fields:
        fields["every_h"] = 12
    fields["address"] = address if "://" in address else str(Path(address).absolute())
    actor = open_to_write(desk)
    from rightcast.panel.guide import operations

    title = name or urlsplit(address).hostname or Path(address).name
    fields["name"] = title
    source = operations.add_source(actor, **fields)
    if later:
        desk.answer(_value(source), [f"Added guide source {source} (id {source.pk})."])
        return
    _refresh(desk, actor, source, anyway=False)


@station_command(guide_group, "change")
@click.argument("source")
@click.option("--name", metavar="NAME", help="What it is called.")
@click.option("--address", metavar="URL|FILE", help="Where it lies.")
@click.option("--on/--off", "enabled", default=None, help="Whether channels have anything of it.")
@_source_options
def change(desk: Desk, *, source: str, **options: object) -> None:
    """Change SOURCE (name or id): what is named."""
    fields = _fields(options)
    actor = open_to_write(desk)
    from rightcast.panel.guide import operations
    from rightcast.panel.guide.queries import find_source

    changed = operations.update_source(actor, find_source(source).pk, **fields)
    _publish_here(desk)
    desk.answer(_value(changed), [f"Changed guide source {changed}."])


@station_command(guide_group, "refresh")
@click.argument("source")
@click.option("--anyway", is_flag=True, help="Read it even if it has not changed.")
def refresh_source(desk: Desk, *, source: str, anyway: bool) -> None:
    """Fetch SOURCE (name or id) now and import what changed."""
    actor = open_to_write(desk)
    from rightcast.panel.guide.queries import find_source

    _refresh(desk, actor, find_source(source), anyway=anyway)


for _command in looking_group.commands.values():
    guide_group.add_command(_command)


@station_command(guide_group, "import")
@click.argument("file", metavar="FILE")
@click.option("--source", "name", metavar="NAME", show_default="the file's name", help="The guide source it is of.")
@click.option("--zone", metavar="ZONE", help="The clock of times without a zone, e.g. Europe/Rome.")
def import_file(desk: Desk, *, file: str, name: str | None, zone: str | None) -> None:
    """Import the XMLTV guide in FILE (plain, gzip, xz or zip) once; the file is not looked at again."""
    path = Path(file)
    if not path.is_file():
        raise NotFoundError(f"There is no file {file}.", remedy="Check its name.", field="file")
    actor = open_to_write(desk)
    from rightcast.panel.guide import operations
    from rightcast.panel.guide.models import GuideSource
    from rightcast.panel.guide.opening import blocks_of

    wanted = name or path.name
    source = GuideSource.objects.filter(name__iexact=wanted).first() or operations.add_source(actor, name=wanted)
    if zone is not None:
        source = operations.update_source(actor, source.pk, zone=zone)
    line = _Line()
    with path.open("rb") as opened:
        outcome = operations.import_guide(actor, source, blocks_of(opened), progress=line.say)
    line.clear()
    _answer(desk, source, outcome)


@station_command(guide_group, "show")
@click.argument("source")
def show(desk: Desk, *, source: str) -> None:
    """Show SOURCE (name or id): what it holds, and what its last import found odd."""
    open_to_read(desk)
    from rightcast.panel.guide.queries import find_source, holdings

    found = find_source(source)
    value, held = _value(found), holdings(found.pk)
    lines = [
        f"{value.name} ({value.kind}, position {value.position}): {value.says}",
        f"{held.channels:,} channels, {held.shows:,} shows on {held.days:,} days; used by {held.used_by:,} channels.",
        *_report_lines(found.report),
    ]
    desk.answer({"source": value, "holds": held, "report": found.report}, lines)


@station_command(guide_group, "remove")
@click.argument("source")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(desk: Desk, *, source: str, yes: bool) -> None:
    """Remove SOURCE (name or id) with everything it told. `guide change --off` can be undone, this cannot."""
    actor = open_to_write(desk)
    from rightcast.panel.guide import operations
    from rightcast.panel.guide.queries import counted, find_source, holdings

    found = find_source(source)
    held = holdings(found.pk)
    shows, channels = counted(held.shows, "show"), counted(held.channels, "channel")
    what = f"{shows} of {channels} go; {counted(held.only_by, 'channel')} would be left without a guide."
    if not yes and not desk.as_json:
        click.confirm(f"{what} Remove {found}?", abort=True)
    operations.remove_source(actor, found.pk)
    _publish_here(desk)
    desk.answer({"removed": found.name, **msgspec.to_builtins(held)}, [f"Removed guide source {found}. {what}"])


def _fields(options: dict[str, object]) -> SourceFields:
    """The options that were given."""
    given = {name: value for name, value in options.items() if value is not None}
    if "at_local" in given:
        try:
            given["at_local"] = time.fromisoformat(str(given["at_local"]))
        except ValueError as error:
            raise InvalidInputError(
                f"'{given['at_local']}' is no time of day.", remedy="Write 04:30.", field="at"
            ) from error
    return msgspec.convert(given, dict)  # type: ignore[return-value] # names are those of the options


def _refresh(desk: Desk, actor: Actor, source: GuideSource, *, anyway: bool) -> None:
    from rightcast.panel.guide.refreshing import refresh

    line = _Line()
    try:
        done = refresh(actor, source.pk, anyway=anyway, progress=line.say)
    except ConflictError:
        desk.answer({"running": True}, [f"The station is refreshing {source} at this moment; `guide show` tells more."])
        return
    finally:
        line.clear()
    if done.outcome is None:
        desk.answer({"unchanged": True}, [f"{source} has not changed since the last refresh."])
        return
    _answer(desk, source, done.outcome)


def _answer(desk: Desk, source: GuideSource, outcome: Outcome) -> None:
    from rightcast.panel.guide.queries import counted, report_of

    _publish_here(desk)
    report = report_of(outcome)
    head = (
        f"{source}: {counted(outcome.kept, 'show')} of {counted(outcome.channels, 'channel')} "
        f"in {outcome.seconds:.1f} s; {counted(outcome.days_written, 'day')} changed, "
        f"{outcome.days_published:,} published."
    )
    desk.answer(report, [head, *_report_lines(report)])


def _report_lines(report: dict[str, object]) -> list[str]:
    lines = []
    oddities = report.get("oddities")
    for one in oddities if isinstance(oddities, list) else []:
        places = ", ".join(_place(line, words) for line, words in one["examples"][:_SHOWN])
        lines.append(f"  {one['verdict']}: {one['count']:,} {one['sentence']}; {places}")
    return lines


def _place(line: int, words: str) -> str:
    if not line:
        return words
    return f"line {line} ({words})" if words else f"line {line}"


def _publish_here(desk: Desk) -> None:
    """Publish what waits, where no jobs do it."""
    from rightcast.panel.guide.working import publish_pending
    from rightcast.panel.publish import publisher
    from rightcast.serve.lock import on_air

    if on_air(desk.settings.data):
        return
    while publish_pending():
        pass
    publisher.drain()


def _value(source: GuideSource) -> SourceValue:
    from django.utils import timezone

    from rightcast.panel.guide.queries import standing

    how = standing(source, timezone.now())
    return SourceValue(
        id=source.pk,
        name=source.name,
        kind=source.kind,
        position=source.position,
        address=redact(source.address),
        enabled=source.enabled,
        state=how.word,
        says=how.sentence,
        offset_min=source.offset_min,
        zone=source.zone,
        last_at=source.last_at,
        next_at=source.next_at,
    )


class _Line:
    """One line of progress, where somebody looks."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def say(self, words: str) -> None:
        """Show how far it is."""
        if self._live:
            sys.stderr.write(f"\r\x1b[K{words}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

"""`rightcast`: every power of the console at the shell, for people and, with --json, for scripts.

Commands live in one file per subject and are loaded when they are needed.
"""

from __future__ import annotations

import importlib
import logging
import os
import sqlite3
import sys
import warnings
from typing import TYPE_CHECKING

import click

from rightcast import __version__
from rightcast.cli.desk import to_json
from rightcast.domain.errors import FolderNotWritableError, RightcastError

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130

_COMMANDS = {
    "serve": "rightcast.cli.serving:serve_command",
    "demo": "rightcast.cli.serving:demo_command",
    "status": "rightcast.cli.status:status_command",
    "source": "rightcast.cli.sources:source_group",
    "watch": "rightcast.cli.watch:watch_group",
    "channel": "rightcast.cli.airing:channel_group",
    "schedule": "rightcast.cli.airing:schedule_group",
    "ladder": "rightcast.cli.ladder:ladder_group",
    "trace": "rightcast.cli.tracing:trace_group",
    "encoders": "rightcast.cli.ladder:encoders_command",
    "import": "rightcast.cli.playlists:import_group",
    "guide": "rightcast.cli.guide_matching:guide_group",
    "right": "rightcast.cli.right_windows:right_group",
    "package": "rightcast.cli.packages:package_group",
    "library": "rightcast.cli.library:library_group",
    "harvest": "rightcast.cli.harvests:harvest_group",
    "line": "rightcast.cli.lines:line_group",
    "device": "rightcast.cli.devices:device_group",
    "recording": "rightcast.cli.recordings:recording_group",
    "explain": "rightcast.cli.explaining:explain_command",
    "doctor": "rightcast.cli.doctor:doctor_command",
    "cues": "rightcast.cli.cues:cues_command",
    "archive": "rightcast.cli.archive:archive_group",
    "cue": "rightcast.cli.cues:cue_group",
    "alarm": "rightcast.cli.alarm_terms:alarm_group",
    "notify": "rightcast.cli.notifying:notify_group",
    "metrics": "rightcast.cli.metrics:metrics_group",
    "output": "rightcast.cli.outgoing:output_group",
    "nowplaying": "rightcast.cli.outgoing:now_playing_command",
    "protection": "rightcast.cli.protection:protection_group",
    "cpix": "rightcast.cli.protection:cpix_group",
    "blackout": "rightcast.cli.blackouts:blackout_group",
    "notice": "rightcast.cli.notices:notice_group",
    "token": "rightcast.cli.tokens:token_group",
    "network": "rightcast.cli.places:network_group",
    "residence": "rightcast.cli.places:residence_group",
    "takedown": "rightcast.cli.takedowns:takedown_group",
    "hold": "rightcast.cli.holds:hold_group",
    "sharing": "rightcast.cli.sharing:sharing_group",
    "usage": "rightcast.cli.usage:usage_group",
    "privacy": "rightcast.cli.privacy:privacy_group",
    "licensor": "rightcast.cli.licensors:licensor_group",
    "report": "rightcast.cli.licensors:report_group",
    "audit": "rightcast.cli.auditing:audit_group",
    "case": "rightcast.cli.cases:case_group",
}


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer meets them."""
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = place.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        return found if isinstance(found, click.Command) else None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rightcast", message="%(prog)s %(version)s")
def cli() -> None:
    """Television over IP for people who hold the rights.

    `rightcast serve --demo` puts a demo station on air; the other commands work on the station in --data
    (RIGHTCAST_DATA), whether it is on air or not.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code. Failures are said in a sentence, never as a traceback."""
    as_json = "--json" in arguments
    logging.getLogger().addHandler(logging.NullHandler())  # answers and errors are all a command says
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    try:
        code = cli.main(list(arguments), prog_name="rightcast", standalone_mode=False)
    except click.ClickException as error:
        _say_usage(error, as_json=as_json)
        return WRONG_USAGE
    except (click.Abort, KeyboardInterrupt) as stop:
        click.echo("Nothing more was done.", err=True)
        asked = isinstance(stop, KeyboardInterrupt) or isinstance(stop.__cause__, KeyboardInterrupt)
        return INTERRUPTED if asked else FAILED
    except RightcastError as error:
        _say_failure(error, as_json=as_json)
        return FAILED
    except _database_errors() as error:
        _say_failure(_unusable_database(error), as_json=as_json)
        return FAILED
    except BrokenPipeError:
        # Whoever read our answer has left; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code if isinstance(code, int) else 0


def main() -> None:
    """The entry point of the `rightcast` program."""
    sys.exit(run(sys.argv[1:]))


def _database_errors() -> tuple[type[Exception], ...]:
    """What a database raises that is busy, broken or not one; Django's kind only where Django was needed."""
    django_db = sys.modules.get("django.db")
    return (sqlite3.Error,) if django_db is None else (sqlite3.Error, django_db.DatabaseError)


def _unusable_database(error: Exception) -> RightcastError:
    return FolderNotWritableError(
        f"The station's database cannot be used: {error}.",
        remedy="Try again if it was busy; otherwise check the disk and the owner of the data folder.",
        field="data",
    )


def _say_failure(error: RightcastError, *, as_json: bool) -> None:
    if as_json:
        click.echo(to_json({"error": error.as_dict()}))
    click.echo(error.sentence, err=True)
    if error.remedy:
        click.echo(error.remedy, err=True)


def _say_usage(error: click.ClickException, *, as_json: bool) -> None:
    if as_json:
        remedy = "`rightcast COMMAND --help` shows how it is used."
        click.echo(
            to_json({"error": {"code": "usage", "sentence": error.format_message(), "remedy": remedy, "field": None}})
        )
    error.show()

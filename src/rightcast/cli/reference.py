"""Writes the reference of commands and settings from the commands themselves: docs/reference/{commands,settings}.md.

Run `python -m rightcast.cli.reference docs/reference` after changing an option; a test compares.
"""
# ruff: noqa: E501 - paragraphs of the pages stand in one line each

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rightcast.cli.main import cli
from rightcast.serve.logs import LEVEL_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMANDS_HEAD = """# Commands

Every command takes `--help`. Those that work on a station take `--data DIR` (or `RIGHTCAST_DATA`; default `./data`) and work while it is on air and while it is not. With `--json` the answer is JSON on standard output.

A command that fails says in a sentence what happened and in a second one what to do, on standard error, and ends with code 1; wrong usage ends with 2, Ctrl-C with 130. With `--json` the failure also stands on standard output as `{"error": {"code", "sentence", "remedy", "field"}}`; the codes are in [errors](errors.md).

Channels are named by name, number or id (`id:7` and `number:7` say which is meant); lines, packages and rights by name or reference, or by id. Dates are `2026-12-31`, `2026-12-31T20:00` (UTC unless a zone is given), `now`, or a span from now: `30d`, `12h`, `10min`, `2w`, `45s`.

This page is written by `python -m rightcast.cli.reference docs/reference`.
"""
_SETTINGS_HEAD = """# Settings

A station is set by options of `rightcast serve` or by variables of the environment; an option goes before its variable. What a station runs under is kept in `station.json` in its data folder, where other commands read it.

| Variable | Option | Default | Meaning |
|---|---|---|---|
"""
_SETTINGS_FOOT = f"""| `{LEVEL_VARIABLE}` | | warning | From which level on processes write to the terminal: debug, info, warning or error. Files in `logs/` of the data folder get everything from info on. |

Two further variables belong to the processes themselves and are not set by hand: `RIGHTCAST_STATION` hands the settings from `rightcast serve` to each process, `RIGHTCAST_PARENT` tells it whose end it must follow.

## The data folder

| Path | What it holds |
|---|---|
| `rightcast.sqlite3` | the panel's database, SQLite and no other: the station's intent |
| `feed.sqlite3` | revisions published to headend and edges |
| `replica-N.sqlite3` | what edge process N knows; made anew from the feed when missing |
| `keys/` | the station's key, the first operator's password, the demo line; mode 0700, back it up and keep it secret |
| `tls/` | the certificate that `--tls` makes for itself |
| `logs/` | one rotating file for each process |
| `station.json`, `station.lock` | the settings the station runs under, and the mark that it runs |

The newest seconds of every channel lie in the ring's folder (`--ring`), which goes when the station goes off the air.

This page is written by `python -m rightcast.cli.reference docs/reference`.
"""


def commands_page() -> str:
    """The text of docs/reference/commands.md."""
    return _COMMANDS_HEAD + "".join(_command_text(path, command) for path, command in leaves(cli, ("rightcast",)))


def settings_page() -> str:
    """The text of docs/reference/settings.md."""
    rows = []
    serve = cli.get_command(click.Context(cli), "serve")
    for option in serve.params if serve else ():
        if isinstance(option, click.Option) and option.envvar:
            words = f"`{'`, `'.join(option.opts)}`", _default(option), option.help or ""
            rows.append(f"| `{option.envvar}` | {words[0]} | {words[1]} | {words[2]} |\n")
    return _SETTINGS_HEAD + "".join(rows) + _SETTINGS_FOOT


def leaves(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        elif command is not None:
            yield (*path, name), command


def _command_text(path: tuple[str, ...], command: click.Command) -> str:
    arguments = [one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument)]
    options = [one for one in command.params if isinstance(one, click.Option)]
    lines = [f"\n## {' '.join(path)}\n", f"    {' '.join([*path, *arguments])} [OPTIONS]\n"]
    lines += [f"{' '.join(part.split())}\n" for part in (command.help or "").split("\n\n")]
    lines += ["| Option | Default | Meaning |", "|---|---|---|"]
    lines += [f"| `{_spelling(option)}` | {_default(option)} | {option.help or ''} |" for option in options]
    return "\n".join(lines) + "\n"


def _spelling(option: click.Option) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(cli))}"
    return (", ".join(option.opts) + value).replace("|", "\\|")


def _default(option: click.Option) -> str:
    if option.required:
        return "required"
    if isinstance(option.show_default, str):
        return option.show_default
    wanted = option.default
    return str(wanted) if isinstance(wanted, (str, int, float)) and not isinstance(wanted, bool) else ""


def main() -> None:
    """Write both pages into the folder named on the command line."""
    folder = Path(sys.argv[1])
    (folder / "commands.md").write_text(commands_page(), encoding="utf-8")
    (folder / "settings.md").write_text(settings_page(), encoding="utf-8")


if __name__ == "__main__":
    main()

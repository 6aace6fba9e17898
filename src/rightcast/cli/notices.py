"""`rightcast notice`: what somebody says infringes a right here, and what is decided on it."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import click

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.cli.desk import Desk
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.notices.models import Notice
    from rightcast.panel.notices.targets import Shown

MOST_BYTES = 25 << 20
DECISIONS = ("ask", "answer", "reject", "dismiss", "take-down", "dispute", "restore", "uphold", "note")


@click.group("notice")
def notice_group() -> None:
    """Notices of infringement: take them in, decide on them, give reasons."""


@station_command(notice_group, "list")
@click.option("--all", "everything", is_flag=True, help="Those too that wait for others or are done.")
@click.option("--find", "text", default="", metavar="WORDS", help="Only those with these words in them.")
@click.option("--last", type=click.IntRange(1, 10_000), default=100, show_default=True, metavar="N", help="How many.")
def list_notices(desk: Desk, *, everything: bool, text: str, last: int) -> None:
    """List notices that wait for us: trusted flaggers first, then what is due first."""
    open_to_read(desk)
    from rightcast.panel.notices import course, queries
    from rightcast.panel.notices.mailbox import set_aside

    rows = list(queries.found(text)[:last] if text else queries.ours()[:last])
    if everything and not text:
        rows += queries.theirs()[: last - len(rows)]
    lines = table(map(_cells, rows), ("NUMBER", "STATE", "DUE (UTC)", "OWED", "FROM", "ABOUT"))
    lines = lines or ["No notice waits."]
    if broken := course.box().broken() + set_aside(course.mail_folder()):
        lines.append(f"{broken} files in {desk.settings.notices} cannot be read or are too large; they stay there.")
    desk.answer([_value(row) for row in rows], lines)


@station_command(notice_group, "show")
@click.argument("reference")
def show_notice(desk: Desk, *, reference: str) -> None:
    """Show one notice with its course."""
    open_to_read(desk)
    from rightcast.panel.notices.queries import find_notice

    row = find_notice(reference)
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in _value(row).items() if value not in ("", [], None)]
    lines += ["", *(f"{shown(one.at)}  {one.by}: {one.step or 'note'}  {one.text}".rstrip() for one in row.steps.all())]
    desk.answer(_value(row), lines)


@station_command(notice_group, "import")
@click.argument("file", type=click.File("rb"))
def import_mail(desk: Desk, *, file: BinaryIO) -> None:
    """Take in a mail from FILE (.eml), or from standard input with -; the same mail is taken in once."""
    open_to_write(desk)
    from rightcast.panel.notices import course, intake
    from rightcast.panel.notices.models import Notice

    raw = _read(file)
    box = course.box()
    reference = intake.post_mail(box, raw, time.time())
    if reference is None:
        raise ConflictError("Too many notices wait.", remedy="Start the station's jobs, which take them in.")
    intake.take_in(box)
    row = Notice.objects.filter(reference=reference).first()
    if row is None:
        desk.answer({"reference": reference, "new": False}, ["It was added to the notice that it answers."])
        return
    unread = " It could not be read; the original is kept." if row.unreadable else ""
    desk.answer(_value(row), [f"Notice {row.reference} is {row.state}.{unread}"])


@station_command(notice_group, "decide")
@click.argument("reference")
@click.argument("decision", type=click.Choice(DECISIONS))
@click.option("--say", default="", metavar="TEXT", help="Why; it is told to the other side (a note to nobody).")
@click.option("--channel", "channels", multiple=True, metavar="CHANNEL", help="What to take down; may be repeated.")
@click.option("--side", type=click.Choice(["sender", "affected"]), default="affected", help="Who disputes.")
@click.option("--early", is_flag=True, help="Restore before the ten days: the notice itself was wrong.")
@click.option("--from", "shown_from", default="", metavar="MOMENT", help="Take down only what was shown since then.")
@click.option("--until", "shown_until", default="", metavar="MOMENT", help="Take down only what is shown until then.")
def decide(
    desk: Desk,
    *,
    reference: str,
    decision: str,
    say: str,
    channels: tuple[str, ...],
    side: str,
    early: bool,
    shown_from: str,
    shown_until: str,
) -> None:
    """Decide on a notice, or move it on. Without --channel, take-down takes what its addresses name."""
    actor = open_to_write(desk)
    from rightcast.panel.catalogue.queries import find_channel
    from rightcast.panel.notices.queries import find_notice

    row = find_notice(reference)
    ids = [find_channel(one).pk for one in channels] or list(row.targets)
    if channels:
        row.titles = []
    from rightcast.panel.takedowns.forms import read_moment

    shown_span = read_moment(shown_from, "from"), read_moment(shown_until, "until")
    left = _decide(actor, row, decision, say, ids, side, early=early, span=shown_span)
    row.refresh_from_db()
    desk.answer(_value(row), [f"Notice {row.reference} is {row.state}.", *left])


@station_command(notice_group, "erase")
@click.argument("reference")
def erase(desk: Desk, *, reference: str) -> None:
    """Erase who sent a finished notice and what they wrote; the decision stays."""
    actor = open_to_write(desk)
    from rightcast.panel.notices.forgetting import erase_sender
    from rightcast.panel.notices.queries import find_notice

    row = erase_sender(actor, find_notice(reference).pk)
    desk.answer(_value(row), [f"The sender's data of notice {row.reference} is erased."])


@station_command(notice_group, "statement")
@click.argument("reference")
@click.option("--ground", default="", help="The law, or the clause of the terms.")
@click.option("--explanation", default="", help="Why it falls under it.")
@click.option("--facts", default="", help="On which facts the decision rests; nobody's name.")
@click.option("--affected", "email", default="", metavar="EMAIL", help="Whom to tell; without it the letter is kept.")
def statement(desk: Desk, *, reference: str, ground: str, explanation: str, facts: str, email: str) -> None:
    """Give the reasons of a takedown, or print those given, in the shape of the DSA Transparency Database."""
    actor = open_to_write(desk)
    from rightcast.panel.notices import operations, queries

    row = queries.find_notice(reference)
    if ground or explanation or facts:
        made = replace(
            queries.statement_of(row),
            illegal_content_legal_ground=ground,
            illegal_content_explanation=explanation,
            decision_facts=facts,
        )
        row = operations.state(actor, row.pk, made, affected_email=email, message="")
    if not row.statement:
        raise NotFoundError(
            f"No reasons were given for notice {row.reference}.",
            remedy="Give them with --ground, --explanation and --facts.",
        )
    desk.answer(row.statement, [json.dumps(row.statement, indent=2, ensure_ascii=False)])


@station_command(notice_group, "flaggers")
def list_flaggers(desk: Desk) -> None:
    """List who may send notices by program."""
    open_to_read(desk)
    from rightcast.panel.notices.models import Flagger

    rows = list(Flagger.objects.all())
    cells = [
        (one.name, one.email, "yes" if one.trusted else "no", one.hourly, shown(one.revoked) if one.revoked else "")
        for one in rows
    ]
    values = [
        {"id": one.pk, "name": one.name, "email": one.email, "trusted": one.trusted, "hourly": one.hourly,
         "created": one.created, "revoked": one.revoked} for one in rows
    ]  # fmt: skip
    desk.answer(values, table(cells, ("NAME", "E-MAIL", "TRUSTED", "HOURLY", "REVOKED")) or ["There is none."])


@station_command(notice_group, "add-flagger")
@click.argument("name")
@click.option("--email", default="", help="Whom to answer when a call names nobody.")
@click.option("--trusted", is_flag=True, help="A trusted flagger (Article 22 DSA): looked at first.")
@click.option("--hourly", type=int, default=600, show_default=True, metavar="N", help="Notices an hour.")
def add_flagger(desk: Desk, *, name: str, email: str, trusted: bool, hourly: int) -> None:
    """Register a flagger and print its key, which is shown this once."""
    actor = open_to_write(desk)
    from rightcast.panel.notices import flaggers

    row, key = flaggers.add_flagger(actor, name=name, email=email, trusted=trusted, hourly=hourly)
    desk.answer({"id": row.pk, "name": row.name, "key": key}, [f"{row} may send notices with this key:", key])


@station_command(notice_group, "revoke-flagger")
@click.argument("name")
def revoke_flagger(desk: Desk, *, name: str) -> None:
    """Void a flagger's key; its notices stay."""
    actor = open_to_write(desk)
    from rightcast.panel.notices import flaggers

    row = flaggers.revoke_flagger(actor, flaggers.find_flagger(name).pk)
    desk.answer({"id": row.pk, "name": row.name}, [f"The key of {row} is void."])


def _decide(  # noqa: PLR0917 - what was said on the command line
    actor: Actor, row: Notice, decision: str, say: str, ids: Sequence[int], side: str, *, early: bool, span: Shown
) -> list[str]:
    """Run a decision; sentences on what could not be done with it."""
    from rightcast.domain.notices import Side
    from rightcast.panel.notices import operations

    match decision:
        case "take-down":
            operations.act(actor, row.pk, ids, say, row.titles, span)
        case "reject" | "dismiss":
            operations.reject(actor, row.pk, say, silent=decision == "dismiss")
        case "dispute":
            operations.dispute(actor, row.pk, Side(side), say)
        case "restore":
            return operations.restore(actor, row.pk, say, early=early)[1]
        case "ask":
            operations.ask(actor, row.pk, say)
        case "answer":
            operations.answer(actor, row.pk, say)
        case "uphold":
            operations.uphold(actor, row.pk, say)
        case _:
            operations.note(actor, row.pk, say)
    return []


def _read(file: BinaryIO) -> bytes:
    """The bytes of a mail. Raises InvalidInputError."""
    raw = file.read(MOST_BYTES + 1)
    if not raw or len(raw) > MOST_BYTES:
        raise InvalidInputError(
            "The mail is empty." if not raw else "The mail is too large.", remedy="25 MiB are read.", field="file"
        )
    return raw


def _cells(row: Notice) -> tuple[str, ...]:
    mark = "* " if row.trusted else ""
    due = shown(row.due) if row.due else ""
    return row.reference, row.state, due, row.due_what, f"{mark}{row.sender or row.email}"[:40], row.work[:60]


def _value(row: Notice) -> dict[str, object]:
    return {
        "reference": row.reference,
        "kind": row.kind,
        "way": row.way,
        "state": row.state,
        "received": row.received,
        "trusted": row.trusted,
        "unreadable": row.unreadable,
        "sender": row.sender,
        "email": row.email,
        "contact": row.contact,
        "work": row.work,
        "reasons": row.reasons,
        "addresses": row.addresses,
        "channels": row.targets,
        "titles": row.titles,
        "takedowns": row.takedowns,
        "decided_by": row.decided_by,
        "due": row.due,
        "owed": row.due_what,
        "sha256": row.sha256,
    }

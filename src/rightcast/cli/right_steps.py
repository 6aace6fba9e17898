"""`rightcast right show, evidence, submit, approve, ...`: an agreement's evidence, and the steps of its life."""
# ruff: noqa: PLC0415 - the panel is imported when a command runs, after Django is set up

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rightcast.cli.desk import station_command, table
from rightcast.cli.moments import now_utc, shown
from rightcast.cli.panel import open_to_read, open_to_write
from rightcast.cli.rights import RightValue, right_group, value_of
from rightcast.domain.agreements import Step
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.evidence import PATHS
from rightcast.domain.rights import Bounds, Instrument
from rightcast.domain.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.cli.desk import Desk
    from rightcast.panel.rights.models import CarriageRight

__all__ = ["right_group"]

SHOWN = 20


class EvidenceValue(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence as it is answered."""

    id: int
    need: str
    kind: str
    text: str
    sha256: str
    size_bytes: int
    added: datetime


class AgreementValue(msgspec.Struct, frozen=True, kw_only=True):
    """A right with all that hangs on it."""

    right: RightValue
    status: str
    bounds: Bounds
    terms: Terms
    evidence: list[EvidenceValue]
    lacking: list[str]
    steps: list[str]
    prepared_by: list[str]
    approved_by: str


@station_command(right_group, "show")
@click.argument("right")
def show_right(desk: Desk, *, right: str) -> None:
    """Show RIGHT (id or reference): its standing, its evidence, and which steps come next."""
    open_to_read(desk)
    from rightcast.panel.rights.queries import find_right

    _tell(desk, find_right(right))


@station_command(right_group, "needs")
@click.argument("instrument", type=click.Choice([one.value.replace("_", "-") for one in Instrument]))
def needs_command(desk: Desk, *, instrument: str) -> None:
    """Say what evidence a right of this INSTRUMENT needs."""
    path = PATHS[Instrument(instrument.replace("-", "_"))]
    rows = [(need.name, " or ".join(need.kinds), need.words) for need in path.needs]
    desk.answer(path, [path.sentence, *table(rows, ("NEED", "AS", "WHAT"))])


@station_command(right_group, "evidence")
@click.argument("right")
@click.option("--need", default="", metavar="NAME", show_default="the first", help="What it proves; see `right needs`.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="A document; a copy is kept with its hash.")
@click.option("--link", default="", metavar="URL", help="The address of a page.")
@click.option("--statement", default="", metavar="TEXT", help="Words somebody answers for.")
def attach_evidence(desk: Desk, *, right: str, need: str, file: Path | None, link: str, statement: str) -> None:
    """Attach evidence to RIGHT: one document, one address or one statement."""
    document = _read(file) if file else None
    actor = open_to_write(desk)
    from rightcast.panel.rights import keeping
    from rightcast.panel.rights.queries import find_right

    found = find_right(right)
    keeping.attach(
        actor,
        found.pk,
        need=need,
        document=document,
        file_name=file.name if file else "",
        link=link,
        statement=statement,
    )
    _tell(desk, find_right(found.reference))


@station_command(right_group, "detach")
@click.argument("evidence", type=int)
def detach_evidence(desk: Desk, *, evidence: int) -> None:
    """Take the piece of EVIDENCE of this id away from a right that was never in force."""
    actor = open_to_write(desk)
    from rightcast.panel.rights import keeping

    keeping.detach(actor, evidence)
    desk.answer({"detached": evidence}, ["It is taken away; a document stays in the data folder."])


@station_command(right_group, "dry-run")
@click.argument("right")
def dry_run_command(desk: Desk, *, right: str) -> None:
    """Say what would change if RIGHT ended now; nothing is changed."""
    open_to_read(desk)
    from rightcast.panel.rights.ending import if_ended
    from rightcast.panel.rights.queries import find_right

    found = if_ended(find_right(right), now_utc())
    desk.answer(
        found,
        ["Nothing: it is not in force, or other rights carry all of it."]
        if found.nothing
        else [
            f"Channels that go dark: {len(found.dark)}{': ' if found.dark else ''}{', '.join(found.dark[:SHOWN])}",
            f"Lines that have one of them: {found.lines}",
            f"Sessions that stand on it now: {found.sessions}",
            f"Recordings that are lost: {found.recordings}",
            *(f"Catch-up of {name}: {now} h, then {then} h" for name, now, then in found.catchup[:SHOWN]),
            *(f"{name} is no longer carried in {', '.join(lost)}" for name, lost in found.narrower[:SHOWN]),
            f"Titles of the library: {found.titles}",
        ],
    )


def _read(file: Path) -> bytes:
    from rightcast.panel.rights.keeping import LARGEST_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InvalidInputError(
            f"{file} cannot be read: {error.strerror}.", remedy="Name a file that is there.", field="file"
        ) from error


def _step_command(step: Step, help_text: str) -> Callable[..., None]:
    def run(desk: Desk, *, right: str) -> None:
        actor = open_to_write(desk)
        from rightcast.panel.rights.queries import find_right
        from rightcast.panel.rights.steps import take_step

        _tell(desk, take_step(actor, find_right(right).pk, step))

    run.__doc__ = help_text
    run.__name__ = f"{step.name.lower()}_right"
    return run


for _step, _help in (
    (Step.SUBMIT, "Say that RIGHT has its evidence and waits for approval."),
    (Step.APPROVE, "Approve RIGHT; where there are several operators a second one does, at the console."),
    (Step.SEND_BACK, "Send RIGHT back to its draft."),
    (Step.ACTIVATE, "Put RIGHT, which is approved, into force."),
    (Step.SUSPEND, "Stop carriage under RIGHT until it is resumed."),
    (Step.RESUME, "Carry again under RIGHT, which is suspended."),
):
    station_command(right_group, _step.value)(click.argument("right")(_step_command(_step, _help)))


def _tell(desk: Desk, right: CarriageRight) -> None:
    from rightcast.domain.agreements import WORDS, steps
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.rights.bounding import terms_of
    from rightcast.panel.rights.queries import to_record
    from rightcast.panel.rights.writing import hand_of, name_of, office, standing_of

    standing = standing_of(right)
    pieces = [
        EvidenceValue(
            id=one.pk,
            need=one.need,
            kind=one.kind,
            text=one.text,
            sha256=one.sha256,
            size_bytes=one.size_bytes,
            added=one.added,
        )
        for one in right.evidence.all()
    ]
    value = AgreementValue(
        right=value_of(right),
        status=right.status,
        bounds=to_record(right).bounds,
        terms=terms_of(right),
        evidence=pieces,
        lacking=list(standing.lacking),
        steps=[one.value for one in steps(standing, hand_of(Actor.cli()), office())],
        prepared_by=[name_of(one) for one in right.prepared_by],
        approved_by=name_of(right.approved_by),
    )
    rows = ((one.id, one.need, one.kind, one.text[:60], one.sha256[:12]) for one in pieces)
    desk.answer(
        value,
        [
            f"{right.reference} of {right.licensor} (id {right.pk}) is {WORDS[standing.status]},"
            f" {shown(right.starts)} to {shown(right.ends, 'open end')} UTC.",
            *(table(rows, ("ID", "NEED", "KIND", "EVIDENCE", "SHA-256")) or ["No evidence is attached."]),
            *([f"Missing: {', '.join(standing.lacking)}."] if standing.lacking else []),
            f"From this shell: {', '.join(value.steps)}.",
        ],
    )

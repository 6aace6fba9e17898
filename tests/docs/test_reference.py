"""What the code knows is what the documents say: reasons, error codes, commands, dependencies, words."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.entitlement import Reason
from rightcast.domain.recordings import Cause
from rightcast.formats.xmltv_oddities import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def rows(page: str) -> set[str]:
    """The first cell of every table row of a page, without code marks."""
    return set(re.findall(r"^\| `?([\w.-]+)`? \|", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)) - {
        "Code",
        "Package",
    }


def error_codes() -> Iterator[str]:
    """The `code` of every class of the source that is an error of the tree."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                yield from (
                    item.value.value
                    for item in node.body
                    if isinstance(item, ast.Assign)
                    and isinstance(item.targets[0], ast.Name)
                    and item.targets[0].id == "code"
                    and isinstance(item.value, ast.Constant)
                    and isinstance(item.value.value, str)
                )


def test_every_reason_of_refusal_is_documented_and_none_is_invented() -> None:
    assert rows("reference/reasons.md") == set(Reason)


def test_every_error_code_is_documented_and_none_is_invented() -> None:
    assert rows("reference/errors.md") == set(error_codes())


def test_every_dependency_has_a_row_and_none_is_invented() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert rows("dependencies.md") == {re.split(r"[<>=\[ ]", one)[0] for one in wanted}


NOUNS = """
Takedown, Hold, Acknowledgement, Order,
Revocation, Transition key, Sighting, Suspect, Delivery network, Common Access Token,
Blackout, Audience, Course, Station slate, Mark, Overlay, Provider schedule,
Notice, Flagger, Statement of reasons, Counter-notice,
Station, Channel, Source, Lineup, Lineup entry, Package, Line, Carriage right, Instrument, Start mode, Check, Question,
Reason, Revision, Change, Feed, Report, Lease, Ring, Segment, Part, Epoch, Slot, Announcement, Want, Token, Operation,
Actor, Audit row, Case, Evidence pack, Outbox, Feature, Rendition, Track, Marker, Credential, Device, Handle,
Box, Ticket, Title, Season, Ladder, Rung, Tap, Marked rung, Code, Marking,
Cue, Restrictions, Own network, Packaging, Fragment, Product,
Finding, Thumbnail, Watch, Look, Stream check, Picture worker,
Access unit, Sample, Init segment, Protected track,
Protection, Cover, Content key, Key period, Output, Sender, Pacer, Listener,
Leg, Standby, Shelf, Standing, Fault, Hold-down, Slate, Pick, Schedule slot, Drain, Neighbour,
Player app, Guide, Show, Library, Title, Archive, Catch-up, Activation, Reel, Archivist, Keeper, Gap, Grace, Place,
Agreement, Evidence, Hand, Later use, Recording, Take,
Chain, Genesis, Checkpoint, Root, Witness, Person key,
Bounds, Standpoint, Presence, Portability, Network,
Recorder, Recording rule, Allowance, Permit, Start-over, Play,
Guide source, Guide channel, Assignment, Oddity,
Collection, Holding, Harvest,
Event table, Weekly grid, Proposal, Match step, Picture,
Session record, Spool, Stand, Sweep, Retention, Licensor, Usage, Suppression
"""


@pytest.mark.parametrize("noun", [noun.strip() for noun in NOUNS.split(",")])
def test_a_noun_of_the_code_is_in_the_glossary(noun: str) -> None:
    assert f"**{noun}" in (DOCS / "glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("cause", [one.value for one in Cause if one.value])
def test_a_cause_of_recordings_is_in_the_reference(cause: str) -> None:
    assert f"`{cause}`" in (DOCS / "reference" / "recordings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_oddity_of_guides_is_documented_as_it_is_told(kind: str) -> None:
    verdict, sentence = KINDS[kind]
    page = (DOCS / "reference" / "guide-oddities.md").read_text(encoding="utf-8")
    assert f"| `{kind}` | {verdict.value} | {sentence} |" in page

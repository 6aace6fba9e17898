"""Writing about guide sources: add, change, remove, import. Each is audited; an import is many short transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from rightcast.domain.errors import InvalidInputError, NotFoundError, RightcastError
from rightcast.panel.guide import publication
from rightcast.panel.guide.importing import Outcome, import_xmltv
from rightcast.panel.guide.models import GuideSource, SourceKind
from rightcast.panel.guide.queries import kept_days
from rightcast.panel.guide.spool import Window
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rightcast.panel.audit.operations import Actor

LAST_POSITION = 1000


AHEAD_DAYS = 60


def add_source(
    actor: Actor, *, name: str, kind: str = SourceKind.XMLTV, address: str = "", zone: str = ""
) -> GuideSource:
    """Add a source of shows after those that are there, but before what streams tell. Raises InvalidInputError."""
    with operating(actor, "guide.add_guidesource") as deed:
        last = GuideSource.objects.filter(position__lt=LAST_POSITION).order_by("-position").first()
        position = last.position + 1 if last else 1
        source = GuideSource.objects.create(
            name=_free_name(name),
            kind=kind,
            address=address.strip(),
            zone=zone,
            position=LAST_POSITION if kind == SourceKind.EIT else min(position, LAST_POSITION - 1),
            added=deed.now,
        )
        deed.record("guidesource.add", source.id, f"added guide source {source}")
    return source


def import_guide(
    actor: Actor, source: GuideSource, blocks: Iterable[bytes], *, progress: Callable[[str], None] = lambda _words: None
) -> Outcome:
    """Import a guide into a source. Raises GuideUnreadableError: then the guide that was there before stands."""
    actor.require("guide.change_guidesource")
    today = publication.today()
    window = Window(today - kept_days(), today + AHEAD_DAYS)
    try:
        outcome = import_xmltv(source, blocks, window, settings.STATION.data / "guide", progress=progress)
    except RightcastError as error:
        _note(
            actor, source, f"could not import a guide into {source}: {error.sentence}", ok=False, result=error.sentence
        )
        raise
    result = f"{outcome.kept:,} shows of {outcome.channels:,} channels; {outcome.days_written:,} days changed"
    _note(actor, source, f"imported a guide into {source}: {result}", ok=True, result=result)
    return outcome


def _note(actor: Actor, source: GuideSource, sentence: str, *, ok: bool, result: str) -> None:
    with operating(actor, "guide.change_guidesource") as deed:
        GuideSource.objects.filter(id=source.id).update(last_at=timezone.now(), last_ok=ok, last_result=result[:500])
        deed.record("guidesource.import", source.id, sentence)


def _free_name(name: str) -> str:
    wanted = " ".join(name.split())[:80]
    if not wanted:
        raise InvalidInputError("The source has no name.", remedy="Give it one.", field="name")
    if GuideSource.objects.filter(name__iexact=wanted).exists():
        raise InvalidInputError(f"There is a guide source {wanted}.", remedy="Choose another name.", field="name")
    return wanted


def find_source(named: str) -> GuideSource:
    """The source of this name or id. Raises NotFoundError."""
    text = named.strip()
    found = GuideSource.objects.filter(name__iexact=text).first()
    if found is None and text.isdecimal():
        found = GuideSource.objects.filter(id=int(text)).first()
    if found is None:
        raise NotFoundError(f"There is no guide source '{text}'.", remedy="List them with `rightcast guide sources`.")
    return found

"""Writing about guide sources: add, change, remove, ask for a refresh, import. Each is audited.

An import is many short transactions. What follows from a change for channels is merged anew by the jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, cast
from zoneinfo import available_timezones

from django.conf import settings
from django.utils import timezone

from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.domain.sources import redact
from rightcast.panel.guide import publication
from rightcast.panel.guide.importing import Outcome, import_xmltv
from rightcast.panel.guide.models import Assignment, GuideSource, PendingChannel, SourceKind
from rightcast.panel.guide.queries import counted, find_source, kept_days, report_of, source_of
from rightcast.panel.guide.spool import Window
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import time
    from typing import Unpack

    from rightcast.panel.audit.operations import Actor

__all__ = ["add_source", "ask_refresh", "find_source", "import_guide", "remove_source", "update_source"]

AHEAD_DAYS = 60
LAST_POSITION = 1000
"""Of what streams tell: whoever adds a guide means it to come before that."""
MOST_OFFSET_MIN = 24 * 60
MOST_EVERY_H = 24 * 7
_MERGED = frozenset({"enabled", "offset_min", "position"})
"""What changes the guides of channels."""


class SourceFields(TypedDict, total=False):
    """What of a source may be set; what is left out stays, or has its default."""

    name: str
    address: str
    position: int
    enabled: bool
    private: bool
    zone: str
    offset_min: int
    every_h: int
    at_local: time | None


def add_source(actor: Actor, *, kind: str = SourceKind.XMLTV, **fields: Unpack[SourceFields]) -> GuideSource:
    """Add a source of shows after those that are there, but before what streams tell. Raises InvalidInputError.

    One with an address and a rhythm is refreshed at once.
    """
    with operating(actor, "guide.add_guidesource") as deed:
        last = GuideSource.objects.filter(position__lt=LAST_POSITION).order_by("-position").first()
        position = min(last.position + 1 if last else 1, LAST_POSITION - 1)
        source = GuideSource(kind=kind, added=deed.now)
        source.position = LAST_POSITION if kind == SourceKind.EIT else position
        _set(source, {"name": "", **fields})
        if source.address and (source.every_h or source.at_local):
            source.next_at = deed.now
        source.save()
        deed.record("guidesource.add", source.id, f"added guide source {source}", address=redact(source.address))
    return source


def update_source(actor: Actor, source_id: int, **fields: Unpack[SourceFields]) -> GuideSource:
    """Change what is named. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "guide.change_guidesource") as deed:
        source = source_of(source_id)
        before = {name: getattr(source, name) for name in fields}
        _set(source, fields)
        changed = [name for name in fields if before[name] != getattr(source, name)]
        if "address" in changed:
            source.etag = source.modified = source.digest = ""
        if {"address", "every_h", "at_local", "enabled", "zone"} & set(changed) and source.address:
            source.next_at = deed.now if source.enabled and (source.every_h or source.at_local) else None
        source.save()
        if _MERGED & set(changed):
            _merge_anew(source.id)
        shown = {name: redact(str(getattr(source, name))) for name in changed}
        deed.record("guidesource.update", source.id, f"changed guide source {source}", changes=shown)
    return source


def remove_source(actor: Actor, source_id: int) -> None:
    """Remove a source with its channels, days and assignments. Raises NotFoundError.

    `queries.what_goes` tells beforehand what disappears; switching it off instead can be undone.
    """
    with operating(actor, "guide.delete_guidesource") as deed:
        source = source_of(source_id)
        _merge_anew(source.id)
        source.delete()
        deed.record("guidesource.remove", source_id, f"removed guide source {source}")


def ask_refresh(actor: Actor, source_id: int) -> GuideSource:
    """Let the jobs refresh a source as soon as they can, switched off or not. Raises NotFoundError."""
    with operating(actor, "guide.change_guidesource") as deed:
        source = source_of(source_id)
        source.asked = True
        source.save(update_fields=["asked"])
        deed.record("guidesource.refresh", source.id, f"asked for a refresh of guide source {source}")
    return source


def import_guide(
    actor: Actor,
    source: GuideSource,
    blocks: Iterable[bytes],
    *,
    whole: bool = False,
    progress: Callable[[str], None] = lambda _words: None,
) -> Outcome:
    """Import a guide into a source. Raises GuideUnreadableError: then the guide that was there before stands.

    `whole`: it is all that the source knows, so the shows to come of channels that are not in it go.
    """
    actor.require("guide.change_guidesource")
    today = publication.today()
    window = Window(today - kept_days(), today + AHEAD_DAYS)
    folder = settings.STATION.data / "guide"
    try:
        outcome = import_xmltv(source, blocks, window, folder, whole=whole, progress=progress)
    except RightcastError as error:
        words = f"could not import a guide into {source}: {error.sentence}"
        _note(actor, source, words, ok=False, result=error.sentence, report={"error": error.sentence})
        raise
    shows, channels = counted(outcome.kept, "show"), counted(outcome.channels, "channel")
    result = f"{shows} of {channels}; {counted(outcome.days_written, 'day')} changed"
    words = f"imported a guide into {source}: {result}"
    _note(actor, source, words, ok=True, result=result, report=report_of(outcome))
    return outcome


def _note(
    actor: Actor, source: GuideSource, sentence: str, *, ok: bool, result: str, report: dict[str, object]
) -> None:
    with operating(actor, "guide.change_guidesource") as deed:
        GuideSource.objects.filter(id=source.id).update(
            last_at=timezone.now(), last_ok=ok, last_result=result[:500], report=report
        )
        deed.record("guidesource.import", source.id, sentence)


def _merge_anew(source_id: int) -> None:
    """Let the jobs merge the channels that have something of a source."""
    rows = Assignment.objects.filter(guide_channel__source_id=source_id, refused=False)
    waiting = set(PendingChannel.objects.values_list("channel_id", flat=True))
    channels = set(rows.values_list("channel_id", flat=True)) - waiting
    PendingChannel.objects.bulk_create([PendingChannel(channel_id=one) for one in sorted(channels)], batch_size=500)


def _set(source: GuideSource, fields: SourceFields) -> None:
    """Check and set. Raises InvalidInputError naming the field."""
    if "name" in fields and (fields["name"] != source.name or not source.name):
        source.name = _free_name(fields["name"], source.pk)
    if "address" in fields:
        source.address = _checked_address(fields["address"])
    if "zone" in fields:
        source.zone = _checked_zone(fields["zone"])
    for name, most in (("offset_min", MOST_OFFSET_MIN), ("every_h", MOST_EVERY_H), ("position", 9999)):
        if name in fields:
            value = cast("int", fields.get(name))
            if not (-most if name == "offset_min" else 0) <= value <= most:
                raise InvalidInputError(f"{value} is out of bounds.", remedy=f"At most {most}.", field=name)
            setattr(source, name, value)
    for name in ("enabled", "private", "at_local"):
        if name in fields:
            setattr(source, name, fields.get(name))


def _free_name(name: str, own_id: int | None = None) -> str:
    wanted = " ".join(name.split())[:80]
    if not wanted:
        raise InvalidInputError("The source has no name.", remedy="Give it one.", field="name")
    if GuideSource.objects.filter(name__iexact=wanted).exclude(pk=own_id or 0).exists():
        raise InvalidInputError(f"There is a guide source {wanted}.", remedy="Choose another name.", field="name")
    return wanted


def _checked_address(text: str) -> str:
    address = text.strip()
    scheme, sign, rest = address.partition("://")
    named = bool(sign and rest) and scheme in {"http", "https", "file"}
    known = not address or named or (address.startswith("/") and not sign)
    if not known or len(address) > 2000 or any(ord(one) < 32 for one in address):
        raise InvalidInputError(
            f"'{redact(address)[:200]}' is no address of a guide.",
            remedy="Write https://HOST/PATH, or the whole path of a file on the station's machine.",
            field="address",
        )
    return address


def _checked_zone(text: str) -> str:
    zone = text.strip()
    if zone and zone not in available_timezones():
        raise InvalidInputError(
            f"'{zone}' is no time zone.", remedy="Write it as Europe/Rome or Asia/Kolkata.", field="zone"
        )
    return zone

"""Why a line may or may not watch a title of the library, or a moment of a channel's past: as an edge decides it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from rightcast.domain.entitlement import Denied
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.past_in_words import ASKED_S, examine_past
from rightcast.domain.recordings import LONGEST_PADDING_S, Status, decide_recording
from rightcast.domain.rights import Floor
from rightcast.domain.titles import TitleQuestion, examine_title
from rightcast.panel.guide.looking import grid
from rightcast.panel.library.models import Collection
from rightcast.panel.library.queries import find_title, title_records
from rightcast.panel.lines.queries import (
    NOBODY,
    Explanation,
    RecordingTold,
    edge_reports,
    explain,
    find_line,
    left_aside,
    one_or_none,
    question_of,
    recent_refusals,
    to_record,
)
from rightcast.panel.lines.viewpoint import standpoint
from rightcast.panel.recordings import queries as recordings
from rightcast.panel.recordings.models import Recording
from rightcast.panel.rights.queries import rights_of_title
from rightcast.panel.takedowns.queries import takedowns_of_title
from rightcast.state.archive.reel import ReelReader, channel_reel

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.domain.entitlement import Question
    from rightcast.domain.guide import Show
    from rightcast.panel.lines.models import Line
    from rightcast.panel.lines.viewpoint import Viewpoint

_MOST_RECORDINGS = 20


def explain_asked(
    line_named: str | int,
    channel_named: str | int = "",
    *,
    title_named: str | int = "",
    past: datetime | None = None,
    seen: Viewpoint = NOBODY,
    now: datetime | None = None,
) -> Explanation:
    """Explain a title, a moment of a channel's past, or the channel now, whichever is named.

    Raises InvalidInputError when that is not exactly one, or for a viewpoint that cannot be; ConflictError for a
    name that fits several channels.
    """
    if bool(str(channel_named)) == bool(str(title_named)):
        raise InvalidInputError(
            "What is asked about is one channel or one title.", remedy="Name exactly one of them.", field="channel"
        )
    if title_named != "":
        if past is not None:
            raise InvalidInputError(
                "A title of the library has no past.", remedy="Name a channel, or leave the moment out.", field="past"
            )
        return explain_title(line_named, title_named, now, seen)
    if past is not None:
        return explain_past(line_named, channel_named, past, now, seen)
    return explain(line_named, channel_named, now, seen)


def explain_title(
    line_named: str | int, title_named: str | int, now: datetime | None = None, seen: Viewpoint = NOBODY
) -> Explanation:
    """The question of a film or an episode; an unknown line or title is an answer. Raises InvalidInputError."""
    if seen.height:
        raise InvalidInputError(
            "Edges do not know how tall the picture of a title is.",
            remedy="Leave the height out: a right that names one refuses titles.",
            field="height",
        )
    moment = seen.at or now or timezone.now()
    line, title = one_or_none(find_line, line_named), one_or_none(find_title, title_named)
    stand = standpoint(seen, None)
    stand = None if stand is None else replace(stand, height=None)
    rights = [] if title is None else rights_of_title(title.pk, title.collection_id)
    offered = Collection.objects.filter(packages__lines=0 if line is None else line.pk).order_by()
    verdict, checks = examine_title(
        TitleQuestion(
            line=None if line is None else to_record(line),
            holding=None if title is None else title_records([title.pk]).get(title.pk),
            offered=frozenset(offered.values_list("id", flat=True)),
            rights=rights,
            now=moment,
            takedowns=[] if title is None else takedowns_of_title(title.pk),
            country="" if stand is None else stand.place.country,
            stand=stand,
        )
    )
    return Explanation(
        verdict=verdict,
        checks=checks,
        line=line,
        channel=None,
        title=title,
        at=moment,
        refusals=recent_refusals(str(line_named) if line is None else line.name, edge_reports()),
        viewer="" if stand is None else stand.in_words,
        left_aside=left_aside(rights, moment) if stand is None else "",
    )


def explain_past(
    line_named: str | int,
    channel_named: str | int,
    past: datetime,
    now: datetime | None = None,
    seen: Viewpoint = NOBODY,
) -> Explanation:
    """The question of what a channel showed at `past`, and of the line's recordings of it. Raises as `explain`."""
    live = explain(line_named, channel_named, now, seen)
    question = question_of(live.line, live.channel, seen, live.at)
    if question.stand is not None:  # what is kept is never encrypted
        question = replace(question, stand=replace(question.stand, floor=Floor.NONE))
    at = past.timestamp()
    if live.channel is None:
        return replace(live, past=past)
    shows = _shows(live.channel.pk, at, live.at.timestamp())
    verdict, checks = examine_past(question, shows, at, kept=_is_kept(live.channel.pk, at))
    told = _recordings(question, live.line, live.channel.pk, at)
    return replace(live, verdict=verdict, checks=checks, past=past, recordings=told)


def _shows(channel_id: int, *moments: float) -> list[Show]:
    """The programmes of a channel around some moments, each once."""
    found: list[Show] = []
    for moment in moments:
        around = grid([channel_id], int(moment) - int(ASKED_S), int(moment + ASKED_S)).get(channel_id, [])
        found += [one for one in around if one not in found]
    return found


def _is_kept(channel_id: int, moment: float) -> bool:
    try:
        with closing(ReelReader(channel_reel(settings.STATION.archive_root, channel_id))) as reel:
            return bool(reel.between(moment, moment + ASKED_S, 1))
    except sqlite3.Error:  # nothing was ever kept of it
        return False


def _recordings(question: Question, line: Line | None, channel_id: int, moment: float) -> tuple[RecordingTold, ...]:
    """What the line keeps of its own that shows the moment."""
    if line is None:
        return ()
    rows = Recording.objects.filter(
        line=line, channel=channel_id, start__lte=moment + LONGEST_PADDING_S, stop__gte=moment - LONGEST_PADDING_S
    )
    near = [recordings.to_record(row) for row in rows.exclude(status=Status.REMOVED.value).order_by("-start")]
    shown = [one for one in near if one.span[0] <= moment < one.span[1]]
    told = []
    for one in shown[:_MOST_RECORDINGS]:
        verdict = decide_recording(question, one)
        sentence = verdict.sentence if isinstance(verdict, Denied) else "It may be watched."
        reason = verdict.reason if isinstance(verdict, Denied) else None
        told.append(RecordingTold(id=one.id, title=one.title, reason=reason, sentence=sentence))
    return tuple(told)

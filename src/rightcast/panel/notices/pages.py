"""Pages of notices: the inbox in the order in which to work, one notice with its course, files to take along."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.errors import NotFoundError
from rightcast.domain.notice_references import page_of
from rightcast.domain.notices import Notice as Told
from rightcast.domain.notices import NoticeKind, Side, State, Way, missing
from rightcast.domain.statements import LONGEST_EXPLANATION, LONGEST_FACTS, LONGEST_GROUND
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.console.numbers import until
from rightcast.panel.library.models import Title
from rightcast.panel.notices import course, queries
from rightcast.panel.notices.forgetting import why_kept
from rightcast.panel.notices.mailbox import set_aside
from rightcast.panel.notices.models import LetterState, Notice, NoticeStep
from rightcast.panel.notices.queries import Wish
from rightcast.panel.notices.targets import moments_in
from rightcast.panel.notices.words import DUE_WORDS, KIND_WORDS, STATE_WORDS, STEP_WORDS, WAY_WORDS, tone_of
from rightcast.panel.takedowns.models import Takedown

if TYPE_CHECKING:
    from datetime import datetime
    from enum import StrEnum

    from django.http import HttpRequest

SHOWN = 100
VIEW = "notices.view_notice"
CHANGE = "notices.change_notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One notice as a row of the inbox. `tone` is of its clock: bad when overdue, warn when due within a day."""

    reference: str
    link: str
    tone: str
    word: str
    title: str
    who: str
    way: str
    trusted: bool
    unreadable: bool
    age: str
    due: str
    due_word: str
    due_at: str


def inbox_page(request: HttpRequest) -> HttpResponse:
    """What waits for us, living, and below it the rest; `q` looks for words in all of them."""
    _require(request, VIEW)
    context = {**_inbox(request), "live_address": reverse("notices-live")}
    return _page(request, "notices/inbox.html", "Notices", context)


def inbox_live(request: HttpRequest) -> HttpResponse:
    """The part that is swapped in place."""
    _require(request, VIEW)
    return TemplateResponse(request, "notices/inbox_live.html", _inbox(request))


def notice_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One notice: what it says, what is owed, what may be done next, its course and its letters."""
    _require(request, VIEW)
    return render_notice(request, find(reference), {})


def render_notice(request: HttpRequest, row: Notice, typed: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page, with what was typed and refused when a deed did not go through."""
    now = timezone.now()
    told = Told(
        kind=NoticeKind(row.kind), sender=row.sender, email=row.email, contact=row.contact, work=row.work,
        reasons=row.reasons, addresses=tuple(row.addresses), good_faith=row.good_faith, accuracy=row.accuracy,
        signature=row.signature,
    )  # fmt: skip
    chosen = typed.get("chosen", [])
    context = {
        "row": row,
        "line": line_of(row, now),
        "told": told,
        "lacks": missing(told),
        "channels": [(one, not typed or one.pk in chosen) for one in Channel.objects.filter(id__in=row.targets)],
        "titles": [
            (one, not typed or one.pk in typed.get("chosen_titles", []))
            for one in Title.objects.filter(id__in=row.titles)
        ],
        "dark": _dark(row),
        "erasable": row.erased is None and why_kept(row, now) is None,
        "moments": moments_in(row.addresses)[:3],
        "clock": [(DUE_WORDS[one.what], until(one.due, now), one.due, one.opens) for one in course.clock_of(row)],
        "steps": [_told(step) for step in row.steps.all()],
        "letters": row.letters.all(),
        "kept": LetterState.KEPT.value,
        "may": request.user.has_perm(CHANGE),
        "moves": [move.value for move in course.moves(row)],
        "disputable": [side.value for side in course.disputable(row)],
        "statement": queries.statement_of(row),
        "limits": {"facts": LONGEST_FACTS, "ground": LONGEST_GROUND, "explanation": LONGEST_EXPLANATION},
        "affected_page": f"/notice/{page_of(course.page_key(), row.reference, Side.AFFECTED)}" if row.acted else "",
        "typed": typed,
        "dmca": row.kind == NoticeKind.DMCA.value,
    }
    answer = _page(request, "notices/notice.html", f"Notice {row.reference}", context)
    answer.status_code = status
    return answer


def download(request: HttpRequest, reference: str, what: str) -> HttpResponse:
    """`original`, `statement.json`, a letter as `letter-7.txt`, or an attachment by its SHA-256; never shown inline."""
    _require(request, VIEW)
    row = find(reference)
    name, body = what, None
    if what == "original":
        body = course.box().kept(row.sha256)
        name = f"{row.reference}.{'eml' if row.way == 'mail' else 'json'}"
    elif what == "statement.json" and row.statement:
        body = json.dumps(row.statement, indent=2, ensure_ascii=False).encode()
        name = f"{row.reference}-statement.json"
    elif what.startswith("letter-") and what[7:-4].isdecimal() and len(what) < 24:
        letter = row.letters.filter(id=int(what[7:-4])).first()
        if letter is not None:
            body = f"To: {letter.to}\nSubject: {letter.subject}\n\n{letter.text}".encode()
            name = f"{row.reference}-{what}"
    elif any(one[2] == what for one in row.attachments):
        body = course.box().kept(what)
        name = f"{row.reference}-{what[:12]}.bin"
    if body is None:
        raise Http404
    answer = HttpResponse(body, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def find(reference: str) -> Notice:
    """The notice of a page."""
    try:
        return queries.find_notice(reference)
    except NotFoundError as error:
        raise Http404 from error


def line_of(row: Notice, now: datetime) -> Line:
    """A notice as a row."""
    return Line(
        reference=row.reference,
        link=reverse("notice", args=[row.reference]),
        tone=tone_of(row.due, now, ours=row.ours),
        word=STATE_WORDS[row.state],
        title=row.work
        or (row.addresses[0] if row.addresses else "Unreadable mail" if row.unreadable else "No subject"),
        who=row.sender or row.email or ("sender erased" if row.erased else "unknown sender"),
        way=WAY_WORDS[row.way],
        trusted=row.trusted,
        unreadable=row.unreadable,
        age=until(row.received, now),
        due=until(row.due, now) if row.due else "",
        due_word=DUE_WORDS[row.due_what] if row.due_what else "",
        due_at=f"{row.due:%Y-%m-%d %H:%M} UTC" if row.due else "",
    )


def _dark(row: Notice) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """Each takedown with what became of it, and when each edge was dark."""
    now = timezone.now()
    return [
        (
            one.pk,
            one.state(now).value,
            [(who.who, f"{who.dark - one.at.timestamp():.2f} s") for who in one.acknowledgements.all()],
        )
        for one in Takedown.objects.filter(id__in=row.takedowns)
    ]


def _inbox(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    wish = _wish(request)
    ours = queries.ours()
    count = ours.count()
    late = ours.filter(due__lt=now).count()
    unread = course.box().broken()
    return {
        "wish": wish,
        "asked": request.GET.urlencode(),
        "states": [(one.value, STATE_WORDS[one.value]) for one in State],
        "ways": [(one.value, WAY_WORDS[one.value]) for one in Way],
        "kinds": [(one.value, KIND_WORDS[one.value]) for one in NoticeKind],
        "found": [line_of(row, now) for row in queries.found(wish, now)[:SHOWN]] if wish else [],
        "found_more": max(0, queries.found(wish, now).count() - SHOWN) if wish else 0,
        "ours": [line_of(row, now) for row in ours[:SHOWN]],
        "more": max(0, count - SHOWN),
        "theirs": [line_of(row, now) for row in queries.theirs()[:SHOWN]],
        "tone": "bad" if late else "warn" if count else "good",
        "sentence": _sentence(count, late),
        "by_hand": queries.letters_by_hand(),
        "broken": unread + set_aside(course.mail_folder()),
    }


def _wish(request: HttpRequest) -> Wish:
    """What is looked for; what names no state, way or kind is left aside."""
    asked = request.GET
    return Wish(
        words=asked.get("q", "").strip()[:100],
        state=_one_of(State, asked.get("state", "")),
        way=_one_of(Way, asked.get("way", "")),
        kind=_one_of(NoticeKind, asked.get("kind", "")),
        trusted=asked.get("trusted") == "yes",
        late=asked.get("late") == "yes",
    )


def _one_of(kind: type[StrEnum], text: str) -> str:
    return text if text in {one.value for one in kind} else ""


def _sentence(count: int, late: int) -> str:
    if not count:
        return "Nothing waits for you."
    words = f"{count:,} notice{'' if count == 1 else 's'} wait{'s' if count == 1 else ''} for you"
    return f"{words}, {late:,} overdue" if late else words


def _told(step: NoticeStep) -> tuple[datetime, str, str, str, str]:
    return step.at, step.by, STEP_WORDS.get(step.step, "note"), step.text, step.sha256


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})

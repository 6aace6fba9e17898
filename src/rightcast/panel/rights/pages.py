"""The board of agreements, the page of one with its evidence and its next steps, and the short form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.agreements import WORDS, Step, steps
from rightcast.domain.errors import RightcastError
from rightcast.domain.evidence import PATHS, EvidenceKind, need_of
from rightcast.domain.rights import Instrument
from rightcast.panel.console.numbers import until
from rightcast.panel.desk import actor_of
from rightcast.panel.rights import keeping, operations, subscribing
from rightcast.panel.rights.bounding import terms_of
from rightcast.panel.rights.ending import if_ended
from rightcast.panel.rights.models import CarriageRight, Evidence
from rightcast.panel.rights.queries import state_of
from rightcast.panel.rights.recording import PathForm, record_by_path
from rightcast.panel.rights.steps import take_step
from rightcast.panel.rights.subscribing import Subscribed, subscribed
from rightcast.panel.rights.writing import hand_of, name_of, office, standing_of

if TYPE_CHECKING:
    from django.http import HttpRequest

VIEW, CHANGE, ADD = "rights.view_carriageright", "rights.change_carriageright", "rights.add_carriageright"
SOON = timedelta(days=30)
MOST_CARDS = 60
COLUMNS = (
    ("draft", "Draft"),
    ("evidence", "Waiting for approval"),
    ("approved", "Approved"),
    ("active", "Active"),
    ("suspended", "Suspended"),
    ("ended", "Ended"),
)
WILL: dict[Step, tuple[str, str]] = {
    Step.SUBMIT: ("Submit", "It then waits for approval."),
    Step.APPROVE: ("Approve", "You answer for its evidence. It allows nothing yet."),
    Step.SEND_BACK: ("Send back", "It is a draft again, with its evidence."),
    Step.ACTIVATE: ("Put into force", "Its channels go on air within its term, at every edge at once."),
    Step.SUSPEND: ("Suspend", "Whatever stands on it alone goes dark within two seconds; archives are kept."),
    Step.RESUME: ("Resume", "Its channels are on air again."),
    Step.WITHDRAW: ("Withdraw", "Whatever stands on it alone goes dark within two seconds, for good."),
}
_BOUNDS = {
    "presence": "Viewers must be in",
    "portable": "Portable in the EU",
    "distribution": "Reached by",
    "device_classes": "Devices",
    "max_height": "Lines of the picture, at most",
    "floor": "Least protection",
    "per_line": "Sessions of one line, at most",
    "total": "Sessions in total, at most",
    "subscribers": "Lines that may have it",
}
_LOUD = {Step.SUSPEND, Step.WITHDRAW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An agreement on the board."""

    id: int
    reference: str
    licensor: str
    instrument: str
    covers: str
    ends: str
    soon: bool
    note: str
    room: str
    full: bool


def board_page(request: HttpRequest) -> HttpResponse:
    """Agreements in columns by standing; what ends soon comes first."""
    _require(request, VIEW)
    now = timezone.now()
    columns: dict[str, list[Card]] = {name: [] for name, _ in COLUMNS}
    rows = CarriageRight.objects.annotate(channel_count=Count("channels", distinct=True)).prefetch_related("evidence")
    having = subscribing.counts(now)
    for right in sorted(rows, key=lambda one: (one.ends is None, one.ends or now)):
        columns[_column(right, now)].append(_card(right, now, having.get(right.pk)))
    columns["ended"].reverse()
    context: dict[str, Any] = {
        "columns": [(words, columns[name][:MOST_CARDS], len(columns[name])) for name, words in COLUMNS],
        "four_eyes": office().four_eyes,
        "may": request.user.has_perm(ADD),
        "empty": not rows,
    }
    return _page(request, "rights/board.html", "Agreements", context)


def agreement_page(request: HttpRequest, right_id: int) -> HttpResponse:
    """One agreement: what it grants, what proves it, what may be done now and what that does."""
    _require(request, VIEW)
    right = _found(right_id)
    now, standing, hand = timezone.now(), standing_of(right), hand_of(actor_of(request))
    offered = steps(standing, hand, office()) if request.user.has_perm(CHANGE) else []
    needs = PATHS[Instrument(right.instrument)].needs
    state = state_of(right, now)
    context: dict[str, Any] = {
        "right": right,
        "words": WORDS[standing.status] if state not in {"ended", "upcoming"} else state,
        "tone": {"in force": "good", "suspended": "warn", "withdrawn": "bad"}.get(state, "calm"),
        "path": PATHS[Instrument(right.instrument)],
        "terms": terms_of(right),
        "bounds": [
            (_BOUNDS.get(name, name), _said(value)) for name, value in right.bounds.items() if _binds(name, value)
        ],
        "subscribed": subscribed(right, now),
        "channels": right.channels.count(),
        "evidence": [
            (one, need_of(Instrument(right.instrument), one.need), name_of(one.added_by))
            for one in right.evidence.all()
        ],
        "lacking": standing.lacking,
        "broken": keeping.broken(right),
        "needs": needs,
        "steps": [(one.value, *WILL[one], one in _LOUD) for one in offered],
        "prepared": ", ".join(filter(None, map(name_of, right.prepared_by))),
        "approved": name_of(right.approved_by),
        "ending": if_ended(right, now),
        "in_force": state == "in force",
        "may": request.user.has_perm(CHANGE),
        "pending": standing.status.pending,
        "waits": standing.status.value == "evidence" and Step.APPROVE not in offered,
    }
    return _page(request, "rights/agreement.html", right.reference, context)


def act(request: HttpRequest, right_id: int) -> HttpResponse:
    """Take a step, attach or take away evidence; then back to the page."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _require(request, CHANGE)
    right = _found(right_id)
    deed, actor = request.POST.get("deed", ""), actor_of(request)
    try:
        if deed == "attach":
            _attach(request, right)
            messages.success(request, "Attached.")
        elif deed == "detach" and request.POST.get("evidence", "").isdecimal():
            keeping.detach(actor, int(request.POST["evidence"][:17]))
            messages.success(request, "Taken away.")
        elif deed == "end":
            operations.end_right(actor, right.pk)
            messages.success(request, f"Right {right} has ended.")
        elif deed in set(Step):
            take_step(actor, right.pk, Step(deed), note=request.POST.get("note", ""))
            messages.success(request, f"{WILL[Step(deed)][0]}: done.")
        else:
            messages.error(request, "The page is out of date. Load it again.")
    except RightcastError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("agreement", args=[right.pk]))


def new_page(request: HttpRequest, instrument: str = "") -> HttpResponse:
    """Choose what the right rests on; then a form that asks for what that needs."""
    _require(request, ADD)
    paths = {one.instrument.value.replace("_", "-"): one for one in PATHS.values() if one.fast}
    context: dict[str, Any] = {"paths": paths.items(), "chosen": instrument, "four_eyes": office().four_eyes}
    if not instrument:
        return _page(request, "rights/new.html", "A new right", context)
    if instrument not in paths:
        raise Http404
    form = PathForm(paths[instrument].instrument, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            right = record_by_path(actor_of(request), form, timezone.now())
        except RightcastError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _recorded(right))
            return HttpResponseRedirect(reverse("agreement", args=[right.pk]))
    return _page(request, "rights/new.html", paths[instrument].title, context | {"form": form})


def document(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """A document as it was attached, never shown in place: it came from outside."""
    _require(request, VIEW)
    piece = Evidence.objects.filter(id=evidence_id, kind=EvidenceKind.DOCUMENT.value).first()
    if piece is None:
        raise Http404
    try:
        content = keeping.read_document(piece)
    except RightcastError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("agreement", args=[piece.right_id]))
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{piece.sha256[:16]}{_suffix(piece.text)}"'
    return answer


def _attach(request: HttpRequest, right: CarriageRight) -> None:
    file, text = request.FILES.get("file"), request.POST.get("text", "").strip()
    need = need_of(Instrument(right.instrument), request.POST.get("need", ""))
    link = need is not None and text.lower().startswith(("http://", "https://")) and EvidenceKind.LINK in need.kinds
    keeping.attach(
        actor_of(request),
        right.pk,
        need=request.POST.get("need", ""),
        document=file.read(keeping.LARGEST_BYTES + 1) if file else None,
        file_name=(file.name or "") if file else "",
        link=text if link else "",
        statement="" if link else text,
    )


def _recorded(right: CarriageRight) -> str:
    if right.status == "active":
        return f"{right} is in force. This station has one operator: nobody else looked at it, and the trail says so."
    return f"{right} waits for approval by another operator; it allows nothing yet."


def _column(right: CarriageRight, now: Any) -> str:
    if right.status == "withdrawn" or (right.ends is not None and right.ends <= now and right.status == "active"):
        return "ended"
    return right.status


def _card(right: CarriageRight, now: Any, having: Subscribed | None) -> Card:
    count = int(getattr(right, "channel_count", 0))
    soon = right.status == "active" and right.ends is not None and now < right.ends < now + SOON
    late = right.status == "active" and right.starts > now
    return Card(
        id=right.pk,
        reference=right.reference,
        licensor=right.licensor,
        instrument=PATHS[Instrument(right.instrument)].title,
        covers=f"{count}\N{NO-BREAK SPACE}channel{'' if count == 1 else 's'}" if count else "of the library",
        ends="withdrawn"
        if right.status == "withdrawn"
        else "begins later"
        if late
        else "open end"
        if right.ends is None
        else until(right.ends, now),
        soon=soon,
        note="" if right.evidence.all() else "no evidence",
        room=f"{having.lines:,} of {having.cap:,} lines" if having is not None else "",
        full=having is not None and having.near,
    )


def _binds(name: str, value: object) -> bool:
    return value is False if name == "portable" else value not in ([], 0, "none", False, "")


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one).replace("_", " ") for one in value)
    return "no" if value is False else str(value)


def _suffix(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return f".{suffix}" if "." in name and suffix.isascii() and suffix.isalnum() and len(suffix) < 6 else ""


def _found(right_id: int) -> CarriageRight:
    right = CarriageRight.objects.filter(id=right_id).first()
    if right is None:
        raise Http404
    return right


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied

"""Pages of the audit trail: its health and its rows, one row with its proof, the whole of it as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from rightcast.domain.errors import RightcastError
from rightcast.panel.audit.browsing import MOST_OPENED, Filter, page, subjects
from rightcast.panel.audit.checking import check_whole
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.moments import typed_moment
from rightcast.panel.audit.paths import proof_of
from rightcast.panel.audit.queries import health
from rightcast.panel.audit.showing import health_sentence, proof_sentence, row_lines
from rightcast.panel.desk import actor_of
from rightcast.panel.operation import operating
from rightcast.state.signing import public_key
from rightcast.state.trail import DatabaseTrail, write_export

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

FIELDS = ("q", "who", "subject", "object", "from", "until")


def trail_page(request: HttpRequest) -> HttpResponse:
    """The chain's health in a sentence, and the rows that the filters leave, the newest first."""
    _require(request)
    asked = {name: request.GET.get(name, "").replace("\x00", "").strip()[:100] for name in FIELDS}
    wanted, trouble = _filter(asked, request.GET.get("before", ""))
    found = page(wanted)
    now = timezone.now()
    given = {name: value for name, value in asked.items() if value}
    context = {
        "health": health_sentence(health(), now),
        "trouble": trouble,
        "lines": row_lines(found.rows),
        "older": "?" + urlencode({**given, "before": str(found.older)}) if found.older is not None else "",
        "opened": found.opened if wanted.words and found.opened == MOST_OPENED else 0,
        "filtered": bool(given),
        "operators": User.objects.order_by("username").only("id", "username"),
        "subjects": subjects(),
        "may": request.user.has_perm("station.change_stationrow"),
        "asked": {**asked, "since": asked["from"]},
    }
    return _page(request, "audit/trail.html", "Audit trail", context)


def row_page(request: HttpRequest, seq: int) -> HttpResponse:
    """One row, what it commits to, and its way to a signed root, walked now."""
    _require(request)
    row = AuditRow.objects.filter(id=seq).first()
    if row is None:
        raise Http404
    proof = proof_of(row)
    (line,) = row_lines([row])
    key = public_key(settings.STATION.keys)
    context = {
        "line": line,
        "row": row,
        "detail": sorted(row.detail.items()),
        "proof": proof,
        "verdict": proof_sentence(proof, row.id),
        "key": key.hex() if key is not None else "",
        "next": seq + 1 if AuditRow.objects.filter(id=seq + 1).exists() else None,
        "previous": seq - 1 if AuditRow.objects.filter(id=seq - 1).exists() else None,
    }
    return _page(request, "audit/row.html", f"Row {seq}", context)


def act(request: HttpRequest) -> HttpResponseBase:
    """Verify the whole trail now, or give it as a file."""
    _require(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("station.change_stationrow"):
        raise PermissionDenied
    try:
        if request.POST.get("deed") == "export":
            return _export(request)
        found = check_whole(timezone.now())
    except RightcastError as error:
        messages.error(request, str(error))
    else:
        if found is None:
            messages.error(request, "The trail is verified at the shell here: rightcast audit verify.")
        elif found.holds:
            messages.success(request, f"The whole trail was read: {found.rows:,} rows, and nobody changed them.")
        else:
            messages.error(request, f"The trail does not hold: {found.faults[0].sentence}.")
    return HttpResponseRedirect(reverse("trail"))


def _export(request: HttpRequest) -> HttpResponseBase:
    """The file is removed once it was sent; only the open handle holds it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.jsonl"
        count = write_export(DatabaseTrail(settings.STATION.database), path)
        handle = path.open("rb")
    with operating(actor_of(request), "station.change_stationrow") as deed:
        deed.record("audit.export", None, f"exported {count:,} rows of the audit trail")
    name = f"audit-{timezone.now():%Y%m%d-%H%M}.jsonl"
    return FileResponse(handle, as_attachment=True, filename=name, content_type="application/x-ndjson")


def _filter(asked: dict[str, str], before: str) -> tuple[Filter, str]:
    """What the form says; and what of it cannot be read, which is left out."""
    troubles = []
    who, number = asked["who"], asked["object"]
    if who not in {"", "cli", "system"} and not _is_number(who):
        who = ""
    if number and not _is_number(number):
        troubles.append(f"“{number}” is no number of a record.")
    since, until = (typed_moment(asked[name], end=name == "until") for name in ("from", "until"))
    troubles += [
        f"“{text}” is no date: write 2026-12-31 or 2026-12-31T20:00 (UTC)."
        for text, read in ((asked["from"], since), (asked["until"], until))
        if text and read is None
    ]
    wanted = Filter(
        words=asked["q"],
        who=who,
        subject=asked["subject"],
        subject_id=int(number) if _is_number(number) else None,
        since=since,
        until=until,
        before=int(before) if _is_number(before) else None,
    )
    return wanted, " ".join(troubles)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("audit.view_auditrow"):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})

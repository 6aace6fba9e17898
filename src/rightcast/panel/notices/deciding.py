"""The forms on a notice's page: each button is an operation; what it refuses comes back with what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from rightcast.domain import statements
from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.domain.notices import Side
from rightcast.panel.catalogue.queries import find_channel
from rightcast.panel.desk import actor_of
from rightcast.panel.notices import operations, queries
from rightcast.panel.notices.forgetting import erase_sender
from rightcast.panel.notices.pages import find, render_notice
from rightcast.panel.takedowns.forms import read_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse, QueryDict

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.notices.models import Notice


_SAID: Mapping[str, Callable[[Actor, int, str], object]] = {
    "ask": operations.ask,
    "answer": operations.answer,
    "uphold": operations.uphold,
    "note": operations.note,
}
"""Deeds that are words and nothing else."""


def act(request: HttpRequest, reference: str) -> HttpResponse:
    """POST `deed`: triage, ask, answer, reject, act, state, dispute, restore, uphold, note, letter or erase."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    row = find(reference)
    actor = actor_of(request)
    if not request.user.has_perm(operations.PERMISSION):
        raise PermissionDenied
    try:
        for sentence in _do(actor, row, request.POST):
            messages.success(request, sentence)
    except RightcastError as error:
        messages.error(request, str(error))
        typed = {
            **request.POST.dict(),
            "chosen": _numbers(request.POST),
            "refused": error.field or "",
            "chosen_titles": _numbers(request.POST, "titles"),
        }
        return render_notice(request, find(reference), typed, 422)
    return HttpResponseRedirect(reverse("notice", args=[row.reference]))


def _do(actor: Actor, row: Notice, form: QueryDict) -> list[str]:
    """Run what was pressed; sentences on what was done."""
    message, deed = form.get("message", ""), form.get("deed", "")
    match deed:
        case "triage":
            operations.triage(actor, row.pk, _channels(form), _numbers(form, "titles"))
        case "ask" | "answer" | "uphold" | "note":
            _SAID[deed](actor, row.pk, message)
        case "reject" | "dismiss":
            operations.reject(actor, row.pk, message, silent=deed == "dismiss")
        case "act":
            done = operations.act(actor, row.pk, _channels(form), message, _numbers(form, "titles"), _shown(form))
            return [f"Taken down by takedown {done.takedowns[-1]}. Reasons are owed by tonight."]
        case "state":
            email, said = form.get("affected_email", "").strip(), form.get("affected", "")
            operations.state(actor, row.pk, _statement(row, form), affected_email=email, message=said)
        case "dispute":
            operations.dispute(actor, row.pk, _side(form), message)
        case "restore":
            return ["Restored.", *operations.restore(actor, row.pk, message, early=form.get("early") == "yes")[1]]
        case "letter":
            operations.handed_over(actor, _number(form.get("letter", "")))
        case "erase":
            erase_sender(actor, row.pk)
            return ["The sender's data is erased; the decision stays."]
        case _:
            raise InvalidInputError("It was not said what to do.", remedy="Press one of the buttons.", field="deed")
    return ["Done."]


def _statement(row: Notice, form: QueryDict) -> statements.Statement:
    """The statement as the form has it. Raises InvalidInputError."""
    try:
        first = date.fromisoformat(form.get("content_date", ""))
    except ValueError as error:
        raise InvalidInputError("That is no date.", remedy="Write 2026-12-31.", field="content_date") from error
    ground = form.get("ground", "").strip()
    explanation = form.get("explanation", "").strip()
    illegal = form.get("decision_ground") != statements.Ground.INCOMPATIBLE.value
    made = replace(
        queries.statement_of(row),
        content_date=first,
        decision_facts=form.get("facts", "").strip(),
        territorial_scope=tuple(form.get("territories", "").upper().replace(",", " ").split()) or statements.COUNTRIES,
    )
    if illegal:
        return replace(made, illegal_content_legal_ground=ground, illegal_content_explanation=explanation)
    return replace(
        made,
        decision_ground=statements.Ground.INCOMPATIBLE,
        incompatible_content_ground=ground,
        incompatible_content_explanation=explanation,
    )


def _channels(form: QueryDict) -> list[int]:
    """Channels that were ticked, and those that were named. Raises NotFoundError, ConflictError."""
    named = [one for one in form.get("more", "").split(",") if one.strip()]
    return [*_numbers(form), *(find_channel(one).pk for one in named)]


def _shown(form: QueryDict) -> tuple[datetime | None, datetime | None]:
    """The span of a programme, of a decision that is narrowed to one. Raises InvalidInputError."""
    return read_moment(form.get("shown_from", ""), "shown_from"), read_moment(
        form.get("shown_until", ""), "shown_until"
    )


def _side(form: QueryDict) -> Side:
    return Side.SENDER if form.get("side") == Side.SENDER.value else Side.AFFECTED


def _numbers(form: QueryDict, name: str = "channels") -> list[int]:
    return [int(one) for one in form.getlist(name) if one.isdecimal() and len(one) < 18]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0

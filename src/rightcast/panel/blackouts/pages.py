"""The page of blackouts: what is kept from whom now and next, ending one, writing one by hand, taking a schedule in.

What they change, operations change.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from rightcast.domain.blackouts import Audience, Instead, Match, Term, Trait
from rightcast.domain.errors import InvalidInputError, RightcastError
from rightcast.domain.rights import DeviceClass
from rightcast.domain.segment_marks import read_mark
from rightcast.panel.blackouts import operations, schedules
from rightcast.panel.blackouts.models import Schedule
from rightcast.panel.blackouts.queries import listed
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.catalogue.queries import find_channel
from rightcast.panel.desk import actor_of

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from rightcast.domain import blackouts as domain

_MOST_PAST = 30
_MOST_BYTES = 1_500_000
_DEVICES = tuple((one.value, one.value.replace("_", " ")) for one in DeviceClass if one is not DeviceClass.UNKNOWN)
_LISTS = ("channels", "devices")


def blackouts_page(request: HttpRequest) -> HttpResponse:
    """The page; a POST does what its button says, and what is refused is told with what was typed."""
    if not request.user.has_perm("blackouts.view_blackout"):
        raise PermissionDenied
    context: dict[str, Any] = {"typed": {"match": Match.ALL.value, "instead": Instead.NOTHING.value}}
    if request.method == "POST":
        if not request.user.has_perm("blackouts.add_blackout"):
            raise PermissionDenied
        try:
            plan = _act(request)
        except RightcastError as error:
            messages.error(request, str(error))
            context["wrong"] = error.field
            context["typed"] = _typed(request.POST)
        else:
            if plan is None:
                return HttpResponseRedirect(reverse("blackouts"))
            context |= plan
    context |= _standing() | {
        "may": request.user.has_perm("blackouts.add_blackout"),
        "channels": Channel.objects.order_by("number"),
        "devices": _DEVICES,
        "title": "Blackouts",
    }
    return TemplateResponse(request, "blackouts/blackouts.html", {**admin.site.each_context(request), **context})


def schedule_file(request: HttpRequest, number: int) -> HttpResponse:
    """A provider's document as it was taken in; number 0: the station's own blackouts."""
    if not request.user.has_perm("blackouts.view_blackout"):
        raise PermissionDenied
    try:
        data = schedules.document(number) if number else schedules.export_blackouts()
    except RightcastError as error:
        raise Http404(str(error)) from error
    name = f"schedule-{number}.xml" if number else "blackouts.xml"
    return HttpResponse(
        data, content_type="application/xml", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _act(request: HttpRequest) -> dict[str, Any] | None:
    """Do it; what is to be shown before it is done, or None."""
    actor, said = actor_of(request), request.POST
    match said.get("do", ""):
        case "add":
            row = operations.add_blackout(actor, **_asked(said))
            messages.success(request, f"{row} is recorded; it is dark within two seconds for those whom it concerns.")
        case "end":
            row = operations.lift_blackout(actor, _number(said.get("id", "")))
            messages.success(request, f"{row} has ended; its viewers may watch again.")
        case "preview":
            file = request.FILES.get("file")
            data = b"" if file is None else file.read(_MOST_BYTES + 1)
            plan = schedules.plan_import(_checked(data), _maps(said.get("maps", "")))
            return {
                "plan": plan,
                "document": base64.b64encode(data).decode(),
                "typed": _typed(said),
                "changes": plan.count(schedules.Step.ADD) + plan.count(schedules.Step.CHANGE),
            }
        case "import":
            try:
                data = base64.b64decode(said.get("document", ""), validate=True)
            except (binascii.Error, ValueError) as error:
                raise InvalidInputError("The document was lost on the way.", remedy="Choose it again.") from error
            done = schedules.import_schedule(actor, _checked(data), _maps(said.get("maps", "")))
            added, changed = done.count(schedules.Step.ADD), done.count(schedules.Step.CHANGE)
            messages.success(request, f"The schedule is taken in: {added} blackouts new, {changed} changed.")
        case _:
            raise InvalidInputError("Nothing was asked for.", remedy="Press one of the buttons.")
    return None


def _asked(said: QueryDict) -> dict[str, Any]:
    countries = {Trait.PRESENCE: "present", Trait.RESIDENCE: "living"}
    lists = {trait: _words(said.get(name, "").upper()) for trait, name in countries.items()}
    lists[Trait.NETWORK] = _words(said.get("networks", ""))
    lists[Trait.DEVICE_CLASS] = tuple(said.getlist("devices"))
    terms = tuple(Term(trait, values) for trait, values in lists.items() if values)
    match, instead = said.get("match", ""), said.get("instead", "")
    if match not in set(Match):
        raise InvalidInputError("It is all, any or none.", remedy="Choose one.", field="match")
    if match != Match.ALL.value and not terms:
        raise InvalidInputError("There is nothing to match.", remedy="Say whom it concerns.", field="present")
    if instead not in set(Instead):
        raise InvalidInputError("It is nothing, the slate or a channel.", remedy="Choose one.", field="instead")
    other = said.get("other", "")
    return {
        "name": said.get("name", ""),
        "channel_ids": [_number(one) for one in said.getlist("channels")],
        "starts": _moment(said.get("starts", ""), "starts"),
        "ends": _moment(said.get("ends", ""), "ends"),
        "audience": Audience(match=Match(match), terms=terms),
        "instead": Instead(instead),
        "instead_id": find_channel(f"id:{_number(other)}").id if instead == Instead.CHANNEL.value else None,
        "max_height": _number(said.get("max_height", "") or "0"),
        "begins_by": read_mark(said.get("begin_signal", "")),
        "ends_by": read_mark(said.get("end_signal", "")),
        "only_past": said.get("only_past", "") == "1",
    }


def _standing() -> dict[str, Any]:
    now = timezone.now()
    names = dict(Channel.objects.values_list("id", "name"))
    rows = [_shown(one, names, now) for one in listed()]
    coming = sorted((one for one in rows if one["state"] == "coming"), key=lambda one: one["one"].starts)
    past = [one for one in rows if one["state"] == "past"]
    return {
        "running": [one for one in rows if one["state"] == "now"],
        "coming": coming,
        "past": past[:_MOST_PAST],
        "past_left": max(len(past) - _MOST_PAST, 0),
        "schedules": list(Schedule.objects.defer("body")[:10]),
    }


def _shown(one: domain.Blackout, names: dict[int, str], now: datetime) -> dict[str, Any]:
    instead = {Instead.NOTHING: "refused", Instead.SLATE: "the slate"}.get(one.instead)
    return {
        "one": one,
        "signals": _signals(one),
        "state": one.state(now),
        "channels": ", ".join(names.get(channel_id, "?") for channel_id in one.channel_ids),
        "who": one.in_words.removeprefix(one.name).strip()[1:-1],
        "instead": "live as ever" if one.only_past else instead or names.get(one.instead_id, "refused"),
    }


def _signals(one: domain.Blackout) -> str:
    marks = [("begins by", one.begins_by), ("ends by", one.ends_by)]
    words = [f"{word} {mark.in_words}" for word, mark in marks if mark is not None]
    if one.begins_by is not None:
        words.append("heard" if one.spells else "not heard yet")
    return ", ".join(words)


def _typed(said: QueryDict) -> dict[str, Any]:
    """What was typed, to be shown again."""
    return {name: said.getlist(name) if name in _LISTS else said.get(name, "") for name in said}


def _checked(data: bytes) -> bytes:
    if not data.strip():
        raise InvalidInputError("There is nothing to take in.", remedy="Choose a file.", field="file")
    if len(data) > _MOST_BYTES:
        raise InvalidInputError(
            "The file is larger than 1.5 MB.", remedy="Use `rightcast blackout import FILE`.", field="file"
        )
    return data


def _maps(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        name, sign, channel = line.rpartition("=")
        if not line.strip():
            continue
        if not sign or not name.strip() or not channel.strip():
            raise InvalidInputError(
                f"'{line[:60]}' is no MEDIA = CHANNEL.", remedy="Write C7 = Canale 7.", field="maps"
            )
        found[name.strip()] = channel.strip()
    return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInputError(f"'{text[:20]}' is no number.", remedy="Choose again.", field="other")
    return int(text)


def _moment(text: str, field: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInputError(f"'{text[:30]}' is no date.", remedy="Write 2026-05-03T18:00.", field=field) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

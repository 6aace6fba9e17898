"""The search box over everything: channels, lines, rights, packages, by name or number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from unfold.dataclasses import SearchResult

from rightcast.panel.catalogue.models import Channel, Lineup, Package
from rightcast.panel.lines.models import Line
from rightcast.panel.rights.models import CarriageRight

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest

EACH = 8


def search(request: HttpRequest, words: str) -> list[Any]:
    """At most EACH finds of each kind that the user may see."""
    number = int(words) if words.isdecimal() and len(words) < 10 else None
    named = Q(name__icontains=words)
    found: list[Any] = []
    for model, query, icon in (
        (Channel, named | Q(number=number) | Q(id=number), "live_tv"),
        (Line, named, "group"),
        (CarriageRight, Q(reference__icontains=words) | Q(licensor__icontains=words), "gavel"),
        (Package, named, "inventory_2"),
        (Lineup, named, "format_list_numbered"),
    ):
        found += _finds(request, model, query, icon)
    return found


def _finds(request: HttpRequest, model: type[Model], query: Q, icon: str) -> list[Any]:
    about = model._meta  # noqa: SLF001 - Django's documented way to a model's names
    if not request.user.has_perm(f"{about.app_label}.view_{about.model_name}"):
        return []
    page = f"admin:{about.app_label}_{about.model_name}_change"
    return [
        SearchResult(
            title=str(record),
            description=str(about.verbose_name).capitalize(),
            link=reverse(page, args=[record.pk]),
            icon=icon,
        )
        for record in model._default_manager.filter(query)[:EACH]  # noqa: SLF001 - likewise
    ]

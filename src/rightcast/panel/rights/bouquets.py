"""Channels of whole bouquets: one agreement over a category, a lineup or a package, as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q

from rightcast.domain.errors import NotFoundError
from rightcast.panel.catalogue.models import Category, Channel, Lineup, Package

if TYPE_CHECKING:
    from collections.abc import Iterable

_KINDS: dict[str, type[Any]] = {"category": Category, "lineup": Lineup, "package": Package}
_WHERE = {
    "category": ("category__in", "entries__category__in"),
    "lineup": ("entries__lineup__in",),
    "package": ("entries__lineup__packages__in",),
}


def channels_of(kind: str, named: Iterable[str]) -> list[int]:
    """Ids of the channels of these, by name or id; later additions are not covered. Raises NotFoundError."""
    ids = [_find(kind, one) for one in named]
    if not ids:
        return []
    wanted = Q()
    for place in _WHERE[kind]:
        wanted |= Q(**{place: ids})
    return list(Channel.objects.filter(wanted).distinct().order_by("id").values_list("id", flat=True))


def choices() -> list[tuple[str, str]]:
    """What a form offers: `kind:id` and words."""
    return [
        (f"{kind}:{one.pk}", f"{kind.capitalize()} {one}")
        for kind, model in _KINDS.items()
        for one in model.objects.order_by("name")
    ]


def _find(kind: str, named: str) -> int:
    rows = _KINDS[kind].objects
    found: Model | None = rows.filter(name=named.strip()).first()
    if found is None and named.strip().isascii() and named.strip().isdigit() and len(named) < 18:
        found = rows.filter(pk=int(named)).first()
    if found is None:
        raise NotFoundError(
            f"There is no {kind} '{named[:60]}'.", remedy=f"See which there are: `rightcast {kind} list`."
        )
    return int(found.pk)

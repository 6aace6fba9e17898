"""The four groups of operators, and what each may do. Whoever approves rights runs no channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission
from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

OWNER = "Owner"
ENGINEER = "Engineer"
RIGHTS_OFFICER = "Rights officer"
HELP_DESK = "Help desk"

_EVERYTHING = (
    "licensors",
    "catalogue",
    "lines",
    "recordings",
    "rights",
    "station",
    "audit",
    "staff",
    "alarms",
    "guide",
    "tracing",
    "takedowns",
    "evidence",
    "usage",
    "privacy",
    "blackouts",
    "overlays",
    "notices",
    "places",
)
_WRITES: Mapping[str, tuple[str, ...]] = {
    OWNER: _EVERYTHING,
    ENGINEER: ("catalogue", "recordings", "station", "alarms", "guide", "places", "takedowns"),
    RIGHTS_OFFICER: (
        "licensors",
        "rights",
        "tracing",
        "evidence",
        "usage",
        "privacy",
        "blackouts",
        "overlays",
        "overlays",
        "notices",
        "takedowns",
    ),
    HELP_DESK: ("lines", "recordings", "tracing", "usage", "places", "takedowns"),
}
_SEES = (
    "catalogue",
    "lines",
    "recordings",
    "rights",
    "station",
    "audit",
    "alarms",
    "guide",
    "tracing",
    "takedowns",
    "blackouts",
    "overlays",
    "places",
)


def ensure_groups() -> None:
    """Make the groups, and bring their permissions up to date."""
    with transaction.atomic():
        permissions = list(Permission.objects.select_related("content_type"))
        for name, writes in _WRITES.items():
            group, _ = Group.objects.get_or_create(name=name)
            group.permissions.set([one for one in permissions if _granted(one, writes)])


def _granted(permission: Permission, writes: tuple[str, ...]) -> bool:
    room = permission.content_type.app_label
    if permission.codename.startswith("view_"):
        return room in _SEES or room in writes
    if room == "audit":
        return False
    return room in writes

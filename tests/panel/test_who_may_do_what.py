"""Operations ask for the permission of their room; the four groups hold what their name says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import ConflictError, PermissionDeniedError
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.lines import operations as lines
from rightcast.panel.rights import operations as rights
from rightcast.panel.staff import operations as staff_operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db


def add_channel(actor: Actor) -> None:
    catalogue.create_channel(actor, name="New", sources=[catalogue.SourceInput("udp://239.9.9.9:5000")])


def add_line(actor: Actor) -> None:
    lines.create_line(actor)


def add_right(actor: Actor) -> None:
    rights.record_right(
        actor, reference="R", licensor="L", instrument="contract", all_channels=True, territories=["IT"]
    )


def import_one(actor: Actor) -> None:
    catalogue.import_channels(actor, [catalogue.ImportEntry(name="A", url="http://host/a.ts")])


DEEDS = {"channel": add_channel, "line": add_line, "right": add_right, "import": import_one}
ALLOWED = {
    "Owner": {"channel", "line", "right", "import"},
    "Engineer": {"channel", "import"},
    "Rights officer": {"right"},
    "Help desk": {"line"},
}


@pytest.mark.parametrize("group", ALLOWED)
@pytest.mark.parametrize("deed", DEEDS)
def test_a_group_does_what_its_name_says(staff: Callable[[str], User], channel: Channel, group: str, deed: str) -> None:
    actor = Actor.staff(staff(group))
    if deed in ALLOWED[group]:
        DEEDS[deed](actor)
        return
    with pytest.raises(PermissionDeniedError):
        DEEDS[deed](actor)


def test_somebody_without_a_group_may_do_nothing(staff: Callable[[str], User], channel: Channel) -> None:
    user = staff("Engineer")
    user.groups.clear()
    with pytest.raises(PermissionDeniedError):
        add_channel(Actor.staff(user))


def test_the_last_owner_stays(actor: Actor, staff: Callable[[str], User]) -> None:
    staff("Engineer")
    made = staff_operations.create_staff(actor, username="chief", groups=["Owner"])
    with pytest.raises(ConflictError):
        staff_operations.remove_staff(actor, made.user.id)
    with pytest.raises(ConflictError):
        staff_operations.update_staff(actor, made.user.id, groups=["Engineer"], active=True)
    assert made.user.check_password(made.password)

"""What is said of persons is sealed; erasing one destroys the key, and the chain still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from rightcast.domain.errors import PermissionDeniedError
from rightcast.panel.audit import persons
from rightcast.panel.audit.erasing import erase_subject
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.lines import operations as lines
from tests.audit.test_rows_are_chained import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db


def table() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_auditrow")
        return str(cursor.fetchall())


def test_names_do_not_stand_in_the_table_in_clear(staff: Callable[[str], User]) -> None:
    user = staff("Owner")
    lines.create_line(Actor.staff(user), name="anna")
    row = AuditRow.objects.get()
    assert (row.actor_name, row.sentence) == ("Owner-user", "added line anna")
    assert row.detail["max_sessions"] == 1
    assert "anna" not in table()
    assert "Owner-user" not in table()


def test_an_erased_person_cannot_be_read_and_the_chain_holds(actor: Actor) -> None:
    anna, bert = (lines.create_line(actor, name=name).line for name in ("anna", "bert"))
    lines.disable_line(actor, anna.id)
    assert erase_subject(actor, "line", anna.id)
    assert not erase_subject(actor, "line", anna.id)
    persons._salts.clear()
    shown = {row.action: row.sentence for row in AuditRow.objects.filter(subject="line", subject_id=anna.id)}
    assert shown == {"line.create": "erased", "line.disable": "erased"}
    assert AuditRow.objects.get(subject="line", subject_id=bert.id).sentence == "added line bert"
    assert faults() == []


def test_what_is_done_later_to_an_erased_person_says_nothing_of_them(actor: Actor) -> None:
    anna = lines.create_line(actor, name="anna").line
    erase_subject(actor, "line", anna.id)
    lines.remove_line(actor, anna.id)
    row = AuditRow.objects.get(action="line.remove")
    assert (row.kept_sentence, row.sentence, row.detail) == ("erased", "erased", {})
    assert faults() == []


def test_an_operator_who_is_removed_stays_named_until_erased(staff: Callable[[str], User], actor: Actor) -> None:
    user = staff("Owner")
    number = user.pk
    lines.create_line(Actor.staff(user), name="anna")
    user.delete()
    row = AuditRow.objects.get(action="line.create")
    assert (row.actor_name, row.user_id) == ("Owner-user", number)
    erase_subject(actor, "staff", number)
    assert AuditRow.objects.get(action="line.create").actor_name == "erased"
    assert faults() == []


def test_only_who_may_remove_a_line_may_erase_it(staff: Callable[[str], User]) -> None:
    with pytest.raises(PermissionDeniedError):
        erase_subject(Actor.staff(staff("Engineer")), "line", 1)

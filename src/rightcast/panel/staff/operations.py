"""Writing operators of the station. Each is one audited transaction; passwords are never recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from rightcast.domain import credentials
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.panel.first_operator import forget_operator, operator_of
from rightcast.panel.operation import operating
from rightcast.panel.staff.groups import OWNER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.audit.operations import Actor


@dataclass(frozen=True, slots=True)
class NewStaff:
    """An operator together with the password, which is shown this once."""

    user: User
    password: str


def create_staff(actor: Actor, *, username: str, groups: Sequence[str], password: str | None = None) -> NewStaff:
    """Add an operator; a password is made up when none is given. Raises InvalidInputError."""
    with operating(actor, "staff.add_operator") as deed:
        name = credentials.check_name(username.strip())
        if User.objects.filter(username__iexact=name).exists():
            raise InvalidInputError(
                f"There is an operator '{name}' already.", remedy="Choose another name.", field="username"
            )
        word = password or credentials.new_secret(16)
        user = User(username=name, is_staff=True, is_superuser=OWNER in groups)
        _set_password(user, word)
        user.save()
        user.groups.set(_groups(groups))
        deed.record("staff.create", user.id, f"added operator {name}", groups=sorted(groups))
    return NewStaff(user, word)


def update_staff(
    actor: Actor, user_id: int, *, groups: Sequence[str], active: bool, password: str | None = None
) -> User:
    """Set what an operator may do. Raises InvalidInputError, ConflictError, NotFoundError."""
    with operating(actor, "staff.change_operator") as deed:
        user = _user(user_id)
        if not active or OWNER not in groups:
            _keep_an_owner(user)
        user.is_active, user.is_superuser = active, OWNER in groups
        if password:
            _set_password(user, password)
        user.save()
        user.groups.set(_groups(groups))
        sentence = f"changed operator {user.username}"
        deed.record("staff.update", user_id, sentence, groups=sorted(groups), active=active, password=bool(password))
    return user


def change_own_password(actor: Actor, password: str) -> None:
    """Give oneself another password. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "") as deed:
        user = _user(actor.user.id if actor.user else 0)
        _set_password(user, password)
        user.save()
        deed.record("staff.password", user.id, f"{user.username} changed the own password")


def remove_staff(actor: Actor, user_id: int) -> None:
    """Remove an operator; the audit rows stay. Raises ConflictError, NotFoundError."""
    with operating(actor, "staff.delete_operator") as deed:
        user = _user(user_id)
        _keep_an_owner(user)
        deed.record("staff.remove", user_id, f"removed operator {user.username}")
        user.delete()


def _user(user_id: int) -> User:
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFoundError(f"There is no operator of id {user_id}.", remedy="It may have been removed meanwhile.")
    return user


def _groups(names: Sequence[str]) -> list[Group]:
    found = {group.name: group for group in Group.objects.filter(name__in=names)}
    for name in names:
        if name not in found:
            raise InvalidInputError(f"There is no group '{name}'.", remedy="Choose one listed.", field="groups")
    return list(found.values())


def _keep_an_owner(user: User) -> None:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(id=user.id)
    if user.is_superuser and not others.exists():
        raise ConflictError(
            f"{user.username} is the only owner of the station.", remedy="Make another operator an owner first."
        )


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInputError(
            " ".join(error.messages), remedy="A sentence of a few words is easy to keep.", field="password"
        ) from error
    user.set_password(password)
    if user.username == operator_of(settings.STATION).user:
        forget_operator(settings.STATION)

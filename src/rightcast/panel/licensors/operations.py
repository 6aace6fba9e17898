"""Accounts of licensors: made, given another password, removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from rightcast.domain import credentials
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.panel.licensors.models import LicensorAccount
from rightcast.panel.licensors.queries import granted_by
from rightcast.panel.operation import operating

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor

_PASSWORD_LETTERS = 16


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account together with the password, which is shown this once."""

    account: LicensorAccount
    password: str


def add_account(actor: Actor, *, username: str, licensor: str) -> NewAccount:
    """Let somebody of a licensor sign in. Raises InvalidInputError, ConflictError."""
    with operating(actor, "licensors.add_licensoraccount") as deed:
        name = credentials.check_name(username.strip())
        if User.objects.filter(username__iexact=name).exists():
            raise ConflictError(f"The name '{name}' is taken.", remedy="Choose another name.", field="username")
        rights = granted_by(licensor)
        if not rights:
            raise InvalidInputError(
                f"No agreement names '{licensor.strip()}' as its licensor.",
                remedy="Write it as the agreements do; `rightcast right list` shows them.",
                field="licensor",
            )
        password = credentials.new_secret(_PASSWORD_LETTERS)
        user = User(username=name, is_staff=False, is_superuser=False)
        user.set_password(password)
        user.save()
        account = LicensorAccount(user=user, licensor=rights[0].licensor, created=deed.now)
        account.save()
        sentence = f"let {name} of {account.licensor} sign in"
        deed.record_of(("staff", user.pk), "licensor.add", account.pk, sentence, licensor=account.licensor)
    return NewAccount(account, password)


def renew_password(actor: Actor, account: LicensorAccount) -> NewAccount:
    """Give an account another password; who is signed in is signed out."""
    with operating(actor, "licensors.change_licensoraccount") as deed:
        password = credentials.new_secret(_PASSWORD_LETTERS)
        account.user.set_password(password)
        account.user.save()
        sentence = f"gave {account} another password"
        deed.record_of(("staff", account.user.pk), "licensor.password", account.pk, sentence)
    return NewAccount(account, password)


def remove_account(actor: Actor, account: LicensorAccount) -> None:
    """Nobody signs in by it any more, and who is signed in is not."""
    with operating(actor, "licensors.delete_licensoraccount") as deed:
        deed.record_of(("staff", account.user.pk), "licensor.remove", account.pk, f"removed the sign-in of {account}")
        account.user.delete()  # its account goes with it


def find_account(username: str) -> LicensorAccount:
    """The account of this name. Raises NotFoundError."""
    found = LicensorAccount.objects.select_related("user").filter(user__username__iexact=username.strip()).first()
    if found is None:
        raise NotFoundError(
            f"No licensor signs in as '{username}'.", remedy="List them with `rightcast licensor list`."
        )
    return found

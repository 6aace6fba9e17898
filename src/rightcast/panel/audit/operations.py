"""Who acts, and the row that says so. Every operation writes one through `panel.operation`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.contrib.auth.models import User

from rightcast.domain.errors import PermissionDeniedError
from rightcast.panel.audit.appending import append

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rightcast.panel.audit.appending import Said


@dataclass(frozen=True, slots=True)
class Actor:
    """Who performs an operation: a user of the console, whoever holds the shell, or the station."""

    kind: Literal["staff", "cli", "system"]
    name: str
    user: User | None = None

    @classmethod
    def staff(cls, user: User) -> Actor:
        """A signed-in user of the console."""
        return cls("staff", user.get_username(), user)

    @classmethod
    def cli(cls, name: str = "shell") -> Actor:
        """Somebody with a shell on the station, who could open the database as well."""
        return cls("cli", name)

    @classmethod
    def system(cls) -> Actor:
        """The station itself."""
        return cls("system", "station")

    def require(self, permission: str) -> None:
        """Raise PermissionDeniedError unless the actor holds a permission such as `lines.add_line`.

        An empty permission asks for nothing: it marks what everybody may do to oneself.
        """
        if permission and self.kind == "staff" and (self.user is None or not self.user.has_perm(permission)):
            raise PermissionDeniedError(
                f"{self.name} may not do this ({permission}).", remedy="Ask an owner of the station to add the group."
            )


def write_rows(actor: Actor, said: Sequence[Said], now: datetime) -> None:
    """Add rows to the trail in their order; each action is `subject.verb`."""
    append(actor, said, now)

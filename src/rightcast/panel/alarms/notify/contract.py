"""The contract between alarms and the ways they are told: a message, the fields of a form, and how to send.

Senders block, within deadlines; they run in threads of the jobs process and know no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import msgspec

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMEOUT_S = 10.0
"""For connecting, and for each answer."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm as it was when something turned. Moments are unix seconds.

    `notice` is raised, risen, reminded, cleared, open (said again) or test; `hides` names what it explains.
    """

    alarm: int
    notice: str
    severity: str
    kind: str
    title: str
    subject_kind: str
    subject_id: str
    subject: str
    detail: str = ""
    remedy: str = ""
    since: float = 0.0
    raised: float = 0.0
    cleared: float | None = None
    hides: list[str] = []
    link: str = ""
    station: str = "Rightcast"

    @property
    def headline(self) -> str:
        """The alarm in one line, without its severity."""
        return f"{self.subject}: {self.title[:1].lower()}{self.title[1:]}"


class DeliveryError(Exception):
    """A message could not be handed over. `permanent`: trying again would not help."""

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence)
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting of a notifier, as forms and the command line ask for it."""

    name: str
    label: str
    help: str = ""
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A checked destination: its settings, its secret, and the networks an operator opened to it."""

    settings: Mapping[str, str]
    secret: str = ""
    networks: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """A setting, "" when it was left out."""
        return self.settings.get(name, "")


class Notifier(Protocol):
    """One way to tell.

    `settle_s`: how long messages are gathered before they go; `pause_s`: least time between two sendings;
    `repeat_s`: how often everything open is said again (0: never).
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    credential: ClassVar[str]
    settle_s: ClassVar[float]
    pause_s: ClassVar[float]
    repeat_s: ClassVar[float]

    def check(self, way: Way) -> None:
        """Refuse settings that can never work. Raises InvalidInputError naming the field."""

    def send(self, way: Way, messages: Sequence[Message], now: float) -> str:
        """Hand all messages over, and say what was answered. Raises DeliveryError."""


def checked_settings(notifier: Notifier, given: Mapping[str, str]) -> dict[str, str]:
    """The settings of a form, trimmed and completed. Raises InvalidInputError naming the field."""
    known = {field.name: field for field in notifier.fields}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InvalidInputError(
            f"A notifier of kind {notifier.kind} has no setting '{unknown[0]}'.",
            remedy=f"Its settings are: {', '.join(known)}.",
            field=unknown[0],
        )
    found: dict[str, str] = {}
    for name, field in known.items():
        value = given.get(name, "").strip() or field.default
        if field.required and not value:
            raise InvalidInputError(f"{field.label} is missing.", remedy=field.help or "Fill it in.", field=name)
        if len(value) > 1000 or any(ord(letter) < 32 for letter in value):
            raise InvalidInputError(f"{field.label} cannot be that.", remedy="Write one short line.", field=name)
        if field.choices and value not in field.choices:
            raise InvalidInputError(
                f"{field.label} cannot be '{value}'.", remedy=f"Choose one of {', '.join(field.choices)}.", field=name
            )
        if value:
            found[name] = value
    return found

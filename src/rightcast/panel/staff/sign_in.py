"""The sign-in form, which makes guessing slow: ten wrong tries by a name from an address, then a wait."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

if TYPE_CHECKING:
    from django.http import HttpRequest

TRIES = 10
WAIT_S = 300.0
_MOST_KEYS = 10_000


@dataclass(slots=True)
class Guard:
    """Counts wrong tries of the last WAIT_S seconds, by name and address. `clock` is in seconds."""

    clock: Callable[[], float] = time.monotonic
    _failures: defaultdict[tuple[str, str], deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=TRIES))
    )

    def must_wait(self, name: str, address: str) -> bool:
        """Whether another try has to wait."""
        return len(self._recent(name, address)) >= TRIES

    def failed(self, name: str, address: str) -> None:
        """Count a wrong try."""
        if len(self._failures) >= _MOST_KEYS:
            self._failures.clear()
        self._recent(name, address).append(self.clock())

    def passed(self, name: str, address: str) -> None:
        """Forget the wrong tries before a right one."""
        self._failures.pop((name.lower(), address), None)

    def _recent(self, name: str, address: str) -> deque[float]:
        tries = self._failures[name.lower(), address]
        while tries and tries[0] < self.clock() - WAIT_S:
            tries.popleft()
        return tries


guard = Guard()


class Guarded:
    """Puts the guard before a form of Django's that takes a name and a password."""

    cleaned_data: dict[str, Any]
    request: HttpRequest | None

    def clean(self) -> Any:
        """Refuse without looking at the password while the guard says so."""
        name = str(self.cleaned_data.get("username") or "")
        address = str(self.request.META.get("REMOTE_ADDR", "")) if self.request else ""
        if guard.must_wait(name, address):
            raise ValidationError("Too many wrong tries. Wait five minutes, then try again.", code="too-many-tries")
        try:
            cleaned = super().clean()  # type: ignore[misc] # the form's, which stands behind this one
        except ValidationError:
            guard.failed(name, address)
            raise
        guard.passed(name, address)
        return cleaned


class SignInForm(Guarded, AuthenticationForm):  # type: ignore[misc] # unfold carries no types
    """The operators' form."""

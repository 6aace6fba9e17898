"""Secrets shown once: kept in this process for minutes, under a random word, until looked at."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.panel.lines.devices import NewCredential
    from rightcast.panel.lines.operations import NewLine

    Made = NewLine | NewCredential

KEPT_S = 300.0
_MOST = 1000
_waiting: dict[str, tuple[float, Made]] = {}


def hide(made: Made, now: float | None = None) -> str:
    """Keep a secret; returns the word under which it can be looked at once."""
    moment = time.monotonic() if now is None else now
    for word in [word for word, (until, _) in _waiting.items() if until < moment]:
        del _waiting[word]
    while len(_waiting) >= _MOST:
        _waiting.pop(next(iter(_waiting)))
    word = secrets.token_urlsafe(16)
    _waiting[word] = (moment + KEPT_S, made)
    return word


def show(word: str, now: float | None = None) -> Made | None:
    """The secret behind a word, which is forgotten by this; None when it was seen or is too old."""
    until, made = _waiting.pop(word, (0.0, None))
    return made if until >= (time.monotonic() if now is None else now) else None


def server_of(settings: StationSettings, host: str) -> str:
    """Where viewers reach the station; `host` stands in when it listens on every interface."""
    listen = settings.listen
    reached = host if listen.host in {"0.0.0.0", "::"} else listen.host  # noqa: S104 - compared, not bound
    bracketed = f"[{reached}]" if ":" in reached else reached
    return settings.public_url.rstrip("/") or f"http://{bracketed}:{listen.port}"

"""Figures in Prometheus' text form, and who may read them: this machine, or whoever shows the token."""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from prometheus_client import generate_latest

from rightcast.domain.errors import FolderNotWritableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.metrics_core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BEHALF = ("forwarded", "x-forwarded-for", "x-real-ip", "via", "origin")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class _Collected:
    """Stands in for a registry of prometheus_client: figures that exist already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def exposition(metrics: Iterable[Metric]) -> bytes:
    """The text form, version 0.0.4."""
    return generate_latest(_Collected(metrics))


def process_use(pid: int) -> tuple[float, int] | None:
    """CPU seconds and resident bytes of a process on this machine (proc(5)); None when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return None


def metrics_token(keys: Path) -> str:
    """The token that other machines must show; "" while none was made."""
    try:
        return _file(keys).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def new_metrics_token(keys: Path) -> str:
    """Make a token, in place of an older one. Raises FolderNotWritableError."""
    token = secrets.token_urlsafe(24)
    draft = keys / f".metrics.token.{os.getpid()}"
    try:
        keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.touch(mode=0o600)
        draft.write_text(token, encoding="ascii")
        draft.replace(_file(keys))
    except OSError as error:
        raise FolderNotWritableError(
            f"The folder of keys {keys} cannot be used: {error.strerror}.",
            remedy="Give its owner write access, or choose another folder with --data.",
            field="data",
        ) from error
    return token


def may_read(keys: Path, *, address: str, header: Callable[[str], str]) -> bool:
    """Whether a request for figures is answered: from this machine, or with the token.

    A server in front of us, or a browser on behalf of some page, comes from this machine too and speaks for others.
    """
    if address in {"127.0.0.1", "::1"} and _is_direct(header):
        return True
    token = metrics_token(keys)
    scheme, _, shown = header("authorization").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode())


def _is_direct(header: Callable[[str], str]) -> bool:
    """No proxy and no other origin; and a name for this machine that no foreign name server gives out (rebinding)."""
    if any(header(name) for name in _BEHALF):
        return False
    try:
        host = urlsplit(f"//{header('host').strip()}").hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _file(keys: Path) -> Path:
    return keys / "metrics.token"

"""Writing lines. Each is one audited transaction; secrets are never stored or logged, only digests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from rightcast.contract.catalogue import Kind
from rightcast.domain import credentials
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.lineup import CredentialKind, LineStatus
from rightcast.panel.catalogue.models import Package
from rightcast.panel.lines.models import Credential, Line
from rightcast.panel.operation import operating
from rightcast.panel.rights.subscribing import within_subscribers
from rightcast.panel.station.queries import station
from rightcast.panel.takedowns.holding import require_free_line
from rightcast.panel.territories import check_territory
from rightcast.state.keys import derived_key, station_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor

MAX_SESSIONS = 1000
_DID = {
    "update": "changed",
    "disable": "disabled",
    "enable": "enabled",
    "ban": "banned",
    "ask-to-confirm": "asked to confirm",
    "confirm": "took the confirmation of",
    "set-screens": "set the screens of",
    "extend": "moved the expiry of",
    "change-secret": "changed the secret of",
    "set-packages": "set the packages of",
}


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line together with its secret, which is shown this once and stored nowhere."""

    line: Line
    secret: str


def create_line(
    actor: Actor,
    *,
    name: str | None = None,
    secret: str | None = None,
    package_ids: Sequence[int] = (),
    max_sessions: int = 1,
    expires: datetime | None = None,
    territory: str | None = None,
    trial: bool = False,
    note: str = "",
) -> NewLine:
    """Add a line; name and secret are made up when not given. Raises InvalidInputError."""
    with operating(actor, "lines.add_line") as deed:
        chosen = _free_name(name or _new_name())
        word = credentials.check_secret(secret or credentials.new_secret())
        line = Line(
            name=chosen,
            secret_digest=_digest(chosen, word),
            territory=check_territory(territory or station().territory),
            created=deed.now,
            max_sessions=_sessions(max_sessions),
            expires=_aware(expires),
            trial=trial,
            note=note,
        )
        packages = _packages(package_ids)
        with within_subscribers(deed):
            line.save()
            line.packages.set(packages)
        deed.record("line.create", line.id, f"added line {line.name}", packages=packages, max_sessions=max_sessions)
        deed.changed(Kind.LINE, line.id)
    return NewLine(line, word)


def update_line(
    actor: Actor,
    line_id: int,
    *,
    package_ids: Sequence[int],
    max_sessions: int,
    expires: datetime | None,
    territory: str,
    trial: bool,
    note: str,
) -> Line:
    """Set everything of a line but name, secret and status. Raises InvalidInputError, NotFoundError."""

    def change(line: Line) -> None:
        line.max_sessions = _sessions(max_sessions)
        line.expires = _aware(expires)
        line.territory = check_territory(territory)
        line.trial, line.note = trial, note
        line.packages.set(_packages(package_ids))

    return _change(actor, line_id, "update", change)


def disable_line(actor: Actor, line_id: int) -> Line:
    """Refuse the line until it is enabled again; running pictures stop. Raises NotFoundError."""
    return _change(actor, line_id, "disable", lambda line: _set_status(line, LineStatus.DISABLED))


def enable_line(actor: Actor, line_id: int) -> Line:
    """Let a disabled or banned line watch again. Raises NotFoundError."""
    return _change(actor, line_id, "enable", lambda line: _set_status(line, LineStatus.ACTIVE))


def ban_line(actor: Actor, line_id: int) -> Line:
    """Refuse the line for abuse; running pictures stop. Raises NotFoundError."""
    return _change(actor, line_id, "ban", lambda line: _set_status(line, LineStatus.BANNED))


def ask_to_confirm(actor: Actor, line_id: int) -> Line:
    """Refuse an active line until its customer confirms that it is not shared; running pictures stop.

    Raises ConflictError for a line that is refused already, NotFoundError.
    """

    def change(line: Line) -> None:
        if line.status != LineStatus.ACTIVE.value:
            raise ConflictError(f"Line {line.name} is {line.status} already.", remedy="Enable it first.", field="line")
        _set_status(line, LineStatus.UNCONFIRMED)

    return _change(actor, line_id, "ask-to-confirm", change)


def confirm_line(actor: Actor, line_id: int) -> Line:
    """Its customer has confirmed: let it watch again. Nothing for a line that was not asked. Raises NotFoundError."""

    def change(line: Line) -> None:
        if line.status == LineStatus.UNCONFIRMED.value:
            _set_status(line, LineStatus.ACTIVE)

    return _change(actor, line_id, "confirm", change)


def set_screens(actor: Actor, line_id: int, max_sessions: int) -> Line:
    """How many may watch at once from now on. Raises InvalidInputError, NotFoundError."""

    def change(line: Line) -> None:
        line.max_sessions = _sessions(max_sessions)

    return _change(actor, line_id, "set-screens", change)


def extend_line(actor: Actor, line_id: int, expires: datetime | None) -> Line:
    """Move the line's expiry; None means it never expires. Raises InvalidInputError, NotFoundError."""

    def change(line: Line) -> None:
        line.expires = _aware(expires)

    return _change(actor, line_id, "extend", change)


def kick_line(actor: Actor, line_id: int) -> Line:
    """End the sessions of a line that run now; it may open new ones. Raises NotFoundError."""
    with operating(actor, "lines.change_line") as deed:
        line = _line(line_id)
        line.sessions_from = deed.now
        line.save(update_fields=["sessions_from"])
        deed.record("line.kick", line_id, f"ended the sessions of line {line.name}")
        deed.changed(Kind.LINE, line_id)
    return line


def change_secret(actor: Actor, line_id: int, secret: str | None = None) -> NewLine:
    """Give the line another secret, made up when none is given. Raises InvalidInputError, NotFoundError."""
    word = credentials.check_secret(secret or credentials.new_secret())

    def change(line: Line) -> None:
        line.secret_digest = _digest(line.name, word)

    return NewLine(_change(actor, line_id, "change-secret", change), word)


def set_packages(actor: Actor, line_id: int, package_ids: Sequence[int]) -> Line:
    """Replace what the line is entitled to. Raises NotFoundError."""
    return _change(actor, line_id, "set-packages", lambda line: line.packages.set(_packages(package_ids)))


def remove_line(actor: Actor, line_id: int) -> None:
    """Remove a line; its audit rows stay. Raises NotFoundError, and ConflictError while a hold keeps it."""
    with operating(actor, "lines.delete_line") as deed:
        line = _line(line_id)
        require_free_line(line_id)
        with within_subscribers(deed):
            line.delete()
        deed.record("line.remove", line_id, f"removed line {line.name}")
        deed.changed(Kind.LINE, line_id)


def _change(actor: Actor, line_id: int, verb: str, change: Callable[[Line], None]) -> Line:
    with operating(actor, "lines.change_line") as deed:
        line = _line(line_id)
        with within_subscribers(deed):
            change(line)
            line.save()
        deed.record(f"line.{verb}", line_id, f"{_DID[verb]} line {line.name}", **_facts(line))
        deed.changed(Kind.LINE, line_id)
    return line


def _facts(line: Line) -> dict[str, object]:
    return {
        "status": line.status,
        "expires": line.expires.isoformat() if line.expires else None,
        "max_sessions": line.max_sessions,
        "territory": line.territory,
        "packages": sorted(line.packages.values_list("id", flat=True)),
    }


def _line(line_id: int) -> Line:
    line = Line.objects.filter(id=line_id).first()
    if line is None:
        raise NotFoundError(f"There is no line of id {line_id}.", remedy="It may have been removed meanwhile.")
    return line


def _set_status(line: Line, status: LineStatus) -> None:
    line.status = status.value


def _digest(name: str, secret: str) -> str:
    key = derived_key(station_key(settings.STATION.keys), "secrets")
    return credentials.digest_secret(key, name, secret)


def _new_name() -> str:
    return f"line-{credentials.new_secret(8)}"


def _free_name(name: str) -> str:
    chosen = credentials.check_name(name.strip())
    named = Credential.objects.filter(kind=CredentialKind.XTREAM.value, handle__iexact=chosen)
    if Line.objects.filter(name__iexact=chosen).exists() or named.exists():
        raise InvalidInputError(
            f"There is a line '{chosen}' already.", remedy="Choose another name, or leave it empty.", field="name"
        )
    return chosen


def _sessions(count: int) -> int:
    if not 0 < count <= MAX_SESSIONS:
        raise InvalidInputError(
            f"A line has 1 to {MAX_SESSIONS} screens.", remedy="Write how many may watch at once.", field="max_sessions"
        )
    return count


def _aware(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise InvalidInputError("An expiry needs a time zone.", remedy="Add +00:00 for UTC.", field="expires")
    return moment


def _packages(package_ids: Sequence[int]) -> list[int]:
    found = set(Package.objects.filter(id__in=package_ids).values_list("id", flat=True))
    for package_id in package_ids:
        if package_id not in found:
            raise NotFoundError(f"There is no package of id {package_id}.", remedy="It may have been removed.")
    return sorted(found)

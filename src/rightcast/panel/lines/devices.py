"""Writing the credentials of a line: one per device, each given, renamed and revoked by itself.

What a device is given is shown once and stored nowhere; it is found again by its keyed digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from rightcast.contract.activation import Settlement
from rightcast.contract.catalogue import Kind
from rightcast.domain import credentials
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.lineup import CredentialKind, LineStatus
from rightcast.panel.audit.operations import Actor
from rightcast.panel.lines.models import Credential, Line
from rightcast.panel.lines.operations import confirm_line
from rightcast.panel.operation import operating
from rightcast.state.keys import derived_key, station_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.contract.reports import SeenReport
    from rightcast.state.activations import Activations

MOST_DEVICES = 50
_LONGEST_NAME = 80
_SEEN_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential with what its device must show: `shown` its name, MAC or address, `secret` where it has one."""

    credential: Credential
    shown: str
    secret: str = ""


def add_credential(
    actor: Actor, line_id: int, kind: CredentialKind, *, shown: str = "", secret: str = "", device: str = ""
) -> NewCredential:
    """Give a line another way in; what is left empty is made up, but for a MAC. Raises InvalidInputError and kin."""
    with operating(actor, "lines.change_line") as deed:
        line = _line_with_room(line_id)
        given = _shown(kind, shown)
        word = credentials.check_secret(secret or credentials.new_secret()) if kind is CredentialKind.XTREAM else ""
        key = derived_key(station_key(settings.STATION.keys), "secrets")
        handle = credentials.stored_handle(key, kind, given)
        _check_free(kind, handle, given)
        credential = Credential(
            line=line,
            kind=kind.value,
            handle=handle,
            digest=credentials.digest_secret(key, given, word) if word else "",
            device=_device(device),
            created=deed.now,
        )
        credential.save()
        deed.record("line.add-device", line_id, f"gave line {line} the device {credential}", kind=kind.value)
        deed.changed(Kind.LINE, line_id)
    return NewCredential(credential, given, word)


def activate_device(actor: Actor, line_id: int, handle: str, device: str) -> Credential:
    """Record a screen that was signed in from elsewhere, by the digest of the token it holds. Raises ConflictError.

    Asked twice it does it once.
    """
    with operating(actor, "lines.change_line") as deed:
        kind = CredentialKind.TOKEN
        known = Credential.objects.filter(line_id=line_id, kind=kind.value, handle=handle).first()
        if known is not None:
            return known
        line = _line_with_room(line_id)
        credential = Credential(line=line, kind=kind.value, handle=handle, device=_device(device), created=deed.now)
        credential.save()
        deed.record("line.activate-device", line_id, f"signed in {credential} for line {line}", kind=kind.value)
        deed.changed(Kind.LINE, line_id)
    return credential


def settle_wishes(store: Activations, now: float) -> int:
    """Grant or refuse what viewers entered at edges; `now` in unix seconds. Returns how many were settled."""
    count = 0
    for wish in store.wishes():
        if now > wish.until:
            continue
        refusal = ""
        try:
            activate_device(Actor.system(), wish.line_id, wish.handle, wish.device)
        except ConflictError as conflict:
            refusal = conflict.sentence
        except NotFoundError:
            refusal = "This subscription has ended."
        store.put(Settlement(code=wish.code, refusal=refusal, until=wish.until))
        count += 1
    return count


def settle_device_wishes(store: Activations, now: float) -> int:
    """Rename and revoke what viewers asked for of their own devices; `now` in unix seconds. Returns how many."""
    count = 0
    for wish in store.device_wishes():
        store.done(wish)
        mine = Credential.objects.filter(id=wish.credential_id, line_id=wish.line_id).exists()
        if now > wish.until or not mine:
            continue
        if wish.revoke:
            revoke_credential(Actor.system(), wish.credential_id)
        else:
            rename_credential(Actor.system(), wish.credential_id, wish.device)
        count += 1
    return count


def settle_confirmations(store: Activations, now: float) -> int:
    """Open the lines whose customers have confirmed; `now` in unix seconds. Returns how many."""
    count = 0
    for one in store.confirmations():
        store.done(one)
        if now <= one.until and Line.objects.filter(id=one.line_id, status=LineStatus.UNCONFIRMED.value).exists():
            confirm_line(Actor.system(), one.line_id)
            count += 1
    return count


def rename_credential(actor: Actor, credential_id: int, device: str) -> Credential:
    """Call a device something else. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "lines.change_line") as deed:
        credential = _credential(credential_id)
        before, credential.device = str(credential), _device(device)
        credential.save(update_fields=["device"])
        deed.record("line.rename-device", credential.line_id, f"called device {before} {credential}")
        deed.changed(Kind.LINE, credential.line_id)
    return credential


def revoke_credential(actor: Actor, credential_id: int) -> None:
    """Take a way in from its line; other devices of the line go on. Raises NotFoundError."""
    with operating(actor, "lines.change_line") as deed:
        credential = _credential(credential_id)
        line_id, shown = credential.line_id, f"{credential} of line {credential.line}"
        credential.delete()
        deed.record("line.revoke-device", line_id, f"revoked device {shown}", kind=credential.kind)
        deed.changed(Kind.LINE, line_id)


def note_seen(reports: Iterable[SeenReport]) -> int:
    """Keep when devices were last seen, as edges report it; not more often than every minute. Returns how many."""
    latest = {one.credential_id: one for one in sorted(reports, key=lambda one: one.at)}
    kept = []
    for row in Credential.objects.filter(id__in=latest):
        seen = latest[row.id]
        moment = datetime.fromtimestamp(seen.at, UTC)
        if row.last_seen is None or moment - row.last_seen >= _SEEN_AGAIN:
            row.last_seen, row.last_player, row.last_address = moment, seen.player[:80], seen.address[:64]
            kept.append(row)
    Credential.objects.bulk_update(kept, ["last_seen", "last_player", "last_address"])
    return len(kept)


def _shown(kind: CredentialKind, shown: str) -> str:
    if kind is CredentialKind.MAC:
        return credentials.check_mac(shown)
    if not shown:
        return credentials.new_handle(kind)
    if kind is CredentialKind.XTREAM:
        return credentials.check_name(shown.strip())
    raise InvalidInputError(
        f"A {kind.value} address is made up by the station.", remedy="Leave it out; it is shown once.", field="shown"
    )


def _check_free(kind: CredentialKind, handle: str, given: str) -> None:
    taken = Credential.objects.filter(kind=kind.value, handle__iexact=handle).first()
    owner = taken.line if taken is not None else None
    if owner is None and kind is CredentialKind.XTREAM:
        owner = Line.objects.filter(name__iexact=given).first()
    if owner is not None:
        field = "mac" if kind is CredentialKind.MAC else "shown"
        raise InvalidInputError(
            f"'{given}' belongs to line {owner} already.", remedy="Revoke it there first, or give another.", field=field
        )


def _device(name: str) -> str:
    cleaned = " ".join(name.split())
    if len(cleaned) > _LONGEST_NAME or not (cleaned.isprintable() or not cleaned):
        raise InvalidInputError(
            f"A device's name has at most {_LONGEST_NAME} letters.", remedy="Shorten it.", field="device"
        )
    return cleaned


def _line_with_room(line_id: int) -> Line:
    line = _line(line_id)
    if line.credentials.count() >= MOST_DEVICES:
        raise ConflictError(f"Line {line} has {MOST_DEVICES} devices already.", remedy="Revoke one of them first.")
    return line


def _line(line_id: int) -> Line:
    line = Line.objects.filter(id=line_id).first()
    if line is None:
        raise NotFoundError(f"There is no line of id {line_id}.", remedy="It may have been removed meanwhile.")
    return line


def _credential(credential_id: int) -> Credential:
    found = Credential.objects.select_related("line").filter(id=credential_id).first()
    if found is None:
        raise NotFoundError(f"There is no device of id {credential_id}.", remedy="It may have been revoked meanwhile.")
    return found

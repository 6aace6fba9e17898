"""`/activate/devices`: viewers call their own devices something else, and revoke them, from a phone.

Who comes in by the line's own name and secret sees all of its devices; who comes in by a device's, that one. The edge
leaves wishes; the panel grants them, and may be away.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from rightcast.contract.activation import CODE_LENGTH, VALID_S, DeviceWish
from rightcast.domain.credentials import new_secret
from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.lineup import CredentialKind
from rightcast.edge import tokens
from rightcast.edge.http_message import Response
from rightcast.edge.identity import Identified, proof_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from rightcast.domain.lineup import Credential
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_message import Request
    from rightcast.edge.replica import Replica
    from rightcast.state.activations import Activations

_WAIT_S = 4.0
_STEP_S = 0.1
_LONGEST_NAME = 80
_WRONG = "The name or the password is not right."
_OVER = "Sign in again: it was a while ago, or your password has changed."
_LATER = "The station was told. It is away at the moment, and will do it when it is back within ten minutes."
_WORDS = {
    CredentialKind.XTREAM: "name and password",
    CredentialKind.MAC: "set-top box",
    CredentialKind.SHORT: "short address",
    CredentialKind.TOKEN: "screen",
}
_RULES = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
PAGE_HEADERS = (
    ("Content-Security-Policy", _RULES),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)


def signed_in(admission: Admission, fields: dict[str, str], address: str) -> Identified | Denied:
    """By `name` and `password`, or by a short address alone. A token may not beget others: they would outlive it."""
    name, secret = fields.get("name", "").strip(), fields.get("password", "").strip()
    identity = admission.identity
    if name == "t":
        who: Identified | Denied = Denied(Reason.UNKNOWN_LINE)
        identity.missed(address)
    elif name:
        who = identity.by_name(name, secret, address)
    else:
        who = identity.by_handle(CredentialKind.SHORT, secret, address)
    if isinstance(who, Denied):
        admission.refuse(who.reason, line=name, channel_id=0, address=address)
    return who


class OwnDevices:
    """Answers the page. `key` is that of path tokens, `clock` gives unix seconds."""

    def __init__(
        self,
        store: Activations,
        replica: Replica,
        admission: Admission,
        key: bytes,
        *,
        clock: Callable[[], float] = time.time,
        wait_s: float = _WAIT_S,
    ) -> None:
        self._store = store
        self._replica = replica
        self._admission = admission
        self._key = hmac.digest(key, b"own devices", "sha256")
        self._clock = clock
        self._wait_s = wait_s
        self._page = (files("rightcast.edge") / "activation_page" / "devices.html").read_text("utf-8")
        self._before, _, rest = self._page.partition("<form")
        _, _, self._after = rest.partition("</form>")

    def answer(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        """The form, the devices of who signed in, and what is wanted of one of them."""
        if request.method != "POST":
            return self._form("")
        fields = request.fields()
        if "proof" in fields:
            return self._wanted(fields)
        who = signed_in(self._admission, fields, request.address)
        return self._form(_WRONG, 401) if isinstance(who, Denied) else self._list(who, "")

    async def _wanted(self, fields: dict[str, str]) -> Response:
        who = self._of_proof(fields["proof"])
        if who is None:
            return self._form(_OVER, 403)
        found = next((one for one in _seen_by(who) if str(one.id) == fields.get("id", "")), None)
        if found is None:
            return self._list(who, "That device is gone already.")
        revoke, device = fields.get("do") == "revoke", " ".join(fields.get("device", "").split())
        if not revoke and (len(device) > _LONGEST_NAME or not (device.isprintable() and device)):
            return self._list(who, f"A name has 1 to {_LONGEST_NAME} letters.", 400)
        until = self._clock() + VALID_S
        wish = DeviceWish(
            code=new_secret(CODE_LENGTH), line_id=who.line.id, credential_id=found.id,
            device="" if revoke else device, revoke=revoke, until=until,
        )  # fmt: skip
        if not self._store.put(wish):
            return self._list(who, "Too much is wanted at the moment. Try again in a minute.", 503)
        return await self._outcome(fields["proof"], who, wish)

    async def _outcome(self, proof: str, who: Identified, wish: DeviceWish) -> Response:
        """Wait a little until the panel has granted it and this edge has heard."""
        deadline = time.monotonic() + self._wait_s
        while time.monotonic() < deadline:
            line = self._replica.line(who.line.id)
            now = next((one for one in line.credentials if one.id == wish.credential_id), None) if line else None
            if now is None or (not wish.revoke and now.device == wish.device):
                again = self._of_proof(proof)
                done = "Done. It is revoked and goes dark now." if wish.revoke else "Done."
                return self._form(done) if again is None else self._list(again, done)
            await asyncio.sleep(_STEP_S)
        return self._list(who, _LATER, 202)

    def _list(self, who: Identified, note: str, status: int = 200) -> Response:
        proof, rows = escape(self._proof(who), quote=True), [_row(one) for one in _seen_by(who)]
        forms = "".join(
            f'<form method="post" action="devices"><input type="hidden" name="proof" value="{proof}">{row}</form>'
            for row in rows
        )
        return self._answer(note, forms or "<p>No device has a way in of its own.</p>", status)

    def _form(self, note: str, status: int = 200) -> Response:
        whole = self._page[len(self._before) : len(self._page) - len(self._after)]
        return self._answer(note, whole, status)

    def _answer(self, note: str, middle: str, status: int) -> Response:
        body = self._before.replace("{{note}}", escape(note)) + middle + self._after
        return Response(
            status=status, body=body.encode(), content_type="text/html; charset=utf-8", headers=PAGE_HEADERS
        )

    def _proof(self, who: Identified) -> str:
        now, credential = self._clock(), who.credential
        claims = tokens.Claims(
            sid="", line_id=who.line.id, channel_id=0, right_id=0, device="", issued=now, expires=now + VALID_S,
            credential_id=credential.id if credential else 0, proof="" if credential else proof_of(who.line),
        )  # fmt: skip
        return tokens.sign(self._key, claims)

    def _of_proof(self, proof: str) -> Identified | None:
        """Who signed in a while ago, if that still holds."""
        claims = tokens.verify(self._key, proof, now=self._clock())
        line = None if claims is None else self._replica.line(claims.line_id)
        if claims is None or line is None:
            return None
        if not claims.credential_id:
            return Identified(line) if claims.proof == proof_of(line) else None
        credential = next((one for one in line.credentials if one.id == claims.credential_id), None)
        return None if credential is None else Identified(line, credential)


def _seen_by(who: Identified) -> list[Credential]:
    return list(who.line.credentials) if who.credential is None else [who.credential]


def _row(one: Credential) -> str:
    name = escape(one.device or _WORDS[one.kind], quote=True)
    shown = f" {escape(one.handle)}" if one.kind in {CredentialKind.MAC, CredentialKind.XTREAM} else ""
    return (
        f'<input type="hidden" name="id" value="{one.id}">'
        f'<label for="d{one.id}">{_WORDS[one.kind].capitalize()}{shown}</label>'
        f'<input id="d{one.id}" name="device" value="{name}" maxlength="{_LONGEST_NAME}" autocomplete="off">'
        '<div class="pair"><button name="do" value="rename">Rename</button>'
        '<button class="plain" name="do" value="revoke">Revoke</button></div>'
    )

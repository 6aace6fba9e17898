"""Signing a screen in without typing on it: it shows a code, its viewer enters the code on a phone at /activate.

In the manner of RFC 8628. The screen holds its token from the beginning; the token opens something once the panel has
recorded its digest as a device of the line. Watching never waits for this.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import re
import time
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
import segno

from rightcast.contract.activation import CODE_LENGTH, VALID_S, Offer, Settlement, Wish
from rightcast.domain.credentials import new_handle, new_secret, stored_handle
from rightcast.domain.entitlement import Denied
from rightcast.domain.lineup import CredentialKind
from rightcast.edge.guessing import Buckets, Patience
from rightcast.edge.http_message import Response, text
from rightcast.edge.interfaces.confirming import Confirming
from rightcast.edge.interfaces.own_devices import OwnDevices, signed_in
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.refusals import not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from rightcast.contract.station import StationSettings
    from rightcast.edge.admission import Admission
    from rightcast.edge.http_message import Request
    from rightcast.edge.replica import Replica
    from rightcast.state.activations import Activations

_CODES = Patience(30, 20.0)
_WAIT_S = 4.0
_STEP_S = 0.1
_SWEEP_S = 30.0
_LONGEST_DEVICE = 40
_WRONG = (
    "The code, the name or the password is not right. "
    "Codes end after ten minutes: look whether the screen shows a new one."
)
_RULES = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = (
    ("Content-Security-Policy", _RULES),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)
_MORE = '<p><a href="activate/devices">Your devices</a></p>'
_HTML = "text/html; charset=utf-8"


class Given(msgspec.Struct, frozen=True):
    """What a screen gets to show, and to keep to itself. `qr`: the address with the code, as rows of 0 and 1."""

    code: str
    token: str
    valid_s: int
    qr: tuple[str, ...]


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far it is: waiting, accepted, ready, refused (with a sentence) or expired."""

    state: str
    sentence: str = ""


class Activation:
    """Answers /activate and what lies under it. `key` is that of secrets, `clock` gives unix seconds."""

    def __init__(
        self,
        store: Activations,
        replica: Replica,
        admission: Admission,
        key: bytes,
        *,
        settings: StationSettings,
        devices: OwnDevices,
        clock: Callable[[], float] = time.time,
        wait_s: float = _WAIT_S,
    ) -> None:
        self._store = store
        self._replica = replica
        self._admission = admission
        self._key = key
        self._settings = settings
        self._clock = clock
        self._wait_s = wait_s
        self._asked = Buckets(_CODES)
        self._swept = -math.inf
        confirming = Confirming(store, replica, admission, clock=clock, wait_s=wait_s)
        self._pages = {"devices": devices.answer, "confirm": confirming.answer}
        folder = files("rightcast.edge") / "activation_page"
        self._page = (folder / "page.html").read_text("utf-8")
        self._look = (folder / "look.css").read_bytes()

    def answer(self, request: Request, parts: list[str]) -> Response | Coroutine[Any, Any, Response]:
        """The page for a phone, and the two calls of a screen."""
        page = self._pages.get(parts[0]) if len(parts) == 1 else None
        if page is not None:
            return page(request)
        match "/".join(parts), request.method:
            case "", "POST":
                return self._accept(request)
            case "code", "POST":
                return self._offer(request)
            case "state", "POST":
                return self._state(request)
            case _, "POST":
                return not_found()
        return self._read(request, parts)

    def _read(self, request: Request, parts: list[str]) -> Response:
        if not parts and request.path.endswith("/"):
            return Response(status=308, headers=(("Location", "../activate"),))
        if parts == ["look.css"]:
            return Response(body=self._look, content_type="text/css; charset=utf-8", headers=_HEADERS)
        return not_found() if parts else self._show("", form=True, code=request.fields().get("code", ""))

    def _offer(self, request: Request) -> Response:
        now = self._clock()
        if now - self._swept > _SWEEP_S:
            self._swept = now
            self._store.sweep(now)
        if self._asked.is_full(request.address, now):
            return text(429, "Too many codes were asked for from here.", ("Retry-After", "20"))
        self._asked.add(request.address, now)
        token = new_handle(CredentialKind.TOKEN)
        offer = Offer(
            code=new_secret(CODE_LENGTH),
            handle=stored_handle(self._key, CredentialKind.TOKEN, token),
            device=_device(request.fields().get("device", "")),
            until=now + VALID_S,
        )
        if not self._store.put(offer):
            return text(503, "No more screens can wait at the moment.", ("Retry-After", "20"))
        shown = offer.code.upper()
        address = f"{place_of(request, self._settings).url}/activate?code={shown}"
        return _json(Given(shown, token, int(VALID_S), _rows(address)))

    def _state(self, request: Request) -> Response:
        fields = request.fields()
        code = _code(fields.get("code", ""))
        handle = stored_handle(self._key, CredentialKind.TOKEN, fields.get("token", ""))
        offer = self._store.find(code, Offer)
        if offer is None or not hmac.compare_digest(offer.handle, handle):
            return _json(State("expired"))
        if self._replica.line_by(CredentialKind.TOKEN, handle) is not None:
            return _json(State("ready"))
        settled = self._store.find(code, Settlement)
        if settled is not None and settled.refusal:
            return _json(State("refused", settled.refusal))
        if self._clock() > offer.until:
            return _json(State("expired"))
        return _json(State("waiting" if self._store.find(code, Wish) is None else "accepted"))

    async def _accept(self, request: Request) -> Response:
        """Somebody entered a code, a name and a secret; what is wrong of them is not told."""
        fields = request.fields()
        code = fields.get("code", "")
        who = signed_in(self._admission, fields, request.address)
        offer = self._store.find(_code(code), Offer)
        if isinstance(who, Denied) or not self._admission.identity.may_try(request.address):
            return self._show(_WRONG, form=True, status=401, code=code)
        if offer is None or self._clock() > offer.until:
            self._admission.identity.missed(request.address)
            return self._show(_WRONG, form=True, status=401, code=code)
        reason = self._admission.line_reason(who.line)
        if reason is not None:
            return self._show(Denied(reason).sentence, status=403)
        wish = Wish(code=offer.code, handle=offer.handle, device=offer.device, line_id=who.line.id, until=offer.until)
        known = None if self._store.put(wish) else self._store.find(wish.code, Wish)
        if known is not None and known.line_id != wish.line_id:
            return self._show(_WRONG, form=True, status=401, code=code)
        return await self._outcome(wish)

    async def _outcome(self, wish: Wish) -> Response:
        """Wait a little for the panel; it may be away, and then the screen goes on once it is back."""
        deadline = time.monotonic() + self._wait_s
        while time.monotonic() < deadline:
            if self._replica.line_by(CredentialKind.TOKEN, wish.handle) is not None:
                return self._show(f"Done. {wish.device} goes on by itself now; you can close this page.", more=True)
            settled = self._store.find(wish.code, Settlement)
            if settled is not None and settled.refusal:
                return self._show(settled.refusal, status=409)
            await asyncio.sleep(_STEP_S)
        minutes = max(1, int((wish.until - self._clock()) / 60))
        return self._show(
            "Your code and password are right, but the station cannot record new screens at the moment. If it can "
            f"within {minutes} minutes, the screen goes on by itself; else try again with the new code that it shows.",
            status=202,
        )

    def _show(
        self, note: str, *, form: bool = False, status: int = 200, code: str = "", more: bool = False
    ) -> Response:
        page = self._page
        if not form:
            page = re.sub(r"<form.*</form>", _MORE if more else "", page, flags=re.DOTALL)
        shown = escape(code[:20], quote=True)
        body = page.replace("{{note}}", escape(note)).replace("{{code}}", shown)
        return Response(status=status, body=body.encode(), content_type=_HTML, headers=_HEADERS)


def _rows(address: str) -> tuple[str, ...]:
    """A QR code without its margin, a letter for each square."""
    code = segno.make(address, error="m", micro=False)
    return tuple("".join("1" if square else "0" for square in row) for row in code.matrix)


def _code(shown: str) -> str:
    """A code as it is kept, however it was typed."""
    return re.sub(r"[\s-]", "", shown).lower()


def _device(told: str) -> str:
    """What the screen calls itself, fit for a list; whoever lists devices may rename it."""
    cleaned = " ".join("".join(one for one in told if one.isprintable()).split())[:_LONGEST_DEVICE].strip()
    return cleaned or "TV browser"


def _json(value: msgspec.Struct) -> Response:
    return Response(body=msgspec.json.encode(value), content_type="application/json", headers=_HEADERS[1:])

"""`/activate/confirm`: the customer of a line that seems to be shared says that it is not, and watches again.

The edge leaves the confirmation; the panel opens the line, and may be away.
"""

from __future__ import annotations

import asyncio
import re
import time
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from rightcast.contract.activation import CODE_LENGTH, VALID_S, Confirmation
from rightcast.domain.credentials import new_secret
from rightcast.domain.entitlement import Denied
from rightcast.domain.lineup import LineStatus
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.own_devices import PAGE_HEADERS, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from rightcast.edge.admission import Admission
    from rightcast.edge.http_message import Request
    from rightcast.edge.replica import Replica
    from rightcast.state.activations import Activations

_STEP_S = 0.1
_WRONG = "The name or the password is not right."
_NOT_ASKED = "Nobody asked you to confirm anything: your line is as it was."
_DONE = "Thank you. Your line goes on; open the channel again."
_LATER = "The station was told. It is away at the moment, and will do it when it is back within ten minutes."
_FULL = "Too many confirm at the moment. Try again in a minute."


class Confirming:
    """Answers the page. `clock` gives unix seconds."""

    def __init__(
        self,
        store: Activations,
        replica: Replica,
        admission: Admission,
        *,
        clock: Callable[[], float] = time.time,
        wait_s: float = 4.0,
    ) -> None:
        self._store = store
        self._replica = replica
        self._admission = admission
        self._clock = clock
        self._wait_s = wait_s
        self._page = (files("rightcast.edge") / "activation_page" / "confirm.html").read_text("utf-8")

    def answer(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        """The form, and what became of it."""
        if request.method != "POST":
            return self._show("", form=True)
        who = signed_in(self._admission, request.fields(), request.address)
        if isinstance(who, Denied):
            return self._show(_WRONG, 401, form=True)
        if who.line.status is not LineStatus.UNCONFIRMED:
            return self._show(_NOT_ASKED)
        wish = Confirmation(code=new_secret(CODE_LENGTH), line_id=who.line.id, until=self._clock() + VALID_S)
        return self._outcome(wish) if self._store.put(wish) else self._show(_FULL, 503)

    async def _outcome(self, wish: Confirmation) -> Response:
        """Wait a little until the panel has opened the line and this edge has heard."""
        deadline = time.monotonic() + self._wait_s
        while time.monotonic() < deadline:
            line = self._replica.line(wish.line_id)
            if line is None or line.status is not LineStatus.UNCONFIRMED:
                return self._show(_DONE)
            await asyncio.sleep(_STEP_S)
        return self._show(_LATER, 202)

    def _show(self, note: str, status: int = 200, *, form: bool = False) -> Response:
        page = self._page if form else re.sub(r"<form.*</form>", "", self._page, flags=re.DOTALL)
        body = page.replace("{{note}}", escape(note)).encode()
        return Response(status=status, body=body, content_type="text/html; charset=utf-8", headers=PAGE_HEADERS)

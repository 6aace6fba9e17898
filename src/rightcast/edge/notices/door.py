"""`/notice`: takes notices in whether the panel lives or not, and shows each side how far its notice is."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec.structs import replace

from rightcast.contract.notices import Passed, SentNotice, SentWord, Standing
from rightcast.domain.notice_deadlines import Days
from rightcast.domain.notice_references import new_reference, opened_by, page_of
from rightcast.domain.notices import NoticeKind, Side, State, Step, Way, digest, missing
from rightcast.edge.guessing import Buckets, Patience, network_of
from rightcast.edge.http_message import Response, text
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.notices.flaggers import Flaggers
from rightcast.edge.notices.pages import Look, affected_page, form_page, page, status_page
from rightcast.edge.notices.reading import LEAST_WORDS, filled_of, is_counter_notice, notice_of, objection_of
from rightcast.edge.notices.words import language_of
from rightcast.state.notices import new_word_id

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from rightcast.contract.notices import NoticeDesk
    from rightcast.contract.station import StationSettings
    from rightcast.edge.http_message import Request
    from rightcast.edge.replica import Replica
    from rightcast.state.notices import NoticeBox

_ADDRESS = Patience(6, 600.0)
_NETWORK = Patience(40, 60.0)
_OPENING = Patience(30, 10.0)
_DESK_S = 2.0
_RULES = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = (
    ("Content-Security-Policy", _RULES),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("X-Robots-Tag", "noindex"),
)
_HTML = "text/html; charset=utf-8"


class NoticeDoor:
    """Answers /notice and what lies under it. `key` is that of references and private pages, `clock` unix seconds."""

    def __init__(
        self,
        box: NoticeBox,
        replica: Replica,
        key: bytes,
        *,
        settings: StationSettings,
        clock: Callable[[], float] = time.time,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._box = box
        self._replica = replica
        self._key = key
        self._settings = settings
        self._clock = clock
        self._random_bytes = random_bytes
        self._addresses, self._networks = Buckets(_ADDRESS), Buckets(_NETWORK)
        self._openings = Buckets(_OPENING)
        self._flaggers = Flaggers(box, key, self._desk, settings=settings, clock=clock)
        self._known: NoticeDesk | None = None
        self._read_at = 0.0
        self._css = (files("rightcast.edge") / "notices" / "look.css").read_bytes()

    def answer(self, request: Request, parts: list[str]) -> Response | Coroutine[Any, Any, Response]:
        """The form, a private page, or the interface for flaggers."""
        if parts == ["look.css"]:
            return Response(body=self._css, content_type="text/css; charset=utf-8", headers=_HEADERS)
        if not parts and request.path.endswith("/"):
            return Response(status=308, headers=(("Location", "../notice"),))
        desk = self._desk()
        if not desk.kinds:
            return self._off(self._look(request, desk))
        if parts == ["api"]:
            return self._flaggers.answer(request)
        if not parts:
            look = self._look(request, desk)
            return self._take(request, look) if request.method == "POST" else _page(form_page(look))
        return self._private(request, parts, desk)

    async def _take(self, request: Request, look: Look) -> Response:
        """A form was sent."""
        words, now, address = look.words, self._clock(), request.address
        filled = filled_of(request.fields(), look.desk.kinds)
        if faults := missing(notice_of(filled)):
            return _page(form_page(look, filled, faults), 422)
        network = network_of(address)
        if self._addresses.is_full(address, now) or self._networks.is_full(network, now):
            note = words["busy"].format(minutes=int(_ADDRESS.every_s // 60))
            return _page(form_page(look, filled, note=note), 429, ("Retry-After", str(int(_ADDRESS.every_s))))
        sent = SentNotice(
            reference=new_reference(self._random_bytes),
            way=Way.FORM,
            received=now,
            original=msgspec.json.encode(filled),
            language=look.language,
        )
        if not await asyncio.to_thread(self._box.send, sent):
            return _page(form_page(look, filled, note=words["full"]), 503, ("Retry-After", "300"))
        self._addresses.add(address, now)
        self._networks.add(network, now)
        place = f"notice/{page_of(self._key, sent.reference)}?lang={look.language}&new=1"
        return Response(status=303, headers=(("Location", place), *_HEADERS))

    def _private(
        self, request: Request, parts: list[str], desk: NoticeDesk
    ) -> Response | Coroutine[Any, Any, Response]:
        now, address = self._clock(), request.address
        opened = opened_by(self._key, parts[0]) if len(parts) == 1 else None
        look = self._look(request, desk, below=True)
        if self._openings.is_full(address, now):
            return text(429, "Too many pages that do not exist were asked for from here.", ("Retry-After", "60"))
        standing = None if opened is None else self._standing(opened[0])
        if opened is None or standing is None:
            self._openings.add(address, now)
            return _page(page(look, look.words["title"], f"<h1>{look.words['wrong_page']}</h1>"), 404)
        if request.method == "POST":
            return self._hear(request, look, standing, opened[1])
        fields = request.fields()
        if "application/json" in request.header(b"accept"):
            body = msgspec.json.encode(_plain(standing, opened[1]))
            return Response(body=body, content_type="application/json", headers=_HEADERS)
        sent = fields.get("sent") == "1"
        if opened[1] is Side.AFFECTED:
            return _page(affected_page(look, standing, sent=sent))
        return _page(status_page(look, standing, fresh=fields.get("new") == "1", sent=sent))

    async def _hear(self, request: Request, look: Look, standing: Standing, side: Side) -> Response:
        """A side answers a question, or disputes a decision."""
        fields, now = request.fields(), self._clock()
        said, step = objection_of(fields), Step.ANSWER if fields.get("do") == "answer" else Step.DISPUTE
        allowed = (
            standing.state is State.ASKED and side is Side.SENDER
            if step is Step.ANSWER
            else side in standing.disputable
        )
        note, status = "", 422
        if not allowed:
            note, status = look.words["wrong_page"], 409
        elif len(said.text) < LEAST_WORDS:
            note = look.words["too_short"]
        elif (
            step is Step.DISPUTE
            and side is Side.AFFECTED
            and standing.kind is NoticeKind.DMCA
            and not is_counter_notice(said)
        ):
            note = look.words["incomplete_counter"]
        elif self._addresses.is_full(request.address, now):
            note, status = look.words["busy"].format(minutes=int(_ADDRESS.every_s // 60)), 429
        if not note:
            word = SentWord(
                id=new_word_id(), reference=standing.reference, side=side, step=step, received=now,
                original=msgspec.json.encode(said),
            )  # fmt: skip
            if await asyncio.to_thread(self._box.send, word):
                self._addresses.add(request.address, now)
                place = f"{page_of(self._key, standing.reference, side)}?lang={look.language}&sent=1"
                return Response(status=303, headers=(("Location", place), *_HEADERS))
            note, status = look.words["full"], 503
        shown = (
            affected_page(look, standing, note=note)
            if side is Side.AFFECTED
            else status_page(look, standing, note=note)
        )
        return _page(shown, status)

    def _standing(self, reference: str) -> Standing | None:
        """How far it is; what the panel has not taken in yet was received."""
        found = self._box.standing(reference)
        if found is not None:
            return found
        sent = self._box.sent(reference)
        if sent is None:
            return None
        due = Days(self._zone()).after(datetime.fromtimestamp(sent.received, UTC), self._desk().decide_days)
        return replace(first_standing(sent), due=due.timestamp())

    def _desk(self) -> NoticeDesk:
        """What is offered, looked up every few seconds."""
        now = time.monotonic()
        if self._known is None or now - self._read_at > _DESK_S:
            self._known, self._read_at = self._box.desk(), now
        return self._known

    def _look(self, request: Request, desk: NoticeDesk, *, below: bool = False) -> Look:
        base = f"{place_of(request, self._settings).path}/notice" if self._settings.public_url else "notice"
        return Look(
            language=language_of(request.fields().get("lang", ""), request.header(b"accept-language")),
            station=self._replica.station.name,
            zone=self._zone(),
            desk=desk,
            base="../notice" if below and base == "notice" else base,
            other=request.path.rstrip("/").rpartition("/")[2],
        )

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self._replica.station.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def _off(self, look: Look) -> Response:
        contact = look.desk.contact
        more = f"<p>{look.words['off_contact'].format(contact=contact)}</p>" if contact else ""
        return _page(page(look, look.words["title"], f"<h1>{look.words['off']}</h1>{more}"), 404)


class StatusAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A private page for programs; moments are unix seconds."""

    reference: str
    kind: NoticeKind
    state: State
    sha256: str
    passed: tuple[Passed, ...]
    message: str
    due: float
    dispute_until: float


def first_standing(sent: SentNotice) -> Standing:
    """How far a notice is that has only just arrived."""
    kind = NoticeKind.DSA
    if sent.way is not Way.MAIL:
        kind = msgspec.json.decode(sent.original, type=_Kind).kind
    return Standing(
        reference=sent.reference,
        kind=kind,
        sha256=digest(sent.original),
        state=State.RECEIVED,
        passed=(Passed(State.RECEIVED, sent.received),),
    )


class _Kind(msgspec.Struct, frozen=True):
    kind: NoticeKind = NoticeKind.DSA


def _plain(standing: Standing, side: Side) -> StatusAnswer:
    return StatusAnswer(
        reference=standing.reference,
        kind=standing.kind,
        state=standing.state,
        sha256=standing.sha256,
        passed=standing.passed,
        message=standing.affected if side is Side.AFFECTED else standing.message,
        due=standing.due,
        dispute_until=standing.dispute_until,
    )


def _page(body: str, status: int = 200, *headers: tuple[str, str]) -> Response:
    return Response(status=status, body=body.encode(), content_type=_HTML, headers=(*_HEADERS, *headers))

"""`POST /notice/api`: notices from programs of registered flaggers, each taken once under its sender's own number."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import TYPE_CHECKING

import msgspec

from rightcast.contract.notices import SentNotice
from rightcast.domain.notice_references import page_of, reference_of
from rightcast.domain.notices import LONGEST_NAME, Way, digest, missing
from rightcast.edge.guessing import ADDRESS, Buckets, Patience
from rightcast.edge.http_message import Response
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.notices.reading import Call, called, notice_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.notices import Filled, FlaggerKey, NoticeDesk
    from rightcast.contract.station import StationSettings
    from rightcast.edge.http_message import Request
    from rightcast.state.notices import NoticeBox

_BURST = 60


class Fault(msgspec.Struct, frozen=True):
    """Something wrong with a call; `field` names where."""

    code: str
    field: str
    sentence: str
    remedy: str


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a call is answered. `status` is the address of the private page; `faults` say why it was not taken."""

    reference: str = ""
    status: str = ""
    received: float = 0.0
    sha256: str = ""
    repeated: bool = False
    faults: tuple[Fault, ...] = ()


class Flaggers:
    """Answers calls. `desk` says who may, `clock` gives unix seconds."""

    def __init__(
        self,
        box: NoticeBox,
        key: bytes,
        desk: Callable[[], NoticeDesk],
        *,
        settings: StationSettings,
        clock: Callable[[], float],
    ) -> None:
        self._box = box
        self._key = key
        self._desk = desk
        self._settings = settings
        self._clock = clock
        self._strangers = Buckets(ADDRESS)
        self._used: dict[tuple[int, int], Buckets] = {}

    async def answer(self, request: Request) -> Response:
        """Take a notice in."""
        if request.method != "POST":
            return _refuse(405, "method", "", "Notices are sent by POST.", "See the reference.", ("Allow", "POST"))
        now = self._clock()
        if self._strangers.is_full(request.address, now):
            return _slow("Too many wrong tokens came from here.", 60)
        flagger = self._who(request.header(b"authorization"))
        if flagger is None:
            self._strangers.add(request.address, now)
            more = ("WWW-Authenticate", 'Bearer realm="notices"')
            return _refuse(401, "token", "", "The token is not right.", "Ask the operator for a new one.", more)
        if not self._may(flagger, now):
            return _slow("More notices came than were agreed.", max(1, 3600 // flagger.hourly))
        try:
            call = msgspec.json.decode(request.body, type=Call)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            return _refuse(400, "body", "", f"The call cannot be read: {error}.", "See the reference for its fields.")
        return await self._take(request, flagger, call, now)

    async def _take(self, request: Request, flagger: FlaggerKey, call: Call, now: float) -> Response:
        filled = called(call, flagger.name, flagger.email)
        if faults := self._faults(call, filled):
            return _answer(422, Answer(faults=faults))
        original = msgspec.json.encode(filled)
        reference = reference_of(self._key, "flagger", str(flagger.id), call.id)
        page = f"{place_of(request, self._settings).url}/notice/{page_of(self._key, reference)}"
        before = self._sha256_of(reference)
        if not before:
            sent = SentNotice(
                reference=reference, way=Way.API, received=now, original=original, flagger_id=flagger.id, own_id=call.id
            )
            if not await asyncio.to_thread(self._box.send, sent):
                return _slow("Too many notices wait.", 300, status=503)
            if self._sha256_of(reference) == digest(original):
                done = Answer(reference=reference, status=page, received=now, sha256=digest(original))
                return _answer(201, done, ("Location", page))
            before = self._sha256_of(reference)  # another edge took one under this number at the same moment
        if before != digest(original):
            remedy = "Send what is new under a new id."
            return _refuse(409, "id", "id", "Another notice was sent under this id.", remedy)
        return _answer(200, Answer(reference=reference, status=page, sha256=before, repeated=True))

    def _faults(self, call: Call, filled: Filled) -> tuple[Fault, ...]:
        """What is wrong with a call that can be read."""
        if not call.id.strip() or len(call.id) > LONGEST_NAME:
            return (Fault("id", "id", "The notice has no number of yours.", "Give 1 to 200 letters as id."),)
        if call.kind not in self._desk().kinds:
            return (Fault("kind", "kind", "Such notices are not taken here.", "Send another kind."),)
        return tuple(Fault(one.code, one.field, one.sentence, one.remedy) for one in missing(notice_of(filled)))

    def _sha256_of(self, reference: str) -> str:
        """The hash of what was sent under a reference, "" when nothing was."""
        standing = self._box.standing(reference)
        if standing is not None:
            return standing.sha256
        sent = self._box.sent(reference)
        return "" if sent is None else digest(sent.original)

    def _who(self, header: str) -> FlaggerKey | None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        given = hashlib.sha256(token.strip().encode("latin-1")).hexdigest()
        return next((one for one in self._desk().flaggers if hmac.compare_digest(one.digest, given)), None)

    def _may(self, flagger: FlaggerKey, now: float) -> bool:
        """Whether it keeps within its rate; a burst is allowed."""
        key = flagger.id, flagger.hourly
        if key not in self._used:
            self._used[key] = Buckets(Patience(min(_BURST, flagger.hourly), 3600.0 / flagger.hourly))
        if self._used[key].is_full("", now):
            return False
        self._used[key].add("", now)
        return True


def _refuse(status: int, code: str, field: str, sentence: str, remedy: str, *headers: tuple[str, str]) -> Response:
    return _answer(status, Answer(faults=(Fault(code, field, sentence, remedy),)), *headers)


def _slow(sentence: str, seconds: int, *, status: int = 429) -> Response:
    return _refuse(status, "rate", "", sentence, f"Wait {seconds} seconds.", ("Retry-After", str(seconds)))


def _answer(status: int, answer: Answer, *headers: tuple[str, str]) -> Response:
    body = msgspec.json.encode(answer)
    return Response(
        status=status, body=body, content_type="application/json", headers=(("Cache-Control", "no-store"), *headers)
    )

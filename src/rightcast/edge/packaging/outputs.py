"""Answers the addresses of formats that are made just in time: playlists, manifests, initialization, fragments, parts.

Every request stands on a viewing; one that waits is answered at once when a decision ends the viewing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.marking import is_twin
from rightcast.domain.protection import CMAF_SCHEMES, TS_SCHEMES
from rightcast.edge.cues import is_hidden
from rightcast.edge.heights import has_picture
from rightcast.edge.http_message import Response, text
from rightcast.edge.packaging import lists, names
from rightcast.edge.packaging.courses import Courses
from rightcast.edge.packaging.job import Recipe
from rightcast.edge.packaging.manifests import MANIFEST_TYPE
from rightcast.edge.packaging.names import ALL_PIDS, WHOLE, Form
from rightcast.edge.packaging.offers import Offer, holds, may_ask, offers
from rightcast.edge.packaging.tracks import is_av1, stays_in_ts
from rightcast.edge.packaging.workshop import Product, Wanted
from rightcast.edge.refusals import not_found, not_on_air, refusal
from rightcast.edge.slices import IMMUTABLE, SegmentSlice, slice_of
from rightcast.formats.hls.blocking import Directives, read_directives, too_far
from rightcast.formats.isobmff.captions import captions_init, documents_init
from rightcast.formats.webvtt import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.domain.packaging import Packaging
    from rightcast.edge.http_connection import Answer
    from rightcast.edge.http_message import Request
    from rightcast.edge.marking import Variants
    from rightcast.edge.packaging.covers import Cover, Covers
    from rightcast.edge.packaging.lists import Lists
    from rightcast.edge.packaging.manifests import Manifests
    from rightcast.edge.packaging.workshop import Workshop
    from rightcast.edge.ring_reader import Ring, Rings, Segment
    from rightcast.edge.viewings import Viewing

FIRST_WAIT_S = 10.0
_MASTERS = {names.MASTER: Form.TS, names.CMAF_MASTER: Form.CMAF, names.LOW_LATENCY_MASTER: Form.LOW_LATENCY}
_SUBTITLES = {Form.TEXT: Recipe.TEXT, Form.CAPTIONS: Recipe.CAPTIONS, Form.BITMAPS: Recipe.BITMAPS}
_PIECE_TYPES = {Form.TS: "video/mp2t", Form.TEXT: CONTENT_TYPE}
_BEGINNINGS = {names.CMAF_MASTER, names.LOW_LATENCY_MASTER, names.MANIFEST}
"""What players ask for just before they need fragments."""
_NO_CACHE = ("Cache-Control", "no-cache")
_ALL = Offer(ts=True, cmaf=True, low_latency=True, dash=True)
"""What is shown instead of a channel leaves in whatever that is offered in."""

T = TypeVar("T")


class Outputs:
    """Everything under a token but the plain playlist and segments of transport stream.

    `packaging` says what a channel offers, `covers` how it is encrypted, `place` under which address the sender of a
    request reaches this edge.
    """

    def __init__(
        self,
        rings: Rings,
        workshop: Workshop,
        lists: Lists,
        manifests: Manifests,
        *,
        covers: Covers,
        packaging: Callable[[int], Packaging],
        place: Callable[[Request], str],
        variants: Variants,
    ) -> None:
        self._rings = rings
        self._workshop = workshop
        self._lists = lists
        self._manifests = manifests
        self._covers = covers
        self._packaging = packaging
        self._place = place
        self._variants = variants
        self._courses = Courses(rings, lists, manifests)
        self._shared: dict[tuple[Ring, int, int | None], asyncio.Task[bool]] = {}

    def answer(
        self, request: Request, viewing: Viewing, name: str, channel_id: int = -1
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """The answer to what a viewing asks for by name; `channel_id`: where it sees another channel than its own."""
        foreign = channel_id not in {-1, viewing.channel_id}
        offered = _ALL if foreign else self._offered(viewing.channel_id)
        form = None if foreign else _MASTERS.get(name)
        if name in _BEGINNINGS:
            self._workshop.warm()
        if name == names.MANIFEST and offered.dash and not foreign:
            return self._first(viewing, lambda: self._manifest(request, viewing))
        if form is not None and offers(offered, form):
            return self._first(viewing, lambda: self._master(viewing, form))
        found = names.read(name)
        if found is None or not may_ask(offered, found):
            return not_found()
        if viewing.course and isinstance(found, names.Listing):
            return not_found() if foreign else self._spliced(request, viewing, found.track)
        return self._of_ring(request, viewing, found, channel_id if foreign else viewing.channel_id)

    def _of_ring(
        self, request: Request, viewing: Viewing, found: names.Listing | names.Init | names.Piece, channel_id: int
    ) -> Answer | Coroutine[Any, Any, Answer]:
        if is_twin(found.track.rendition) and found.track.rendition != viewing.shows.rendition:
            return not_found()
        ring = self._rings.get(channel_id, found.track.rendition)
        if not holds(ring, found.track) or not self._fits(ring, found.track.form):
            return not_found()
        if has_picture(ring, found.track) and not viewing.may_see(ring):
            return refusal(Denied(Reason.PICTURE_TOO_LARGE))
        return self._of_track(request, viewing, ring, found)

    def entrance(self, channel_id: int, wanted: str) -> str | None:
        """The name at which a player begins that asks for a format; None when the channel is not offered in it.

        Without a wish it is the plain playlist, as long as that holds all there is to choose. A wish for fragments is
        answered with transport stream where pictures (or a radio's sound) are of a codec that stays in it.
        """
        offered = self._offered(channel_id)
        only_ts = stays_in_ts(self._rings.of_channel(channel_id))
        if only_ts and wanted in {"cmaf", "ll"}:
            wanted = "ts"
        match wanted:
            case "" if not offered.ts:
                return names.CMAF_MASTER
            case "" | "ts" if offered.ts:
                return names.INDEX if lists.is_plain(self._fitting(channel_id, Form.TS)) else names.MASTER
            case "cmaf" if offered.cmaf:
                return names.CMAF_MASTER
            case "ll" if offered.cmaf and offered.low_latency:
                return names.LOW_LATENCY_MASTER
            case "dash" if offered.dash and not only_ts:
                return names.MANIFEST
            case _:
                return None

    def _offered(self, channel_id: int) -> Offer:
        """What the channel is offered in: under protection only what its scheme encrypts."""
        packaging, scheme = self._packaging(channel_id), self._covers.protection(channel_id).scheme
        cmaf = scheme not in TS_SCHEMES
        return Offer(
            ts=scheme not in CMAF_SCHEMES,
            cmaf=(cmaf and packaging.cmaf) or scheme in CMAF_SCHEMES,
            low_latency=cmaf and packaging.low_latency,
            dash=cmaf and packaging.dash,
        )

    def _rings_for_master(self, viewing: Viewing, form: Form) -> Sequence[Ring]:
        """Of what a master playlist speaks: of the channel asked for, or, while that has nothing, of what is seen."""
        own = self._fitting(viewing.channel_id, form)
        if not viewing.course or (own and own[0].closed_segments()):
            return own
        return self._courses.rings_for_master(viewing)

    def _fitting(self, channel_id: int, form: Form) -> list[Ring]:
        """The rings of a channel that can be given in a form."""
        return [ring for ring in self._rings.of_channel(channel_id) if self._fits(ring, form)]

    def _fits(self, ring: Ring, form: Form) -> bool:
        """AV1 goes out in clear fragments only."""
        return not is_av1(ring) or (form is not Form.TS and not self._covers.protection(ring.channel_id).is_on)

    def _of_track(
        self, request: Request, viewing: Viewing, ring: Ring, found: names.Listing | names.Init | names.Piece
    ) -> Answer | Coroutine[Any, Any, Answer]:
        match found:
            case names.Listing():
                return self._listing(request, viewing, ring, found.track)
            case names.Init():
                return self._init(request, viewing, ring, found)
            case names.Piece():
                return self._piece(request, viewing, ring, found)

    # Playlists and manifests

    def _first(self, viewing: Viewing, write: Callable[[], Answer]) -> Answer | Coroutine[Any, Any, Answer]:
        """What can be written, or, for a channel that starts, as soon as it can."""
        return write() or self._when_on_air(viewing, self._rings.get(viewing.channel_id), write)

    async def _when_on_air(self, viewing: Viewing, ring: Ring, write: Callable[[], Answer]) -> Answer:
        await until(viewing, asyncio.ensure_future(ring.until(lambda: write() is not None, timeout_s=FIRST_WAIT_S)))
        return refusal(Denied(viewing.refused)) if viewing.ended else write() or not_on_air()

    def _master(self, viewing: Viewing, form: Form) -> Answer:
        rings = self._rings_for_master(viewing, form)
        own = bool(rings) and rings[0].channel_id == viewing.channel_id
        return lists.master(rings, form, viewing.max_height if own else 0)

    def _manifest(self, request: Request, viewing: Viewing) -> Answer:
        place = self._place(request)
        base = f"{place}/s/{viewing.token}/{viewing.channel_id}/"
        if viewing.course:
            body = self._courses.manifest(viewing, clock=f"{place}/time", base=base)
        else:
            rings = self._fitting(viewing.channel_id, Form.CMAF)
            since, most = viewing.from_wall, viewing.max_height
            body = self._manifests.write(rings, clock=f"{place}/time", base=base, since=since, most=most)
        if body is None:
            return None
        return Response(body=body.encode(), content_type=MANIFEST_TYPE, headers=(_NO_CACHE,))

    def _listing(
        self, request: Request, viewing: Viewing, ring: Ring, track: names.Track
    ) -> Answer | Coroutine[Any, Any, Answer]:
        if track.form not in {Form.CMAF, Form.LOW_LATENCY}:
            return self._first(viewing, lambda: self._lists.media(ring, track, since=viewing.from_wall))
        try:
            wanted = read_directives(request.fields()) if request.query else Directives()
        except ValueError as error:
            return text(400, str(error))
        if track.form is Form.CMAF:
            wanted = replace(wanted, part=None, skip=False)  # it has no parts, and skips are not announced
        now = lists.standing(ring)
        if wanted.sequence is None or now is None:
            return self._first(
                viewing, lambda: self._lists.media(ring, track, skip=wanted.skip, since=viewing.from_wall)
            )
        if too_far(wanted, now):
            return text(400, "That segment is too far ahead.")
        if now.has(wanted.sequence, wanted.part):
            return self._lists.media(ring, track, skip=wanted.skip, since=viewing.from_wall) or not_on_air()
        return self._blocking(viewing, ring, track, wanted)

    def _spliced(self, request: Request, viewing: Viewing, track: names.Track) -> Answer | Coroutine[Any, Any, Answer]:
        """The playlist of a session that was moved; a request for what is to come waits like any other."""

        def write() -> Answer:
            return self._courses.media(viewing, track)

        try:
            wanted = read_directives(request.fields()) if request.query else Directives()
        except ValueError as error:
            return text(400, str(error))
        now = self._courses.now(viewing, track) if track.form in {Form.CMAF, Form.LOW_LATENCY} else None
        if wanted.sequence is None or now is None:
            return self._first(viewing, write)
        ring, shift = now
        part = wanted.part if track.form is Form.LOW_LATENCY else None
        sequence = wanted.sequence - shift.sequence
        stands = lists.standing(ring)
        if stands is None or stands.has(sequence, part):
            return self._first(viewing, write)
        if too_far(replace(wanted, sequence=sequence, part=part), stands):
            return text(400, "That segment is too far ahead.")
        return self._spliced_later(viewing, self._reaching(ring, sequence, part), write)

    async def _spliced_later(self, viewing: Viewing, comes: asyncio.Task[bool], write: Callable[[], Answer]) -> Answer:
        await until(viewing, comes)
        return refusal(Denied(viewing.refused)) if viewing.ended else write() or not_on_air()

    async def _blocking(self, viewing: Viewing, ring: Ring, track: names.Track, wanted: Directives) -> Answer:
        """Answer once the playlist holds what is asked for (draft-pantos-hls-rfc8216bis section 6.2.5.2)."""
        came = await until(viewing, self._reaching(ring, wanted.sequence or 0, wanted.part))
        if viewing.ended:
            return refusal(Denied(viewing.refused))
        if not came:
            return text(503, "The picture has stopped.", ("Retry-After", "1"), _NO_CACHE)
        return self._lists.media(ring, track, skip=wanted.skip, since=viewing.from_wall) or not_on_air()

    def _reaching(self, ring: Ring, sequence: int, part: int | None) -> asyncio.Task[bool]:
        """One wait for all who wait for the same part."""
        key = ring, sequence, part
        task = self._shared.get(key)
        if task is None:

            def there() -> bool:
                now = lists.standing(ring)
                return now is not None and now.has(sequence, part)

            limit = 3.0 * ring.target_duration  # longer than that is a failure of the server
            task = self._shared[key] = asyncio.create_task(ring.until(there, timeout_s=limit))
            task.add_done_callback(lambda _: self._shared.pop(key, None))
        return task

    # Bytes

    def _init(
        self, request: Request, viewing: Viewing, ring: Ring, wanted: names.Init
    ) -> Answer | Coroutine[Any, Any, Answer]:
        pid = wanted.track.pid
        if wanted.track.form in names.SUBTITLES:
            body = captions_init(pid) if wanted.track.form is Form.CAPTIONS else documents_init(pid)
            return Response(body=body, content_type="application/mp4", headers=(IMMUTABLE,))
        source = self._source_of(ring, wanted)
        cover = self._covers.cover(source[0]) if source is not None else None
        product = self._workshop.of_epoch(wanted.epoch, pid, ring.channel_id, ring.rendition, cover)
        if product is not None and source is not None:
            return _init_of(request, viewing, ring, product, wanted)
        return not_found() if source is None else self._made_init(request, viewing, source, wanted)

    async def _made_init(
        self, request: Request, viewing: Viewing, source: tuple[Segment, int], wanted: names.Init
    ) -> Answer:
        segment, part = source
        recipe = Wanted(Recipe.FRAGMENTS, part, cover=self._covers.cover(segment))
        product = await until(viewing, self._workshop.make(segment, recipe))
        if viewing.ended:
            return refusal(Denied(viewing.refused))
        return _init_of(request, viewing, segment.ring, product, wanted) if product is not None else _cannot()

    def _piece(
        self, request: Request, viewing: Viewing, ring: Ring, wanted: names.Piece
    ) -> Answer | Coroutine[Any, Any, Answer]:
        if wanted.part != WHOLE:
            place = lists.find_part(ring, wanted.sequence, wanted.part)
            if place is None:
                is_next = (wanted.sequence, wanted.part) == lists.next_part(ring)
                return self._hinted(request, viewing, ring, wanted) if is_next else not_found()
            return self._fragment(request, viewing, place[0], wanted, place[1])
        segment = ring.segments.get(wanted.sequence)
        if segment is None or not segment.closed or not segment.end:
            now = lists.standing(ring)
            soon = now is not None and wanted.sequence == now.sequence + now.closed
            return self._hinted(request, viewing, ring, wanted) if soon else not_found()
        if _is_dark(segment, viewing):
            return refusal(Denied(Reason.BLACKED_OUT))
        if ring.twin is not None:
            segment = self._variants.of(viewing.sid, segment)
        clear = not self._covers.protection(ring.channel_id).is_on
        if clear and wanted.track.form is Form.TS and wanted.track.pid == ALL_PIDS:
            tag = f"{segment.ring.rendition}-{segment.epoch}-{segment.sequence}-{segment.end}"
            return _counted(
                request, viewing, slice_of(request, segment, (0, segment.end), tag, "video/mp2t", owner=viewing)
            )
        return self._fragment(request, viewing, segment, wanted, WHOLE)

    async def _hinted(self, request: Request, viewing: Viewing, ring: Ring, wanted: names.Piece) -> Answer:
        """The part or segment that comes next: wait until it is complete.

        Players whose clock goes before ours ask for segments early, and some take what is not there for lost.
        """
        part = None if wanted.part == WHOLE else wanted.part
        came = await until(viewing, self._reaching(ring, wanted.sequence, part))
        if viewing.ended:
            return refusal(Denied(viewing.refused))
        answer = self._piece(request, viewing, ring, wanted) if came else not_found()
        return await answer if isinstance(answer, Coroutine) else answer

    def _fragment(
        self, request: Request, viewing: Viewing, segment: Segment, wanted: names.Piece, part: int
    ) -> Answer | Coroutine[Any, Any, Answer]:
        if _is_dark(segment, viewing):
            return refusal(Denied(Reason.BLACKED_OUT))
        if self._covers.withheld(segment) and wanted.track.form not in names.SUBTITLES:
            return text(503, "There is no key for this yet.", ("Retry-After", "1"), _NO_CACHE)
        recipe = _recipe(segment, wanted.track, part, self._covers.cover(segment))
        product = self._workshop.have(segment, recipe)
        if product is None:
            return self._made_fragment(request, viewing, segment, wanted, recipe)
        return _fragment_of(request, viewing, product, wanted, segment)

    async def _made_fragment(
        self, request: Request, viewing: Viewing, segment: Segment, wanted: names.Piece, recipe: Wanted
    ) -> Answer:
        product = await until(viewing, self._workshop.make(segment, recipe))
        if viewing.ended:
            return refusal(Denied(viewing.refused))
        if product is None:
            return _cannot()
        return _fragment_of(request, viewing, product, wanted, segment)

    def _source_of(self, ring: Ring, wanted: names.Init) -> tuple[Segment, int] | None:
        """From what an initialization section can be made: a whole segment, else a part with a key frame.

        One of the epoch, and of the key that the name says.
        """
        of_epoch = [one for one in ring.segments.values() if one.epoch == wanted.epoch and one.parts]
        fitting = [one for one in of_epoch if self._key_of(one) == wanted.key and not self._covers.withheld(one)]
        closed = next((one for one in reversed(fitting) if one.closed), None)
        if closed is not None:
            return closed, WHOLE
        return next(((one, one.joinable) for one in fitting if one.joinable >= 0), None)

    def _key_of(self, segment: Segment) -> int | None:
        cover = self._covers.cover(segment)
        return None if cover is None else cover.name


async def until(viewing: Viewing, task: asyncio.Future[T]) -> T | None:
    """Wait for what others may wait for too; None as soon as a decision ended or moved the viewing."""
    if viewing.ended:
        return None
    shows = viewing.shows
    own: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def done(_: asyncio.Future[T]) -> None:
        if not own.done():
            own.set_result(True)

    task.add_done_callback(done)
    viewing.waits.add(own)
    try:
        await asyncio.wait((own,))
    finally:
        viewing.waits.discard(own)
        task.remove_done_callback(done)
    over = viewing.ended or viewing.shows != shows  # what it waited for it may no longer see
    return task.result() if task.done() and not task.cancelled() and not over else None


def _is_dark(segment: Segment, viewing: Viewing) -> bool:
    """Whether a segment of its channel began when that was dark for the viewing."""
    return segment.ring.channel_id == viewing.channel_id and is_hidden(segment, viewing.from_wall)


def _recipe(segment: Segment, track: names.Track, part: int, cover: Cover | None) -> Wanted:
    match track.form:
        case Form.TS if track.pid == ALL_PIDS:
            return Wanted(Recipe.WHOLE, WHOLE, cover=cover)
        case Form.TS:
            return Wanted(Recipe.SELECTION, WHOLE, (track.pid,), cover=cover)
        case Form.TEXT | Form.CAPTIONS | Form.BITMAPS:
            page = next((one for one in segment.ring.tracks if (one.pid, one.page) == (track.pid, track.page)), None)
            language, ancillary = ("", 0) if page is None else (page.language, page.ancillary)
            return Wanted(_SUBTITLES[track.form], WHOLE, (track.pid,), track.page, ancillary, language)
        case _:
            return Wanted(Recipe.FRAGMENTS, part, cover=cover)


def _init_of(request: Request, viewing: Viewing, ring: Ring, product: Product, wanted: names.Init) -> Answer:
    place = product.inits.get(wanted.track.pid)
    if place is None:
        return not_found()
    tag = f"{wanted.track.stem}-{wanted.epoch}-{place.size}{_covered(product)}"
    kind = f"{_kind(ring, wanted.track.pid)}/mp4"
    return slice_of(request, product, (place.start, place.size), tag, kind, owner=viewing)


def _fragment_of(request: Request, viewing: Viewing, product: Product, wanted: names.Piece, segment: Segment) -> Answer:
    place = product.fragments.get(wanted.track.pid)
    if place is None:
        return not_found()
    tag = f"{wanted.track.stem}-{segment.epoch}-{wanted.sequence}-{wanted.part}-{place.size}{_covered(product)}"
    kind = _PIECE_TYPES.get(wanted.track.form, "video/iso.segment")
    return _counted(request, viewing, slice_of(request, product, (place.start, place.size), tag, kind, owner=viewing))


def _covered(product: Product) -> str:
    """What a tag says of encryption: bytes of one name differ with the scheme and the key."""
    return f"-{product.cover.scheme}-{product.cover.name}" if product.cover is not None else ""


def _kind(ring: Ring, pid: int) -> str:
    return next((one.kind for one in ring.tracks if one.pid == pid and one.kind in {"video", "audio"}), "video")


def _counted(request: Request, viewing: Viewing, answer: Answer) -> Answer:
    if isinstance(answer, SegmentSlice) and not request.is_head:
        viewing.bytes_sent += answer.size
    return answer


def _cannot() -> Response:
    return text(503, "This could not be packaged; the edge's log says why.", ("Retry-After", "1"), _NO_CACHE)

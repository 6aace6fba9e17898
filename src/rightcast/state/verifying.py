"""Verifies an audit trail offline: rows, checkpoints, signed roots, stamps; finds what was changed, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rightcast.domain.anchors import NOTHING, Base, Root, digest, read_base, read_root
from rightcast.domain.chain import Fault, Walk, Wrong
from rightcast.domain.errors import StampRefusedError
from rightcast.state.signing import fingerprint, signed_by
from rightcast.state.stamps import checked_stamp, stamp_holds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.state.trail import Signed, Trail

MOST_FAULTS = 1000


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What was found. `anchored`: rows that a signed root stands for; rows after it rest on the chain alone."""

    first: int = 0
    last: int = 0
    rows: int = 0
    roots: int = 0
    anchored: int = 0
    stamped: int = 0
    stamped_at: str = ""
    key: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def found(self, wrong: Wrong, first: int, last: int, sentence: str) -> None:
        """Note one fault; after MOST_FAULTS no more."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(wrong, first, last, sentence))


def verify(
    trail: Trail, *, public: bytes | None = None, authority: bytes = b"", witnessed: Iterable[Signed] = ()
) -> Verdict:
    """Follow the trail from its beginning to its end.

    `public`: the station's key, without which signatures are not looked at; `authority`: certificates (PEM) under
    which stamps must stand; `witnessed`: roots from a mirror, which hold also when the trail has lost them.
    """
    verdict = Verdict(key=fingerprint(public) if public is not None else "")
    with trail.still():
        for words in trail.unreadable():
            verdict.found(Wrong.UNREADABLE, 0, 0, words)
        begin = _beginning(trail, public, verdict)
        roots = _roots(trail.roots(), list(witnessed), public, authority, verdict)
        walk = Walk(begin.seq, begin.hash, begin.tree)
        _walk(trail, walk, roots, begin, verdict)
        _check_end(trail, walk, roots, verdict)
    verdict.first = begin.seq + 1
    verdict.last = walk.seq
    return verdict


def _beginning(trail: Trail, public: bytes | None, verdict: Verdict) -> Base:
    """The newest checkpoint; each is looked at."""
    begin: Base | None = None
    for one in trail.checkpoints():
        try:
            base = read_base(one.record)
        except (ValueError, KeyError):
            verdict.found(Wrong.CHECKPOINT, one.size, one.size, f"the checkpoint after row {one.size} was changed")
            continue
        if base.seq != one.size:
            words = f"the checkpoint after row {base.seq} stands at {one.size}"
            verdict.found(Wrong.CHECKPOINT, base.seq, base.seq, words)
        unsigned_genesis = base.seq == 0 and not one.signature and not trail.roots()
        if public is not None and not unsigned_genesis and not signed_by(public, one.record, one.signature):
            words = f"the checkpoint after row {base.seq} is not signed by this key"
            verdict.found(Wrong.SIGNATURE, base.seq, base.seq, words)
        begin = base
    if begin is None:
        if any(True for _ in trail.rows()):
            verdict.found(Wrong.CHECKPOINT, 0, 0, "the chain has no beginning: neither genesis nor checkpoint")
        return Base(seq=0, hash=NOTHING)
    return begin


def _roots(
    own: list[Signed], witnessed: list[Signed], public: bytes | None, authority: bytes, verdict: Verdict
) -> list[Root]:
    """The roots that are what they say, in the order of their sizes."""
    found: list[Root] = []
    ordered: list[Root] = []
    for one, is_own in [*((one, True) for one in own), *((one, False) for one in witnessed)]:
        where = "of the mirror" if not is_own else "of the trail"
        try:
            root = read_root(one.record)
        except (ValueError, KeyError):
            verdict.found(Wrong.ROOT, one.size, one.size, f"root {one.number} {where} was changed")
            continue
        if (root.number, root.size) != (one.number, one.size):
            verdict.found(Wrong.ROOT, root.size, root.size, f"root {root.number} {where} is listed as another")
        if public is not None and not signed_by(public, one.record, one.signature):
            words = f"root {root.number} {where} (rows up to {root.size}) is not signed by this key"
            verdict.found(Wrong.SIGNATURE, root.first, root.size, words)
            continue
        found.append(root)
        if is_own:
            ordered.append(root)
        _check_stamp(one, root, authority, verdict)
    _check_order(ordered, verdict)
    return sorted({root.text(): root for root in found}.values(), key=lambda one: one.size)


def _check_order(roots: list[Root], verdict: Verdict) -> None:
    """Roots are numbered 1, 2, 3 ... and each names the one before by its digest."""
    number, before = 0, NOTHING
    for root in roots:
        if root.number != number + 1:
            words = f"roots {number + 1} to {root.number - 1} are missing"
            verdict.found(Wrong.ROOT, root.first, root.size, words)
        elif root.previous != before:
            words = f"root {root.number} does not follow root {number} as that stands now"
            verdict.found(Wrong.ROOT, root.first, root.size, words)
        number, before = root.number, digest(root.text())


def _check_stamp(one: Signed, root: Root, authority: bytes, verdict: Verdict) -> None:
    if not one.stamp:
        return
    data = one.record.encode()
    try:
        at = checked_stamp(one.stamp, data, None)
        trouble = stamp_holds(one.stamp, data, authority) if authority else ""
    except StampRefusedError as error:
        trouble = error.sentence
    if trouble:
        verdict.found(Wrong.SIGNATURE, root.first, root.size, f"the stamp of root {root.number}: {trouble}")
    elif root.size >= verdict.stamped:
        verdict.stamped, verdict.stamped_at = root.size, f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _walk(trail: Trail, walk: Walk, roots: list[Root], begin: Base, verdict: Verdict) -> None:
    due = [root for root in roots if root.size >= begin.seq]
    verdict.roots = len(roots)
    at = sum(1 for root in due if _holds(root, walk, verdict))
    step, following = walk.step, due[at].size if at < len(due) else -1
    count = 0
    for row in trail.rows():
        count += 1
        fault = step(row)
        if fault is not None and len(verdict.faults) < MOST_FAULTS:
            verdict.faults.append(fault)
        while 0 <= following <= walk.seq:
            _holds(due[at], walk, verdict)
            at += 1
            following = due[at].size if at < len(due) else -1
    verdict.rows = count


def _holds(root: Root, walk: Walk, verdict: Verdict) -> bool:
    """Whether the rows up to here give the root; where they do not, they were rewritten since the last that holds."""
    if root.size != walk.seq:
        return False
    if walk.tree.size == root.size and walk.tree.root.hex() == root.root and walk.hash == root.chain:
        verdict.anchored = root.size
        return True
    if not any(one.last > verdict.anchored for one in verdict.faults):
        words = (
            f"rows {verdict.anchored + 1} to {root.size}: they agree with each other, and not with root {root.number}, "
            f"signed {root.at}"
        )
        verdict.found(Wrong.ROOT, verdict.anchored + 1, root.size, words)
    return True


def _check_end(trail: Trail, walk: Walk, roots: list[Root], verdict: Verdict) -> None:
    beyond = max((root.size for root in roots), default=0)
    end = trail.end()
    if beyond > walk.seq:
        words = f"rows {walk.seq + 1} to {beyond} are missing at the end; a signed root stands for them"
        verdict.found(Wrong.TRUNCATED, walk.seq + 1, beyond, words)
    elif end is not None and end.seq > walk.seq:
        words = f"rows {walk.seq + 1} to {end.seq} are missing at the end"
        verdict.found(Wrong.TRUNCATED, walk.seq + 1, end.seq, words)
    elif end is None:
        if walk.seq:
            verdict.found(Wrong.HEAD, walk.seq, walk.seq, "the row of the chain's end is missing")
    elif end.seq < walk.seq:
        words = f"rows {end.seq + 1} to {walk.seq} stand after the chain's end"
        verdict.found(Wrong.INSERTED, end.seq + 1, walk.seq, words)
    if end is not None and end.seq == walk.seq and end.hash != walk.hash:
        verdict.found(Wrong.HEAD, walk.seq, walk.seq, f"row {walk.seq} is not the one that the chain's end names")

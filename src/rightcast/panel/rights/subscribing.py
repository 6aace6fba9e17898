"""How many lines may have a right: nobody is given its channels beyond that, and when it shrinks the oldest stay.

A line counts that is active, lives where the right reaches, and has one of its channels in a package; also where
another right would carry that channel too.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ConflictError
from rightcast.domain.lineup import LineStatus
from rightcast.domain.rights import WORLDWIDE, RightStatus
from rightcast.panel.lines.models import Line
from rightcast.panel.rights.models import CarriageRight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from rightcast.panel.operation import Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """How many lines have a right, of how many that may."""

    right_id: int
    reference: str
    lines: int
    cap: int

    @property
    def over(self) -> int:
        """How many lines have it and are refused: the newest."""
        return max(0, self.lines - self.cap)

    @property
    def near(self) -> bool:
        """Whether nine of ten places are taken."""
        return self.lines * 10 >= self.cap * 9


def subscribers(right: CarriageRight, now: datetime) -> QuerySet[Line]:
    """The lines that have a right, oldest first."""
    entitled = Line.packages.through.objects.filter(package__lineups__entries__channel__rights=right).values("line_id")
    lines = Line.objects.filter(Q(expires=None) | Q(expires__gt=now), id__in=entitled, status=LineStatus.ACTIVE.value)
    if WORLDWIDE not in right.territories:
        lines = lines.filter(territory__in=right.territories)
    return lines.order_by("id")


def subscribed(right: CarriageRight, now: datetime) -> Subscribed | None:
    """The count; None without a cap."""
    cap = int(right.bounds.get("subscribers", 0))
    if not cap:
        return None
    return Subscribed(right_id=right.pk, reference=right.reference, lines=subscribers(right, now).count(), cap=cap)


def newest_line_id(right: CarriageRight, now: datetime) -> int:
    """The newest of the lines that have a place, 0 when all have one."""
    cap = int(right.bounds.get("subscribers", 0))
    if not cap:
        return 0
    found = list(subscribers(right, now).values_list("id", flat=True)[cap - 1 : cap + 1])
    return found[0] if len(found) > 1 else 0


def counts(now: datetime) -> dict[int, Subscribed]:
    """Of every right with a cap that is, or will be, in force; by three queries, however many there are."""
    rights = CarriageRight.objects.filter(
        Q(ends=None) | Q(ends__gt=now), status=RightStatus.ACTIVE.value, bounds__subscribers__gt=0
    )
    packages: dict[int, set[int]] = {right.pk: set() for right in rights}
    if not packages:
        return {}
    for number, package in rights.order_by().values_list("id", "channels__entries__lineup__packages").distinct():
        packages[number].add(package)
    having: dict[int, set[tuple[int, str]]] = {}
    lines = Line.objects.filter(Q(expires=None) | Q(expires__gt=now), status=LineStatus.ACTIVE.value)
    for package, line, territory in lines.values_list("packages", "id", "territory"):
        having.setdefault(package, set()).add((line, territory))
    found: dict[int, Subscribed] = {}
    for right in rights:
        everywhere = WORLDWIDE in right.territories
        theirs = {one for package in packages[right.pk] if package is not None for one in having.get(package, ())}
        count = sum(everywhere or territory in right.territories for _, territory in theirs)
        cap = int(right.bounds["subscribers"])
        found[right.pk] = Subscribed(right_id=right.pk, reference=right.reference, lines=count, cap=cap)
    return found


@contextmanager
def within_subscribers(deed: Deed) -> Iterator[None]:
    """Undo a change of lines, packages or lineups by which more lines would have a right than may.

    Raises ConflictError. What was over already may stay so and shrink; then another line has its place.
    """
    before = counts(deed.now)
    yield
    if not before:
        return
    for number, after in counts(deed.now).items():
        was = before[number].lines
        if after.over and after.lines > was:
            raise ConflictError(
                f"{after.reference} is for {after.cap} lines; {was} have it, and with this {after.lines} would.",
                remedy="Leave its channels out, take them from other lines, or settle more with the licensor.",
                field="packages",
            )
        if before[number].over:
            deed.changed(Kind.RIGHT, number)


def tell(deed: Deed, right: CarriageRight) -> None:
    """Note in the trail that lines have lost a right, if it is over its cap now."""
    found = subscribed(right, deed.now) if right.status == RightStatus.ACTIVE.value else None
    if found is not None and found.over:
        sentence = f"right {found.reference} is for {found.cap} lines and {found.lines} have it; the newest are refused"
        deed.record("right.over-subscribed", right.pk, sentence, lines=found.lines, cap=found.cap, refused=found.over)

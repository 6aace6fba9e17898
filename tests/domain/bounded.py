"""Questions in which rights have bounds and viewers stand somewhere, each made of one number.

Hypothesis draws the number only, so that a hundred thousand of them take a minute; what fails is printed whole.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from rightcast.domain.bounds import Broken, Standpoint
from rightcast.domain.entitlement import Question
from rightcast.domain.lineup import Line, LineStatus
from rightcast.domain.places import Means, Place, Portability
from rightcast.domain.rights import (
    WORLDWIDE,
    Bounds,
    CarriageRight,
    DeviceClass,
    Distribution,
    Floor,
    Instrument,
    RightStatus,
)
from tests.domain.records import NOON, channel

COUNTRIES = ["IT", "DE", "FR", "CH"]
HEIGHTS = [0, 288, 720, 1080, 2160]
HOUR = timedelta(hours=1)
seeds = st.integers(0, (1 << 63) - 1)


def question_of(seed: int) -> Question:
    """A question with good prospects: most things about the line and its package hold."""
    dice = Random(seed)
    rights = tuple(right_of(dice, number) for number in range(1, dice.randint(1, 3) + 1))
    full = {right.id: dice.choice([Broken.FULL, Broken.LINE_FULL]) for right in rights if dice.random() < 0.1}
    country = dice.choice(["IT", "DE"])
    return Question(
        line=Line(
            id=2,
            name="anna",
            secret_digest="",
            status=dice.choice([*[LineStatus.ACTIVE] * 30, LineStatus.BANNED]),
            package_ids=(1,),
            territory=country,
            created=NOON - HOUR,
            expires=dice.choice([None, None, NOON + dice.randint(0, 9) * HOUR]),
            portability=dice.choice([None, _case(dice, country)]),
        ),
        channel=channel(1),
        carried=frozenset({1} if dice.random() < 0.98 else ()),
        rights=rights,
        now=NOON,
        stand=Standpoint(
            place=Place(country=dice.choice([*COUNTRIES, "IT", ""]), distribution=dice.choice(list(Distribution))),
            device=dice.choice(list(DeviceClass)),
            height=dice.choice([None, *HEIGHTS]),
            least=dice.choice([None, None, *HEIGHTS]),
            floor=dice.choice(list(Floor)),
            full=full,
        ),
    )


def right_of(dice: Random, number: int) -> CarriageRight:
    """A right that begins and ends within hours of NOON, with as many bounds as chance gives it."""
    starts = NOON + dice.choice([-3, -2, -1, -1, 0, 1]) * HOUR
    return CarriageRight(
        id=number,
        reference=f"R-{number}",
        licensor="L",
        instrument=Instrument.CONTRACT,
        status=dice.choice([*[RightStatus.ACTIVE] * 15, *RightStatus]),
        channel_ids=dice.choice([(1,), (1,), (1,), (1, 2), (2,)]),
        territories=dice.choice([("IT",), ("IT", "DE"), (WORLDWIDE,), (WORLDWIDE,), ()]),
        starts=starts,
        ends=dice.choice([None, starts + dice.randint(1, 8) * HOUR]),
        bounds=Bounds() if dice.random() < 0.35 else _bounds(dice),
        newest_line_id=dice.choice([*[0] * 9, 1, 2]),
    )


def restricted(right: CarriageRight, seed: int) -> CarriageRight:
    """The right with one restriction more, of whichever kind."""
    dice = Random(seed)
    before = right.bounds
    lower = [one for one in HEIGHTS[1:] if not before.max_height or one <= before.max_height]
    higher = list(Floor)[list(Floor).index(before.floor) :]
    earlier = right.starts + HOUR if right.ends is None else right.ends - timedelta(minutes=30)
    of_bounds: list[dict[str, Any]] = [
        {"presence": _fewer(dice, before.presence, COUNTRIES)},
        {"distribution": _fewer(dice, before.distribution, list(Distribution))},
        {"device_classes": _fewer(dice, before.device_classes, list(DeviceClass))},
        {"portable": False},
        {"max_height": dice.choice(lower)},
        {"floor": dice.choice(higher)},
    ]
    outside: list[dict[str, Any]] = [
        {"status": dice.choice([RightStatus.SUSPENDED, RightStatus.WITHDRAWN, RightStatus.DRAFT])},
        {"territories": right.territories[1:]},
        {"channel_ids": right.channel_ids[1:]},
        {"starts": right.starts + HOUR},
        {"newest_line_id": 1},
        {"ends": earlier},
    ]
    if dice.random() < 0.3:
        return replace(right, **dice.choice(outside))
    return replace(right, bounds=replace(before, **dice.choice(of_bounds)))


def _bounds(dice: Random) -> Bounds:
    return Bounds(
        presence=tuple(dice.sample(COUNTRIES, dice.choice([0, 1, 1, 2, 3]))),
        portable=dice.random() < 0.7,
        distribution=tuple(dice.sample(list(Distribution), dice.choice([0, 0, 0, 2]))),
        device_classes=tuple(dice.sample(list(DeviceClass), dice.choice([0, 0, 0, 2]))),
        max_height=dice.choice([0, 0, *HEIGHTS]),
        floor=dice.choice([*[Floor.NONE] * 4, *Floor]),
        per_line=dice.choice([0, 1]),
    )


def _case(dice: Random, country: str) -> Portability:
    return Portability(
        country=dice.choice([country, "IT"]), means=(Means.PAYMENT,), until=NOON + dice.randint(-1, 5) * HOUR
    )


def _fewer(dice: Random, before: tuple[str, ...], any_of: list[str] | list[Distribution] | list[DeviceClass]) -> Any:
    """A list that lets through less: of an empty one, which binds nothing, any; else one without its last."""
    return before[:-1] or before if before else (dice.choice(any_of),)

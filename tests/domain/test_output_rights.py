"""An output is an audience of its own: on a managed network, in the station's territory, clear, without sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rightcast.domain.output_rights import output_refusal
from rightcast.domain.rights import Bounds, DeviceClass, Distribution, Floor
from tests.domain.records import NOON
from tests.domain.test_entitlement import good_right


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(),
        Bounds(presence=("IT", "SM")),
        Bounds(distribution=(Distribution.OTT, Distribution.MANAGED)),
        Bounds(max_height=1080),
        Bounds(per_line=1, total=1, subscribers=1),
    ],
)
def test_what_holds_for_the_receivers_of_a_managed_network_lets_it_be_sent(bounds: Bounds) -> None:
    right = replace(good_right(), bounds=bounds, newest_line_id=1)
    assert output_refusal([right], 1, "IT", 1080, NOON) is None


@pytest.mark.parametrize(
    ("bounds", "height", "word"),
    [
        (Bounds(presence=("SM",)), 576, "territory"),
        (Bounds(distribution=(Distribution.OTT,)), 576, "managed networks"),
        (Bounds(device_classes=(DeviceClass.SET_TOP_BOX,)), 576, "devices"),
        (Bounds(max_height=576), 1080, "larger"),
        (Bounds(max_height=576), None, "larger"),
        (Bounds(floor=Floor.TRANSPORT), 576, "clear"),
    ],
)
def test_a_bound_that_does_not_hold_is_named_with_its_right(bounds: Bounds, height: int | None, word: str) -> None:
    right = replace(good_right(), bounds=bounds)
    said = output_refusal([right], 1, "IT", height, NOON)
    assert said is not None
    assert right.reference in said
    assert word in said
    assert output_refusal([right, replace(right, id=9, bounds=Bounds())], 1, "IT", height, NOON) is None


def test_without_a_right_there_is_nothing_to_stand_on() -> None:
    assert output_refusal([good_right()], 1, "DE", 576, NOON) == "No carriage right in force covers DE."

"""What a channel's life and slate may be set to, and who its neighbours are."""

from __future__ import annotations

import pytest

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.life import Life, neighbours_of
from rightcast.domain.slate import Slate


def test_neighbours_are_the_nearest_of_the_order_and_its_ends_meet() -> None:
    assert neighbours_of(3, [1, 2, 3, 4, 5], 1) == [4, 2]
    assert neighbours_of(1, [1, 2, 3, 4, 5], 2) == [2, 5, 3, 4]
    assert neighbours_of(1, [1, 2], 3) == [2]
    assert neighbours_of(9, [1, 2], 1) == []
    assert neighbours_of(1, [1, 2], 0) == []


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Life(warm_s=-1), "warm_s"),
        (Life(neighbours=4), "neighbours"),
        (Life(restarts=-1), "restarts"),
        (Slate(picture="a.png"), "picture"),
        (Slate(text="two\nlines"), "text"),
        (Slate(after_s=0), "after_s"),
    ],
)
def test_what_cannot_be_meant_names_its_field(record: Life | Slate, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        record.check()
    assert caught.value.field == field

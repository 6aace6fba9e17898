"""No figure that is told, nor any that can be worked out from those that are, speaks of too few lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from rightcast.domain.suppression import Figures, protect


def of(lines: int) -> Figures:
    """What so many lines watched, an hour each."""
    return Figures(sessions=lines, seconds=3600.0 * lines, peak=lines, lines=lines)


def test_large_groups_are_told() -> None:
    told = protect(of(20), {"IT": of(12), "SM": of(8)}, 5)
    assert (told.total, told.parts) == (of(20), {"IT": of(12), "SM": of(8)})


def test_a_small_group_is_hidden_and_one_more_where_the_rest_would_tell_it() -> None:
    told = protect(of(30), {"IT": of(20), "SM": of(8), "VA": of(2)}, 5)
    assert told.parts == {"IT": of(20), "SM": None, "VA": None}
    assert told.total == of(30)


def test_where_all_are_few_nothing_is_told() -> None:
    told = protect(of(3), {"IT": of(3)}, 5)
    assert (told.total, told.parts) == (None, {"IT": None})


def test_a_smallest_count_of_one_hides_nothing() -> None:
    assert protect(of(1), {"IT": of(1)}, 1).parts == {"IT": of(1)}


@given(some.lists(some.integers(1, 40), max_size=8), some.integers(1, 12))
def test_what_is_hidden_together_is_never_few(counts: list[int], smallest: int) -> None:
    total = of(sum(counts))
    told = protect(total, {number: of(count) for number, count in enumerate(counts)}, smallest)
    assert all(one is None or one.lines >= smallest for one in (told.total, *told.parts.values()))
    if told.total is not None:
        hidden = [counts[number] for number, one in told.parts.items() if one is None]
        assert not hidden or sum(hidden) >= smallest
        shown = sum(one.sessions for one in told.parts.values() if one is not None)
        assert told.total.sessions - shown == 0 or told.total.sessions - shown >= smallest


def test_several_small_groups_that_hide_each_other_hide_nothing_more() -> None:
    told = protect(of(20), {"IT": of(13), "SM": of(4), "VA": of(3)}, 5)
    assert told.parts == {"IT": of(13), "SM": None, "VA": None}


@given(some.lists(some.sets(some.integers(0, 12)), min_size=1, max_size=6), some.integers(2, 6))
def test_lines_in_several_groups_are_no_way_around_it(groups: list[set[int]], smallest: int) -> None:
    everybody = set[int]().union(*groups)
    parts = {number: of(len(group)) for number, group in enumerate(groups)}
    told = protect(of(len(everybody)), parts, smallest)
    hidden = [groups[number] for number, one in told.parts.items() if one is None and groups[number]]
    assert told.total is None or not hidden or len(set[int]().union(*hidden)) >= smallest

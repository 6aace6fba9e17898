"""A session never outlives its right by more than two seconds, however ends move while it runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.edge.viewings import Viewing, Viewings

moments = st.floats(0, 60).map(lambda moment: round(moment, 3))
steps = st.lists(st.floats(0.05, 2), min_size=30, max_size=60)


def viewing(number: int, until: float | None) -> Viewing:
    return Viewing(
        sid=f"e0.{number}", line_id=number, line_name="anna", channel_id=1, kind="ts", device="d", address="",
        player="", opened=0.0, right_id=1, until=until, leased_until=0.0,
    )  # fmt: skip


@given(st.lists(st.none() | moments, min_size=1, max_size=6), st.lists(st.tuples(st.integers(0, 5), moments)), steps)
def test_whoever_has_an_end_is_asked_at_the_first_tick_after_it(
    ends: list[float | None], moved: list[tuple[int, float]], gaps: list[float]
) -> None:
    viewings = Viewings()
    running = [viewing(number, until) for number, until in enumerate(ends)]
    for one in running:
        viewings.add(one)
    for number, until in moved:
        viewings.ends_by(running[number % len(running)], until)
    now = 0.0
    while now < 62:
        now += gaps[int(now) % len(gaps)]
        for one in viewings.due(now):
            if one.until is not None and one.until <= now:
                viewings.remove(one, "stopped")
        assert all(one.until is None or one.until > now for one in viewings.all())

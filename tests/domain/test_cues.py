"""Restrictions signalled in the stream: in force from start to end signal, with a clock behind them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.cues import (
    GRACE_S,
    LONGEST_S,
    UNRESTRICTED,
    Restrictions,
    SegmentSignal,
    SignalledState,
    SignalPolicy,
)

NO_WEB = Restrictions(web_delivery_allowed=False)
NO_ARCHIVE = Restrictions(archive_allowed=False)


def start(
    at: float,
    *,
    event: int = 1,
    kind: int = 0x10,
    restrictions: Restrictions | None = NO_WEB,
    duration: float | None = None,
) -> SegmentSignal:
    return SegmentSignal(event_id=event, type_id=kind, at=at, restrictions=restrictions, duration_s=duration)


def end(at: float, *, event: int = 1, kind: int = 0x11) -> SegmentSignal:
    return SegmentSignal(event_id=event, type_id=kind, at=at)


def after(*signals: SegmentSignal) -> SignalledState:
    state = SignalledState()
    for signal in signals:
        state = state.after(signal)
    return state


def test_a_programme_is_restricted_from_its_start_to_its_end() -> None:
    state = after(start(100), end(160))
    assert state.restrictions(99.9) == UNRESTRICTED
    assert state.restrictions(100) == NO_WEB
    assert state.restrictions(159.9) == NO_WEB
    assert state.restrictions(160) == UNRESTRICTED


def test_an_end_of_another_event_ends_nothing() -> None:
    assert after(start(100), end(160, event=2)).restrictions(170) == NO_WEB


def test_an_end_of_another_type_ends_nothing() -> None:
    assert after(start(100, kind=0x34), end(160, kind=0x31)).restrictions(170) == NO_WEB


def test_an_early_termination_ends_a_programme() -> None:
    assert after(start(100), end(130, kind=0x12)).restrictions(131) == UNRESTRICTED


def test_every_pair_of_types_ends_what_it_began() -> None:
    for kind in (0x20, 0x22, 0x30, 0x34, 0x36, 0x3C, 0x40, 0x44, 0x50):
        state = after(start(100, kind=kind), end(120, kind=kind + 1))
        assert (state.restrictions(110), state.restrictions(120)) == (NO_WEB, UNRESTRICTED)


def test_a_lost_end_is_made_good_by_the_duration() -> None:
    state = after(start(100, duration=30))
    assert state.restrictions(130 + GRACE_S - 0.1) == NO_WEB
    assert state.restrictions(130 + GRACE_S) == UNRESTRICTED


def test_a_lost_end_without_duration_is_made_good_in_the_end() -> None:
    assert after(start(100)).restrictions(100 + LONGEST_S - 1) == NO_WEB
    assert after(start(100)).restrictions(100 + LONGEST_S) == UNRESTRICTED


def test_repetitions_of_a_start_change_nothing() -> None:
    once, thrice = after(start(100, duration=30)), after(*[start(100, duration=30)] * 3)
    assert once == thrice


def test_a_cancelled_segment_restricts_nothing() -> None:
    state = after(start(100), SegmentSignal(event_id=1, type_id=0, at=90, cancel=True))
    assert state.restrictions(110) == UNRESTRICTED


def test_running_segments_add_up() -> None:
    both = after(start(100), start(110, event=2, kind=0x34, restrictions=NO_ARCHIVE, duration=20))
    assert both.restrictions(115) == Restrictions(web_delivery_allowed=False, archive_allowed=False)


def test_a_blackout_override_lifts_the_restrictions_of_the_programme_from_its_moment_on() -> None:
    state = after(start(100), start(120, event=9, kind=0x18, restrictions=None))
    assert (state.restrictions(119), state.restrictions(121)) == (NO_WEB, UNRESTRICTED)


def test_a_blackout_override_may_replace_them_until_the_programme_ends() -> None:
    state = after(start(100), start(120, event=9, kind=0x18, restrictions=NO_ARCHIVE), end(150))
    assert (state.restrictions(119), state.restrictions(121)) == (NO_WEB, NO_ARCHIVE)
    assert state.restrictions(150) == UNRESTRICTED


def test_a_breakaway_lifts_nothing() -> None:
    assert after(start(100), start(110, kind=0x13, restrictions=None)).restrictions(120) == NO_WEB


def test_a_runover_goes_on_without_restrictions_when_it_says_so() -> None:
    assert after(start(100), start(110, kind=0x15, restrictions=None)).restrictions(120) == UNRESTRICTED


def test_identifying_other_content_ends_what_was_identified_before() -> None:
    state = after(start(100, kind=0x01), start(110, event=2, kind=0x01, restrictions=None))
    assert (state.restrictions(105), state.restrictions(111)) == (NO_WEB, UNRESTRICTED)


def test_the_next_change_is_the_next_start_or_end() -> None:
    state = after(start(100, duration=30))
    assert state.next_change(50) == 100
    assert state.next_change(100) == 130 + GRACE_S
    assert state.next_change(200) is None


signals = st.builds(
    SegmentSignal,
    event_id=st.integers(0, 5),
    type_id=st.integers(0, 255),
    at=st.floats(0, 1e6),
    cancel=st.booleans(),
    restrictions=st.none() | st.builds(Restrictions, web_delivery_allowed=st.booleans()),
    duration_s=st.none() | st.floats(0, 1e6),
)


@given(st.lists(signals, max_size=120))
def test_whatever_is_signalled_the_state_stays_small_and_in_order(heard: list[SegmentSignal]) -> None:
    state = after(*heard)
    assert len(state.segments) <= 64
    assert all(one.since < one.until for one in state.segments)


def test_everything_is_web_until_the_operator_names_own_networks() -> None:
    assert SignalPolicy().is_web("10.1.2.3")
    policy = SignalPolicy(own_networks=("10.0.0.0/8", "2001:db8::/32"))
    assert [policy.is_web(one) for one in ("10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7", "192.0.2.1", "?")] == [
        False, False, False, True, True,
    ]  # fmt: skip


def test_a_device_group_without_words_means_every_player() -> None:
    policy = SignalPolicy(device_groups=(("android", "iphone"),))
    assert policy.is_restricted_device("Mozilla (iPhone)", frozenset({0}))
    assert not policy.is_restricted_device("box 7", frozenset({0}))
    assert policy.is_restricted_device("box 7", frozenset({1}))


def test_a_group_is_no_delivery_over_the_web_but_one_receiver_elsewhere_is() -> None:
    policy = SignalPolicy(own_networks=("10.0.0.0/8",))
    assert not policy.forbids_output(NO_WEB, "239.1.1.1", group=True)
    assert not policy.forbids_output(NO_WEB, "10.1.2.3", group=False)
    assert policy.forbids_output(NO_WEB, "192.0.2.1", group=False)


def test_a_blackout_of_the_region_or_of_devices_concerns_every_output() -> None:
    region, devices = Restrictions(no_regional_blackout=False), Restrictions(restricted_devices=frozenset({1}))
    policy = SignalPolicy(device_groups=((), ("phone",)))
    assert policy.forbids_output(region, "239.1.1.1", group=True)
    assert policy.forbids_output(devices, "239.1.1.1", group=True)
    assert not SignalPolicy(regional_blackouts=False).forbids_output(region, "239.1.1.1", group=True)
    assert not policy.forbids_output(NO_ARCHIVE, "239.1.1.1", group=True)

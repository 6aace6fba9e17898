"""An alarm is raised late, told once, hidden under its cause, and cleared later still."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.domain import watch
from rightcast.domain.alarms import Acknowledgement, Alarms, Notice, Policy, Rule, Turn
from rightcast.domain.findings import KINDS, WATCHED, Finding, Key, Severity, Subject, SubjectKind, kind_of
from rightcast.domain.quiet import QuietTime

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
MUX = Subject(SubjectKind.MULTIPLEX, "udp://239.1.1.1:5000", "udp://239.1.1.1:5000")
HOST = Subject(SubjectKind.HOST, "10.0.0.5", "10.0.0.5")
HEADEND = Subject(SubjectKind.HEADEND, "0", "headend 1")


def channel(number: int) -> Subject:
    return Subject(SubjectKind.CHANNEL, str(number), f"Channel {number}")


def silent(number: int, *rests_on: Subject, kind: str = "channel-silent", **fields: object) -> Finding:
    return Finding(subject=channel(number), kind=kind, rests_on=rests_on, **fields)  # type: ignore[arg-type]


class Station:
    """A clock, the alarms, and everything that was told."""

    def __init__(self, policy: Policy | None = None, resting: dict[Subject, int] | None = None) -> None:
        self.alarms = Alarms()
        self.now = NOON
        self.policy = policy or Policy()
        self.resting = resting or {}
        self.turns: list[Turn] = []

    def run(self, seconds: int, *findings: Finding) -> list[Turn]:
        """Step once a second with the same findings."""
        new: list[Turn] = []
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            new += self.alarms.step(findings, self.now, self.policy, self.resting)
        self.turns += new
        return new

    def told(self) -> list[tuple[str, str, Notice]]:
        return [
            (turn.alarm.key.subject.id, turn.alarm.key.kind, turn.notice)
            for turn in self.turns
            if turn.notice is not None
        ]


def test_an_alarm_is_raised_when_a_finding_has_lasted_and_told_once() -> None:
    station = Station()
    assert station.run(5, silent(1)) == []
    station.run(60, silent(1))
    assert station.told() == [("1", "channel-silent", Notice.RAISED)]


def test_a_finding_that_began_before_it_was_seen_is_raised_at_once() -> None:
    station = Station()
    (turn,) = station.run(1, silent(1, since=NOON.timestamp() - 30))
    assert turn.alarm.since == NOON.timestamp() - 30


def test_a_short_absence_does_not_clear_an_alarm() -> None:
    station = Station()
    station.run(10, silent(1))
    station.run(9)
    station.run(5, silent(1))
    assert len(station.told()) == 1
    assert station.alarms.open[Key(channel(1), "channel-silent")].flaps == 1


def test_an_alarm_clears_when_the_finding_stays_away() -> None:
    station = Station()
    station.run(10, silent(1))
    station.run(12)
    assert [notice for *_, notice in station.told()] == [Notice.RAISED, Notice.CLEARED]
    assert station.alarms.open == {}


def test_one_that_flaps_is_told_ever_more_seldom() -> None:
    station = Station()
    for _ in range(20):
        station.run(8, silent(1))
        station.run(12)
    raised = [notice for *_, notice in station.told() if notice is Notice.RAISED]
    assert len(raised) <= 2
    (alarm,) = station.alarms.open.values()
    assert alarm.flaps > 10


def test_a_dead_multiplex_is_one_alarm_and_not_forty() -> None:
    station = Station(resting={MUX: 40})
    station.run(30, *(silent(number, MUX) for number in range(40)))
    assert station.told() == [(MUX.id, "uplink-down", Notice.RAISED)]
    hidden = [alarm for alarm in station.alarms.open.values() if alarm.cause is not None]
    assert len(hidden) == 40
    assert {alarm.cause for alarm in hidden} == {Key(MUX, "uplink-down")}


def test_what_only_starts_together_is_blamed_on_nobody() -> None:
    station = Station(resting={MUX: 40, HEADEND: 40})
    station.run(20, *(silent(number, MUX, HEADEND, kind="channel-starting") for number in range(40)))
    assert station.told() == []
    station.run(20, *(silent(number, MUX, HEADEND, kind="channel-starting") for number in range(40)))
    assert station.told() == [(MUX.id, "uplink-down", Notice.RAISED)]


def test_what_fails_on_after_its_cause_has_gone_surfaces() -> None:
    station = Station(resting={MUX: 10})
    station.run(30, *(silent(number, MUX) for number in range(10)))
    station.run(30, silent(3, MUX))
    assert station.told() == [
        (MUX.id, "uplink-down", Notice.RAISED),
        (MUX.id, "uplink-down", Notice.CLEARED),
        ("3", "channel-silent", Notice.RAISED),
    ]


def test_a_few_failures_among_many_are_not_blamed_on_their_host() -> None:
    station = Station(resting={HOST: 10})
    station.run(30, *(silent(number, HOST) for number in range(4)))
    assert len(station.told()) == 4


def test_the_narrower_of_two_equal_causes_is_blamed() -> None:
    station = Station(resting={MUX: 5, HOST: 5})
    station.run(30, *(silent(number, MUX, HOST) for number in range(5)))
    assert [subject for subject, *_ in station.told()] == [MUX.id]


def test_the_broader_cause_is_blamed_when_it_explains_more() -> None:
    station = Station(resting={MUX: 5, HOST: 9})
    findings = [silent(number, MUX, HOST) for number in range(5)] + [silent(number, HOST) for number in range(5, 9)]
    station.run(30, *findings)
    assert [subject for subject, *_ in station.told()] == [HOST.id]


def test_a_missing_headend_hides_its_channels() -> None:
    station = Station(resting={HEADEND: 3})
    missing = Finding(subject=HEADEND, kind="headend-missing")
    station.run(60, missing, *(silent(number, HEADEND, kind="channel-missing") for number in range(3)))
    assert [kind for _, kind, _ in station.told()] == ["headend-missing"]


def test_damage_on_one_uplink_is_one_alarm_and_hides_no_outage() -> None:
    station = Station(resting={MUX: 6})
    damaged = [silent(number, MUX, kind="continuity") for number in range(6)]
    station.run(30, *damaged, silent(2, MUX))
    assert sorted((subject, kind) for subject, kind, _ in station.told()) == [
        ("2", "channel-silent"),
        (MUX.id, "uplink-damaged"),
    ]


def test_an_outage_explains_the_damage_beside_it() -> None:
    station = Station(resting={MUX: 6})
    silents = [silent(number, MUX) for number in range(6)]
    station.run(30, *silents, silent(7, MUX, kind="continuity"))
    assert [kind for _, kind, _ in station.told()] == ["uplink-down"]


def test_lost_datagrams_explain_lost_packets() -> None:
    station = Station()
    lost = Finding(subject=HEADEND, kind="datagrams-lost")
    station.run(60, lost, *(silent(number, MUX, HEADEND, kind="continuity") for number in range(2)))
    assert [kind for _, kind, _ in station.told()] == ["datagrams-lost"]


def test_acknowledged_ones_are_told_again_only_when_they_become_worse() -> None:
    station = Station()
    station.run(10, silent(1, kind="channel-damaged"))
    station.run(10, silent(1, kind="channel-damaged"))
    key = Key(channel(1), "channel-damaged")
    seen = Acknowledgement(by="anna", at=station.now.timestamp(), severity=Severity.WARNING)
    station.alarms.acknowledge(key, seen)
    station.run(60, silent(1, kind="channel-damaged"))
    assert [notice for *_, notice in station.told()] == [Notice.RAISED]
    station.run(5, silent(1, kind="channel-damaged", severity=Severity.CRITICAL))
    assert [notice for *_, notice in station.told()] == [Notice.RAISED, Notice.RISEN]


def test_an_acknowledgement_that_ends_reminds_once() -> None:
    station = Station()
    station.run(10, silent(1))
    until = station.now.timestamp() + 20
    seen = Acknowledgement(by="anna", at=station.now.timestamp(), severity=Severity.CRITICAL, until=until)
    station.alarms.acknowledge(Key(channel(1), "channel-silent"), seen)
    station.run(60, silent(1))
    assert [notice for *_, notice in station.told()] == [Notice.RAISED, Notice.REMINDED]


def test_a_quiet_time_shows_and_does_not_tell_until_it_ends() -> None:
    night = QuietTime(channels=frozenset({"1"}), begins=time(11), ends=time(12, 1))
    station = Station(Policy(quiet=(night,)))
    station.run(30, silent(1))
    assert station.told() == []
    assert len(station.alarms.open) == 1
    station.run(60, silent(1))
    assert [notice for *_, notice in station.told()] == [Notice.RAISED]


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        (datetime(2026, 6, 1, 23, 0, tzinfo=UTC), True),
        (datetime(2026, 6, 2, 3, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 2, 4, 0, tzinfo=UTC), False),
        (datetime(2026, 6, 2, 23, 30, tzinfo=UTC), False),
        (datetime(2026, 6, 1, 3, 0, tzinfo=UTC), False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(moment: datetime, quiet: bool) -> None:
    monday_night = QuietTime(days=frozenset({0}), begins=time(22), ends=time(4))
    assert monday_night.covers(Key(channel(1), "channel-silent"), moment) is quiet


def test_a_rule_for_one_channel_goes_before_one_for_the_kind() -> None:
    rules = (
        Rule(kind="channel-silent", subject=channel(1), raise_after_s=0, severity=Severity.INFO),
        Rule(kind="channel-silent", enabled=False),
    )
    station = Station(Policy(rules=tuple(reversed(rules))))
    station.run(60, silent(1), silent(2))
    assert station.told() == [("1", "channel-silent", Notice.RAISED)]
    assert [turn.alarm.severity for turn in station.turns] == [Severity.INFO]


def test_an_unknown_kind_is_a_warning_in_words() -> None:
    assert kind_of("black").title == "The picture is black"
    assert (kind_of("pcr-jitter").title, kind_of("pcr-jitter").severity) == ("Pcr jitter", Severity.WARNING)


def test_alarms_that_were_open_before_a_restart_go_on_untold() -> None:
    station = Station()
    station.run(10, silent(1))
    again = Station()
    again.alarms = Alarms(station.alarms.open.values())
    again.now = station.now
    again.run(60, silent(1))
    assert again.told() == []
    again.run(12)
    assert [notice for *_, notice in again.told()] == [Notice.CLEARED]


KIND_NAMES = sorted({"channel-silent", "channel-damaged", "channel-missing", "black-picture"})
moments = st.lists(
    st.tuples(
        st.integers(1, 30),
        st.sets(st.tuples(st.integers(1, 6), st.sampled_from(KIND_NAMES)), max_size=12),
        st.sampled_from([None, Severity.INFO, Severity.CRITICAL]),
        st.booleans(),
        st.sampled_from([None, None, None, *range(1, 7)]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=50)
@given(moments)
def test_whatever_happens_nobody_is_told_twice_of_one_alarm(
    story: list[tuple[int, set[tuple[int, str]], Severity | None, bool, int | None]],
) -> None:
    resting = {MUX: 4, HEADEND: 6}
    quiet = QuietTime(channels=frozenset({"2"}), begins=time(12, 1), ends=time(12, 3))
    station = Station(Policy(quiet=(quiet,)), resting)
    told: Counter[tuple[Key, float, Notice]] = Counter()
    cleared: Counter[tuple[Key, float]] = Counter()
    for seconds, wrong, severity, headend_gone, seen in story:
        findings = [
            silent(number, *((MUX,) if number <= 4 else ()), HEADEND, kind=kind, severity=severity)
            for number, kind in sorted(wrong)
        ]
        if headend_gone:
            findings.append(Finding(subject=HEADEND, kind="headend-missing"))
        if seen is not None:
            for key, alarm in list(station.alarms.open.items()):
                if key.subject == channel(seen):
                    at = station.now.timestamp()
                    station.alarms.acknowledge(key, Acknowledgement(by="a", at=at, severity=alarm.severity))
        acknowledged = {key: one.acknowledged for key, one in station.alarms.open.items() if one.acknowledged}
        for turn in station.run(seconds, *findings):
            alarm = turn.alarm
            if alarm.cleared is not None:
                cleared[alarm.key, alarm.raised] += 1
                assert (turn.notice is Notice.CLEARED) is (alarm.told is not None)
            if turn.notice is None:
                continue
            told[alarm.key, alarm.raised, turn.notice] += 1
            if turn.notice is not Notice.CLEARED:
                assert alarm.cause is None, "what is hidden is not told"
                assert not alarm.quiet, "what is quiet is not told"
                was = acknowledged.get(alarm.key)
                assert was is None or alarm.severity > was.severity, "what was seen is told only when it is worse"
        assert len({alarm.key for alarm in station.alarms.open.values()}) == len(station.alarms.open)
        for alarm in station.alarms.open.values():
            assert alarm.cause is None or alarm.cause in station.alarms.open
    assert max(cleared.values(), default=0) <= 1
    for (_, _, notice), count in told.items():
        assert count <= (1 if notice in {Notice.RAISED, Notice.CLEARED} else len(Severity) + len(story))


@settings(max_examples=50)
@given(moments)
def test_when_all_is_well_again_everything_clears(
    story: list[tuple[int, set[tuple[int, str]], Severity | None, bool, int | None]],
) -> None:
    station = Station(resting={MUX: 4})
    for seconds, wrong, severity, _, _ in story:
        station.run(seconds, *(silent(number, MUX, kind=kind, severity=severity) for number, kind in sorted(wrong)))
    for _ in range(60):
        station.now += timedelta(seconds=60)
        station.turns += station.alarms.step((), station.now)
    assert station.alarms.open == {}
    assert station.alarms._memory == {}


def test_every_kind_says_what_to_do() -> None:
    assert all(kind.remedy.endswith(".") and kind.title for kind in (*KINDS.values(), *WATCHED.values()))


def test_everything_that_the_watch_finds_has_words() -> None:
    assert set(WATCHED) == {*watch.Check, *watch.Sight}

"""When a fault becomes a finding, and when it no longer is one."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.watch import SENTENCES, Check, Findings, Severity, Sight, Watch

WATCH = Watch(errors_after_s=3, clear_after_s=5, black_after_s=10)


def kinds(findings: Findings, faults: dict[str, bool], now: float, watch: Watch = WATCH) -> list[str]:
    return [one.kind for one in findings.observe(faults, watch, now)]


def test_a_fault_is_a_finding_once_it_has_lasted() -> None:
    findings = Findings()
    assert [kinds(findings, {Check.PAT: True}, now) for now in (0, 1, 2, 3)] == [[], [], [], [Check.PAT]]


def test_a_finding_says_since_when_and_how_bad_it_is() -> None:
    findings = Findings()
    findings.observe({Check.PAT: True}, WATCH, 100)
    [found] = findings.observe({Check.PAT: True}, WATCH, 104)
    assert (found.since, found.severity) == (100, Severity.CRITICAL)
    assert found.sentence.endswith(".")


def test_a_fault_that_comes_and_goes_quickly_is_none() -> None:
    findings = Findings()
    assert not any(kinds(findings, {Check.PAT: now % 2 == 0}, now) for now in range(20))


def test_a_finding_ends_only_after_its_fault_has_been_gone_for_long() -> None:
    findings = Findings()
    for now in range(5):
        kinds(findings, {Check.PAT: True}, now)
    seen = [kinds(findings, {Check.PAT: False}, now) for now in range(5, 12)]
    assert seen == [[Check.PAT]] * 5 + [[], []]


def test_a_relapse_while_a_finding_ends_keeps_its_beginning() -> None:
    findings = Findings()
    for now in range(5):
        kinds(findings, {Check.PAT: True}, now)
    kinds(findings, {Check.PAT: False}, 7)
    kinds(findings, {Check.PAT: True}, 8)
    [found] = findings.observe({Check.PAT: False}, WATCH, 12)
    assert found.since == 0


def test_what_could_not_be_looked_at_stays_as_it_was() -> None:
    findings = Findings()
    for now in (0, 10):
        kinds(findings, {Sight.BLACK: True}, now)
    assert kinds(findings, {}, 1000) == [Sight.BLACK]


def test_each_kind_has_its_own_patience() -> None:
    findings = Findings()
    faults: dict[str, bool] = {Check.PAT: True, Sight.BLACK: True}
    assert kinds(findings, faults, 0) == []
    assert kinds(findings, faults, 5) == [Check.PAT]
    assert kinds(findings, faults, 10) == [Sight.BLACK, Check.PAT]


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 10), st.integers(1, 10))
def test_an_open_finding_has_lasted_and_has_not_been_gone_for_long(looks: list[bool], after: int, clear: int) -> None:
    watch = Watch(errors_after_s=after, clear_after_s=clear)
    findings = Findings()
    for now, present in enumerate(looks):
        opened = bool(findings.observe({Check.CRC: present}, watch, now))
        recent = looks[max(0, now - clear) : now + 1]
        lasted = any(all(looks[end - after : end + 1]) for end in range(after, now + 1))
        if opened:
            assert any(recent) or now < clear
            assert lasted
        if lasted and all(looks[now - after : now + 1]) and now >= after:
            assert opened


def test_every_check_is_a_finding_or_only_counted() -> None:
    assert {*Check, *Sight} - SENTENCES.keys() == {Check.PCR_INTERVAL, Check.PCR_ACCURACY}


@pytest.mark.parametrize("field", [one.name for one in fields(Watch) if one.type == "int"])
def test_a_limit_out_of_bounds_is_refused_by_name(field: str) -> None:
    Watch().check()
    with pytest.raises(InvalidInputError) as refused:
        Watch(**{field: 10**6}).check()  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_summary_tells_what_is_watched() -> None:
    assert Watch().summary() == "Watched: stream, pictures, sound; a picture every 5 s."
    assert Watch(stream=False, pictures=False, sound=False).summary() == "Nothing is watched."

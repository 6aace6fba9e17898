"""What a channel's state is called: decided from facts alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rightcast.headend.health import Facts, State, judge

GOOD = Facts(
    now=1000.0,
    active=True,
    source=1,
    sources=1,
    tried_since=900.0,
    last_bytes=999.9,
    last_data=999.9,
    last_segment=998.0,
    picture_open=True,
    scrambled=False,
    trouble="",
    note="",
)
NEVER = {"last_bytes": 0.0, "last_data": 0.0, "last_segment": 0.0, "picture_open": False}


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({}, State.ON_AIR, ""),
        ({"note": "Eight services."}, State.ON_AIR, "Eight services."),
        ({"active": False}, State.IDLE, "first viewer"),
        ({"sources": 0}, State.FAILED, "no source"),
        ({"failure": "The tmpfs is full."}, State.FAILED, "tmpfs"),
        ({**NEVER, "tried_since": 999.0}, State.STARTING, "being opened"),
        ({**NEVER}, State.SILENT, "silent since"),
        ({**NEVER, "sources": 2}, State.SILENT, "Source 1 is silent"),
        ({**NEVER, "last_bytes": 999.9}, State.SILENT, "nothing of the wanted service"),
        ({**NEVER, "trouble": "Nobody at home."}, State.FAILED, "The source: Nobody at home."),
        ({"last_data": 995.0, "last_bytes": 995.0}, State.SILENT, "silent since 00:16:35 UTC"),
        ({"scrambled": True, "picture_open": False}, State.FAILED, "scrambled"),
        ({"scrambled": True}, State.ON_AIR, "scrambled"),
        ({"picture_open": False, "last_segment": 0.0}, State.STARTING, "no picture"),
        ({"picture_open": False, "last_segment": 0.0, "tried_since": 998.5}, State.STARTING, ""),
        ({"trouble": "The encoder left."}, State.ON_AIR, ""),
    ],
)
def test_a_state_and_its_sentence(change: dict[str, object], state: State, words: str) -> None:
    found, sentence = judge(replace(GOOD, **change))  # type: ignore[arg-type]  # tables of fields
    assert found is state
    assert words in sentence
    assert words or not sentence

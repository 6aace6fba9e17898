"""Every interface answers a fixed station, at a fixed time, byte for byte as it was recorded."""

from __future__ import annotations

import asyncio

import pytest

from tests.edge.goldens import BOX, FOLDER, HEADS, PLAIN, TUNER, answers

NAMES = [*PLAIN, *BOX, *TUNER, HEADS]


@pytest.fixture(scope="module")
def given(segments: list[bytes]) -> dict[str, bytes]:
    return asyncio.run(answers(segments))


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_as_it_was_recorded(given: dict[str, bytes], name: str) -> None:
    """When this was meant to change: `python -m tests.edge.goldens`, and look at the difference."""
    assert given[name].decode() == (FOLDER / name).read_text("utf-8")


def test_nothing_is_recorded_that_nobody_asks() -> None:
    assert {one.name for one in FOLDER.iterdir()} == set(NAMES)

"""What every room's tests share: Hypothesis profiles, the order of files, a second try for whole stations."""

from __future__ import annotations

import os
from itertools import groupby

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("laws", settings.get_profile("house"), max_examples=100_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

_WAITS = ("tests/station/", "tests/serve/")
"""Where tests wait for pictures and processes more than they compute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give what waits for real parts a second try, and put it among what computes.

    A browser, an encoder and a dozen processes of a station share two cores with all other tests: one of them comes
    too late now and then. What fails twice in a row is a fault; the summary counts the second tries.
    """
    for item in items:
        if item.nodeid.startswith(_WAITS) or item.get_closest_marker("players"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    _spread(items)


def _spread(items: list[pytest.Item]) -> None:
    """Spread files that wait among files that compute, so that workers seldom wait, or compute, all at once."""
    files = [list(found) for _, found in groupby(items, key=lambda item: item.nodeid.partition("::")[0])]
    waiting = [one for one in files if one[0].nodeid.startswith(_WAITS)]
    others = [one for one in files if not one[0].nodeid.startswith(_WAITS)]
    if waiting and others:
        places = [(number / len(group), one) for group in (waiting, others) for number, one in enumerate(group)]
        items[:] = [item for _, one in sorted(places, key=lambda place: place[0]) for item in one]

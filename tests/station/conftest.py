"""One station per test module, with or without the demo's channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.station.rig import Rig, station

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A station with the demo's four channels on air."""
    with station(tmp_path_factory.mktemp("demo"), demo=True) as rig:
        yield rig


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A station without channels, and with nobody who may watch."""
    with station(tmp_path_factory.mktemp("bare")) as rig:
        yield rig

"""Keys derived from the station's key, and imported ones sealed under it."""

from __future__ import annotations

import pytest

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.protection import Protection, Scheme
from rightcast.state.content_keys import ContentKeys

ONE, OTHER = ContentKeys(b"a" * 32), ContentKeys(b"b" * 32)


def test_keys_differ_by_channel_period_and_station_and_not_by_edge() -> None:
    found = {ONE.derived(1, 0).key, ONE.derived(2, 0).key, ONE.derived(1, 600).key, OTHER.derived(1, 0).key}
    assert len(found) == 4
    assert ContentKeys(b"a" * 32).derived(1, 600) == ONE.derived(1, 600)
    first = ONE.derived(1, 0)
    assert len({first.key, first.kid, first.iv}) == 3


def test_a_period_has_one_key_from_its_first_second_to_its_last() -> None:
    protection = Protection(scheme=Scheme.AES_128, period_s=600)
    assert ONE.at(1, protection, 1200.0) == ONE.at(1, protection, 1799.9) != ONE.at(1, protection, 1800.0)


def test_a_sealed_key_opens_only_in_its_own_station() -> None:
    sealed = ONE.seal(b"k" * 16)
    assert ONE.unseal(sealed) == b"k" * 16
    assert b"k" * 16 not in sealed.encode()
    with pytest.raises(InvalidInputError):
        OTHER.unseal(sealed)

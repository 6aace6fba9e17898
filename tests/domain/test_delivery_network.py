"""Delivery networks: a token for one channel must not open another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.delivery_network import DeliveryNetwork
from rightcast.domain.errors import InvalidInputError

NETWORK = DeliveryNetwork(id=1, name="acme", host="cdn.example.org", path="/live/{channel}/")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"path": "/live/{channel}"}, "path"),
        ({"path": "/live/"}, "path"),
        ({"path": "/{channel}x/"}, "path"),
        ({"path": "/{channel}/../"}, "path"),
        ({"path": "/{channel}/{channel}/"}, "path"),
        ({"path": "live/{channel}/"}, "path"),
        ({"host": "https://cdn.example.org"}, "host"),
        ({"host": ""}, "host"),
        ({"name": "Acme CDN"}, "name"),
        ({"life_s": 5}, "life_s"),
        ({"life_s": 86_400}, "life_s"),
    ],
)
def test_what_cannot_be_bound_to_is_refused(changed: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as found:
        replace(NETWORK, **changed).check()  # type: ignore[arg-type] # fields, all of them
    assert found.value.field == field


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_no_channel_lies_below_another(one: int, other: int) -> None:
    NETWORK.check()
    if one != other:
        assert not NETWORK.path_of(other).startswith(NETWORK.path_of(one))

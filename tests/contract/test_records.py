"""Every record of the feed comes back as it was sent, from today's bytes and from yesterday's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.contract import codec
from rightcast.contract.catalogue import TYPES, Change, Kind, Record, Revision, body_of
from rightcast.domain.blackouts import Audience
from rightcast.domain.cues import SignalPolicy
from rightcast.domain.errors import ContractError
from rightcast.domain.lineup import Channel, ChannelKind, Line, Source, SourceKind, Station
from rightcast.domain.rights import NOTHING_LATER, UNBOUNDED, CarriageRight
from tests.contract.examples import RECORDS

GOLDEN = Path(__file__).parent / "golden"
moments = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)  # JSON has no others
for kind_of_text, strategy in ((datetime, moments), (str, texts), (float, numbers)):
    st.register_type_strategy(kind_of_text, strategy)
audiences = st.builds(Audience, parts=st.just(()))
st.register_type_strategy(Audience, audiences | st.builds(Audience, parts=st.tuples(audiences)))


@given(st.sampled_from(Kind), st.data())
def test_any_record_comes_back_as_it_was_sent(kind: Kind, data: st.DataObject) -> None:
    record: Record = data.draw(st.from_type(TYPES[kind]))
    revision = Revision(1, kind, 1, body_of(Change(kind, 1, record)))
    assert revision.record() == record


@pytest.mark.parametrize("kind", Kind)
def test_todays_bytes_are_the_golden_ones(kind: Kind) -> None:
    golden = (GOLDEN / f"{kind}.json").read_text(encoding="utf-8")
    assert json.loads(body_of(Change(kind, 1, RECORDS[kind])) or b"") == json.loads(golden)


@pytest.mark.parametrize("kind", Kind)
def test_golden_bytes_are_read(kind: Kind) -> None:
    assert codec.decode((GOLDEN / f"{kind}.json").read_bytes(), TYPES[kind]) == RECORDS[kind]


def test_a_channel_of_before_there_were_features_is_read() -> None:
    body = (GOLDEN / "channel-without-features.json").read_bytes()
    assert codec.decode(body, Channel) == replace(RECORDS["channel"], features=None)


def test_a_line_of_before_there_were_credentials_is_read() -> None:
    body = (GOLDEN / "line-without-credentials.json").read_bytes()
    assert codec.decode(body, Line) == replace(RECORDS["line"], credentials=(), portability=None)


def test_a_right_of_before_there_were_bounds_is_read() -> None:
    body = (GOLDEN / "right-without-bounds.json").read_bytes()
    assert codec.decode(body, CarriageRight) == replace(RECORDS["right"], bounds=UNBOUNDED, newest_line_id=0)


def test_a_right_of_before_anything_was_granted_later_is_read() -> None:
    body = (GOLDEN / "right-without-later.json").read_bytes()
    before = replace(
        RECORDS["right"], later=NOTHING_LATER, title_ids=(), collection_ids=(), bounds=UNBOUNDED, newest_line_id=0
    )
    assert codec.decode(body, CarriageRight) == before


def test_a_station_of_before_signals_concerned_anybody_is_read() -> None:
    body = (GOLDEN / "station-without-signals.json").read_bytes()
    assert codec.decode(body, Station) == replace(
        RECORDS["station"], signals=SignalPolicy(), networks=(), slate=Station().slate
    )


@pytest.mark.parametrize("kind", Kind)
def test_unknown_fields_of_a_newer_panel_are_ignored(kind: Kind) -> None:
    newer = json.loads(codec.encode(RECORDS[kind])) | {"from_the_future": {"a": [1, None]}}
    assert codec.decode(json.dumps(newer), TYPES[kind]) == RECORDS[kind]


def test_missing_fields_of_an_older_panel_take_their_defaults() -> None:
    source = '{"id":1,"kind":"udp","url":"udp://239.1.1.1:5000"}'
    text = f'{{"id":1,"number":1,"name":"One","kind":"tv","sources":[{source}],"added":"2026-01-01T00:00:00Z"}}'
    assert Revision(1, Kind.CHANNEL, 1, text.encode()).record() == Channel(
        id=1,
        number=1,
        name="One",
        kind=ChannelKind.TV,
        sources=(Source(id=1, kind=SourceKind.UDP, url="udp://239.1.1.1:5000"),),
        added=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert Revision(1, Kind.STATION, 0, b"{}").record() == Station()


def test_a_removed_key_carries_no_record() -> None:
    assert body_of(Change(Kind.LINE, 4, None)) is None
    assert Revision(9, Kind.LINE, 4, None).record() is None


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'{"id":"x"}', b'{"id":1}', b"\xff\xfe", b"null"])
def test_bytes_that_are_no_record_are_a_failure_with_a_remedy(body: bytes) -> None:
    with pytest.raises(ContractError) as caught:
        Revision(1, Kind.CHANNEL, 1, body).record()
    assert caught.value.remedy


@given(st.binary(max_size=40), st.sampled_from(Kind))
def test_garbage_is_a_contract_error_and_nothing_else(body: bytes, kind: Kind) -> None:
    try:
        Revision(1, kind, 1, body).record()
    except ContractError as failure:
        known = failure.code
    else:
        known = ContractError.code
    assert known == "contract-broken"

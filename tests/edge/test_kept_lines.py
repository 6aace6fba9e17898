"""A line comes out of the replica's file as it went in, in few bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rightcast.contract import codec
from rightcast.domain.lineup import Credential, CredentialKind, Line, LineStatus
from rightcast.edge.kept_lines import packed, unpacked

_MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
_CREDENTIALS = st.builds(
    Credential, id=st.integers(1, 9), kind=st.sampled_from(CredentialKind), handle=st.text(), digest=st.text(),
    device=st.text(),
)  # fmt: skip
LINES = st.builds(
    Line,
    id=st.integers(1, 1 << 40),
    name=st.text(min_size=1),
    secret_digest=st.text("0123456789abcdef", min_size=64, max_size=64) | st.text(max_size=20),
    status=st.sampled_from(LineStatus),
    package_ids=st.lists(st.integers(1, 99)).map(tuple),
    territory=st.sampled_from(["IT", "DE", ""]),
    created=_MOMENTS,
    max_sessions=st.integers(0, 99),
    expires=st.none() | _MOMENTS,
    sessions_from=st.none() | _MOMENTS,
    trial=st.booleans(),
    credentials=st.lists(_CREDENTIALS, max_size=3).map(tuple),
)


@given(LINES)
def test_a_line_comes_out_as_it_went_in(line: Line) -> None:
    body = packed(line)
    if len(line.secret_digest.encode()) != 32:
        assert unpacked(line.id, line.name, body) == line
    assert len(body) < len(codec.encode(line))


def test_a_digest_that_is_none_is_never_mistaken_for_one() -> None:
    odd = Line(
        id=1, name="a", secret_digest="x" * 32, status=LineStatus.ACTIVE, package_ids=(), territory="IT",
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert unpacked(1, "a", packed(odd)).secret_digest == ""

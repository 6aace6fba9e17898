"""Path tokens: only ours, only in time, only as they were signed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.edge.tokens import Claims, sign, verify

KEY = b"k" * 32
CLAIMS = Claims(sid="e0.x", line_id=1, channel_id=2, right_id=3, device="abc", issued=100.0, expires=200.0)


def test_a_token_says_what_was_signed_until_it_ends() -> None:
    token = sign(KEY, CLAIMS)
    assert verify(KEY, token, now=199.9) == CLAIMS
    assert verify(KEY, token, now=200.0) is None
    assert verify(b"another key", token, now=150) is None


@given(st.text(max_size=500))
def test_any_other_text_is_no_token(text: str) -> None:
    assert verify(KEY, text, now=0) is None


@given(st.floats(0, 4e9))
def test_a_token_is_never_issued_later_than_its_session_was_opened(opened: float) -> None:
    claims = Claims(sid="s", line_id=1, channel_id=1, right_id=1, device="d", issued=opened, expires=opened + 60)
    found = verify(KEY, sign(KEY, claims), now=0)
    assert found is not None
    assert found.issued <= opened

"""Each instrument says what proves it, and what is still missing."""

from __future__ import annotations

import pytest

from rightcast.domain.evidence import PATHS, EvidenceKind, missing, need_of
from rightcast.domain.rights import Instrument


@pytest.mark.parametrize("instrument", Instrument)
def test_every_instrument_needs_something_and_is_content_with_it(instrument: Instrument) -> None:
    needs = PATHS[instrument].needs
    assert missing(instrument, []) == tuple(need.words for need in needs)
    assert missing(instrument, [(need.name, need.kinds[-1]) for need in needs]) == ()


def test_a_statement_does_not_stand_in_for_a_signed_contract() -> None:
    assert missing(Instrument.CONTRACT, [("contract", EvidenceKind.STATEMENT)])


def test_without_a_name_the_first_need_is_meant() -> None:
    assert need_of(Instrument.CREATIVE_COMMONS, "") is PATHS[Instrument.CREATIVE_COMMONS].needs[0]
    assert need_of(Instrument.CREATIVE_COMMONS, "nonsense") is None

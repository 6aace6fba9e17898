"""Cues at the shell: read, written, and whom they concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.mpegts.scte35 import section
from tests.mpegts.cue_examples import PUBLISHED

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

EXAMPLE = PUBLISHED["14.1 placement opportunity start"]


def test_a_cue_is_read_in_words(rightcast: Shell) -> None:
    answer = rightcast("cue", "decode", EXAMPLE)
    assert answer.code == 0
    assert answer.out.startswith("Provider placement opportunity starts, 307 s (no web delivery)")
    assert "identifier      000000002CA0A18A" in answer.out


def test_a_cue_is_read_as_json(rightcast: Shell) -> None:
    value = rightcast("cue", "decode", EXAMPLE, "--json").json
    assert value["kind"] == "TimeSignal"
    assert value["cue"]["command"]["pts"] == 0x072BD0050


def test_what_is_no_cue_is_refused_with_its_code(rightcast: Shell) -> None:
    answer = rightcast("cue", "decode", "nonsense", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "bad-cue")


def test_a_splice_is_written_and_read_again(rightcast: Shell) -> None:
    written = rightcast("cue", "insert", "--event", "7", "--pts", "900000", "--duration", "30")
    assert rightcast("cue", "decode", written.out.strip()).out.startswith("Break starts, 30 s")


def test_a_signal_is_written_with_its_restrictions(rightcast: Shell) -> None:
    written = rightcast(
        "cue", "signal", "--event", "9", "--type", "0x10", "--restrict", "no-web", "--device-group", "1"
    )
    (segment,) = section.from_text(written.out).segmentations
    assert segment.delivery is not None
    assert (segment.delivery.web_delivery_allowed, segment.delivery.device_restrictions) == (False, 1)


def test_a_type_that_is_none_is_wrong_usage(rightcast: Shell) -> None:
    assert rightcast("cue", "signal", "--event", "9", "--type", "start").code == 2


def test_the_policy_is_set_and_shown(rightcast: Shell) -> None:
    assert rightcast("cue", "policy", "--own-network", "10.0.0.0/8", "--device-group", "1=iphone,ipad").code == 0
    value = rightcast("cue", "policy", "--json").json
    assert value == {
        "own_networks": ["10.0.0.0/8"], "regional_blackouts": True, "device_groups": [[], ["iphone", "ipad"], []],
    }  # fmt: skip


def test_cues_of_a_station_off_air_are_a_failure_with_a_remedy(rightcast: Shell) -> None:
    answer = rightcast("cues", "One", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "station-not-running")

"""CPIX: what we write validates against the schema, and what vendors write is read or refused in words."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import cpix
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.protection import DrmSignal
from rightcast.formats.cpix import DocumentKey, read_document, write_document

START = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
WIDEVINE = "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"
KEYS = [
    DocumentKey(
        kid=bytes([number] * 16), key=bytes([number + 100] * 16), iv=bytes([number + 50] * 16), scheme="cbcs",
        starts=START + timedelta(minutes=10 * number), ends=START + timedelta(minutes=10 * number + 10),
        signals=(DrmSignal(system_id=WIDEVINE, pssh=base64.b64encode(b"box").decode(), hls="skd://key"),),
    )
    for number in range(3)
]  # fmt: skip


def test_what_is_written_is_read_again() -> None:
    assert read_document(write_document("channel-1", KEYS)) == KEYS


def test_another_implementation_reads_keys_systems_periods_and_rules() -> None:
    document = write_document("channel-1", KEYS)
    found = cpix.parse(document)
    assert found.content_id == "channel-1"
    assert [one.kid.bytes for one in found.content_keys] == [one.kid for one in KEYS]
    assert [base64.b64decode(one.cek) for one in found.content_keys] == [one.key for one in KEYS]
    assert len(found.drm_systems) == len(found.periods) == len(found.usage_rules) == 3


def test_a_document_of_another_implementation_is_read() -> None:
    made = cpix.CPIX(
        content_keys=cpix.ContentKeyList(
            cpix.ContentKey(
                kid="00000000-0000-0000-0000-000000000007", cek=base64.b64encode(b"k" * 16).decode(),
                common_encryption_scheme="cenc", explicit_iv=base64.b64encode(b"i" * 16).decode(),
            )
        ),
        drm_systems=cpix.DRMSystemList(
            cpix.DRMSystem(
                kid="00000000-0000-0000-0000-000000000007", system_id=WIDEVINE, pssh=base64.b64encode(b"box").decode()
            )
        ),
        content_id="x",
    )  # fmt: skip
    (one,) = read_document(made.pretty_print(xml_declaration=True))
    assert (one.key, one.iv, one.scheme, one.starts) == (b"k" * 16, b"i" * 16, "cenc", None)
    assert one.signals == (DrmSignal(system_id=WIDEVINE, pssh=base64.b64encode(b"box").decode()),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<CPIX", b"<!DOCTYPE x><CPIX", "entities"),
        (b"urn:dashif:org:cpix", b"urn:other", "not a CPIX"),
        (b"PlainValue", b"EncryptedValue", "encrypted"),
        (b'periodId="period1"', b'periodId="nowhere"', "nowhere"),
        (b"kid=", b"kidd=", "cannot be read"),
        (b"CPIX>", b"CPIX", "cannot be read"),
    ],
)
def test_a_document_that_is_of_no_use_is_refused_in_words(old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_document(write_document("channel-1", KEYS).replace(old, new))
    assert said in caught.value.sentence
    assert caught.value.field == "document"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_refused(data: bytes) -> None:
    for one in (data, b"<CPIX xmlns='urn:dashif:org:cpix'>" + data + b"</CPIX>"):
        with pytest.raises(InvalidInputError):
            read_document(one)

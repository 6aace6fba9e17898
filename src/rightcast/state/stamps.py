"""Time stamps of RFC 3161: what is sent to a service, and what of its answer is believed. No network here."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from rightcast.domain.errors import StampRefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from rfc3161_client import TimeStampRequest, TimeStampResponse

REQUEST_TYPE = "application/timestamp-query"
"""RFC 3161 section 3.4."""


def stamp_request(data: bytes) -> TimeStampRequest:
    """Ask for a stamp over SHA-256 of the data, with a nonce and with the service's certificate."""
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def checked_stamp(answer: bytes, data: bytes, nonce: int | None) -> datetime:
    """When the service says that it saw the data. Raises StampRefusedError.

    Whether the service may be believed is another question: `stamp_holds` answers it against a certificate.
    """
    response = _read(answer)
    if response.status not in {PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS}:
        raise StampRefusedError(
            f"The time-stamping service refused: {' '.join(response.status_string) or response.status}.",
            remedy="Ask whoever runs it, or name another.",
        )
    info = response.tst_info
    if info.message_imprint.message != sha256(data).digest() or (nonce is not None and info.nonce != nonce):
        raise StampRefusedError("The stamp is of something else than what was sent.", remedy="Name another service.")
    return info.gen_time


def stamp_holds(answer: bytes, data: bytes, authority: bytes) -> str:
    """What keeps the stamp from standing under the certificates of an authority (PEM); empty when nothing does."""
    try:
        roots = x509.load_pem_x509_certificates(authority)
        builder = VerifierBuilder()
        for one in roots:
            builder = builder.add_root_certificate(one)
        builder.build().verify_message(_read(answer), data)
    except (VerificationError, ValueError, StampRefusedError) as error:
        return str(error) or "the stamp is not of this authority"
    return ""


def _read(answer: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(answer)
    except ValueError as error:
        raise StampRefusedError(
            "The time-stamping service answered with something that is no stamp.", remedy="Check its address."
        ) from error

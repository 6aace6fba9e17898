"""Detached signatures of reports: JSON beside the file, checked with the station's public key alone."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from rightcast.domain.errors import InvalidInputError
from rightcast.state.signing import fingerprint, signed_by

if TYPE_CHECKING:
    from rightcast.state.signing import Signer

ALGORITHM = "Ed25519"
SUFFIX = ".sig"


class ReportSignature(msgspec.Struct, frozen=True, kw_only=True):
    """Who vouches for a file: `signature` is over `statement(file, sha256)`, hex like the others."""

    file: str
    sha256: str
    algorithm: str
    key: str
    signature: str


def statement(file: str, digest: str) -> str:
    """The text that is signed: a report's signature serves for nothing else."""
    return f"rightcast report\n{file}\nsha256 {digest}\n"


def signature_text(file: str, data: bytes, signer: Signer) -> str:
    """The signature of a file's bytes under its name."""
    digest = sha256(data).hexdigest()
    made = ReportSignature(
        file=file,
        sha256=digest,
        algorithm=ALGORITHM,
        key=signer.fingerprint,
        signature=signer.sign(statement(file, digest)),
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"


def fault_of(data: bytes, signature: bytes, public: bytes) -> str:
    """Why a file is not what the station signed, in a sentence; "" when it is. Raises InvalidInputError."""
    try:
        said = msgspec.json.decode(signature, type=ReportSignature)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise InvalidInputError(
            "This is no signature of a report.", remedy="Name the .sig file that came with it.", field="signature"
        ) from error
    if said.algorithm != ALGORITHM:
        return f"It is signed by {said.algorithm[:20]}, which nobody here signs with."
    if said.key != fingerprint(public):
        return "It was signed by another key than this one."
    if sha256(data).hexdigest() != said.sha256:
        return "The report is not the one that was signed: it was changed, or belongs to another signature."
    if not signed_by(public, statement(said.file, said.sha256), said.signature):
        return "The signature is not the station's: it was changed."
    return ""

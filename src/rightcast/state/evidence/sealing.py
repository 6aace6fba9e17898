"""Seals files into an evidence pack: a ZIP with a signed list of them, a README for a stranger, and the verifier."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rfc8785

from rightcast.domain.chain import moment_text
from rightcast.state.evidence import verify

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rightcast.state.signing import Signer

README, VERIFIER = "README.txt", "verify.py"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A pack that is whole. `digest`: SHA-256 of its manifest, which the trail keeps."""

    body: bytes
    digest: str
    files: int


def seal_pack(files: Mapping[str, bytes], *, case: str, signs: Signer, now: datetime) -> Sealed:
    """Put `files` (path to bytes), README, verifier and public key under one signed manifest, as a ZIP."""
    whole = {
        **files,
        README: (Path(__file__).parent / README).read_bytes(),
        VERIFIER: Path(verify.__file__).read_bytes(),
        verify.KEY: f"{signs.public.hex()}\n".encode(),
    }
    listed = {name: {"bytes": len(body), "sha256": sha256(body).hexdigest()} for name, body in whole.items()}
    told: dict[str, Any] = {"case": case, "files": listed, "key": signs.fingerprint, "kind": verify.KIND}
    manifest = rfc8785.dumps({**told, "made_at": moment_text(now)})
    whole[verify.MANIFEST] = manifest
    whole[verify.SIGNATURE] = f"{signs.sign(manifest.decode())}\n".encode()
    return Sealed(_zipped(whole, now), sha256(manifest).hexdigest(), len(whole))


def readable(value: object) -> bytes:
    """JSON for people and programs."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _zipped(files: Mapping[str, bytes], now: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, key=lambda one: (one != README, one)):
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()

"""Players of the web as their makers publish them: one exact version each, fetched once by npm and checked."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

CACHE = Path(__file__).parents[1] / ".cache"


@dataclass(frozen=True)
class Package:
    """A version of a package that was looked at, and the one file of it that a page needs."""

    name: str
    version: str
    sha512: str
    member: str


HLS_JS = Package(
    "hls.js",
    "1.7.4",
    "dc697119d3ef4f6607bd060eb7ec8ecd3fc3122a2bfea255348ca51c0efb9207a805375042a8bbd06c1e7cd11498741e346ca30bc53adbe6ebbaa5bf4e99beb6",
    "dist/hls.min.js",
)
DASH_JS = Package(
    "dashjs",
    "5.2.1",
    "6b170998b78909324c2d47d0444ad4241d4a3a253988717e0cc2c173714a7a8c751cf62d1944250ba5e6e4c9babe10544770871cb20f3aac3424322a32d3fe0f",
    "dist/modern/umd/dash.all.min.js",
)
SHAKA = Package(
    "shaka-player",
    "5.2.12",
    "bc4b2e543237fa82e1fb2aa98d77b1419960d97314048d15aea6ad0ee29669c3dac40b9de94a61e6e0a8c143cb85480d1b95ca582a68338975afca98cd61fece",
    "dist/shaka-player.compiled.js",
)
MPEGTS_JS = Package(
    "mpegts.js",
    "1.8.2",
    "71960c6b99ae0121f9e70ad2e892b9206914aa7080f7a7347fe59d9d6f758c82bdb3f37a3738e64d00c935883d039bbf1b64399e3d9bdf0d59c33cdeffd82ec4",
    "dist/mpegts.js",
)


def script(package: Package) -> bytes:
    """The file of a package; skips the test when npm cannot bring it. Two processes may ask at once."""
    kept = CACHE / f"{package.name}-{package.version}.js"
    if kept.exists():
        return kept.read_bytes()
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        archive = _packed(package, Path(folder))
        digest = hashlib.sha512(archive.read_bytes()).hexdigest()
        assert digest == package.sha512, f"this is not the {package.name} that was looked at"
        draft = Path(folder) / "draft"
        with tarfile.open(archive) as opened:
            member = opened.extractfile(f"package/{package.member}")
            assert member is not None
            draft.write_bytes(member.read())
        draft.replace(kept)
    return kept.read_bytes()


def _packed(package: Package, folder: Path) -> Path:
    """The package's archive in a folder."""
    npm = Path(sys.executable).parent / "npm"
    environment = os.environ | {"PATH": f"{npm.parent}:{os.environ['PATH']}"}
    if not npm.exists():
        pytest.skip("npm is not in the virtual environment; make install-dev brings it")
    arguments = [npm, "pack", "--silent", f"{package.name}@{package.version}"]
    try:
        subprocess.run(arguments, cwd=folder, env=environment, check=True, timeout=100, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm cannot fetch {package.name} {package.version}: {error}")
    return next(folder.glob("*.tgz"))

"""Common Access Tokens beside another reading of the standard, @eyevinn/cat: each takes and refuses the other's."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rightcast.domain.delivery_network import DeliveryNetwork
from rightcast.domain.rights import Bounds, CarriageRight, Distribution, Instrument, RightStatus
from rightcast.formats.cat.claims import Cat, Fault, Renewal, Renewing
from rightcast.formats.cat.issuing import ISSUER, Withheld, claims_for
from rightcast.formats.cat.judging import Asked, judge
from rightcast.formats.cat.token import CatKey, read, write
from tests.station.npm import CACHE

VERSION = "0.16.4"
INTEGRITY = "sha512-VTh3iOpd7wnSzAoEQPA+AC9GHOMWD12kp4/AwWcgIppJgKW0CQ0x60Unk4U2/zZqeN5G7R0f6WzRvkaHWePibg=="
KEY = CatKey("acme-1", bytes(range(32)))
NETWORK = DeliveryNetwork(id=1, name="acme", host="cdn.example", path="/live/{channel}/")
URL = "https://cdn.example/live/42/1.ts"
RIGHT = CarriageRight(
    id=1,
    reference="R",
    licensor="L",
    instrument=Instrument.CONTRACT,
    status=RightStatus.ACTIVE,
    channel_ids=(42,),
    territories=("IT",),
    starts=datetime(2026, 1, 1, tzinfo=UTC),
    bounds=Bounds(presence=("IT",)),
)


@pytest.fixture(scope="module")
def modules() -> Path:
    """The folder of the package, fetched once by npm; its programs at installation are not run."""
    folder = CACHE / f"eyevinn-cat-{VERSION}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        npm = Path(sys.executable).parent / "npm"
        if not npm.exists():
            pytest.skip("npm is not in the virtual environment; make install-dev brings it")
        command = [npm, "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", f"@eyevinn/cat@{VERSION}"]
        environment = os.environ | {"PATH": f"{npm.parent}:{os.environ['PATH']}"}
        try:
            subprocess.run(command, cwd=folder, env=environment, check=True, timeout=100, capture_output=True)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"npm cannot fetch @eyevinn/cat {VERSION}: {error}")
        lock = json.loads((folder / "package-lock.json").read_text())
        found = lock["packages"]["node_modules/@eyevinn/cat"]["integrity"]
        assert found == INTEGRITY, "this is not the @eyevinn/cat that was looked at"
        (folder / "done").touch()
    return folder / "node_modules"


def ours(**changed: Any) -> str:
    """A token of this station."""
    cat = claims_for(NETWORK, 42, RIGHT, now=time.time(), life_s=300, until=None, cti=b"c" * 16, session="e0.x")
    assert isinstance(cat, Cat)
    return write(KEY, replace(cat, **changed))


def theirs(modules: Path, *asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What the other reading answers; each question costs nothing, the program is started once."""
    with_key = [{"kid": KEY.kid, "key": KEY.secret.hex(), **one} for one in asked]
    node = Path(sys.executable).parent / "node"
    done = subprocess.run(
        [node, Path(__file__).with_name("eyevinn.cjs")],
        input=json.dumps(with_key).encode(),
        env=os.environ | {"NODE_PATH": str(modules)},
        capture_output=True,
        timeout=60,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_they_take_ours_and_refuse_what_is_not_theirs_to_serve(modules: Path) -> None:
    good, now = ours(), int(time.time())
    broken = bytearray(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    broken[-1] ^= 1
    who = {"issuer": ISSUER, "audience": ["acme"], "url": URL}
    answers = theirs(
        modules,
        {"token": good, **who},
        {"token": ours(renewal=Renewal(Renewing.HEADER, 120, 60, header="cta-common-access-token")), **who},
        {"token": base64.urlsafe_b64encode(bytes(broken)).rstrip(b"=").decode(), **who},
        {"token": ours(expires=now - 1), **who},
        {"token": good, **who, "url": "https://cdn.example/live/43/1.ts"},
        {"token": good, **who, "url": "https://other.example/live/42/1.ts"},
        {"token": good, **who, "audience": ["other"]},
        {"token": good, **who, "issuer": "somebody"},
        {"token": good, **who, "key": "00" * 32},
    )
    assert [one["error"] for one in answers] == [
        "",
        "",
        "KeyNotFoundError",
        "TokenExpiredError",
        "UriNotAllowedError",
        "UriNotAllowedError",
        "InvalidAudienceError",
        "InvalidIssuerError",
        "KeyNotFoundError",
    ]
    claims = answers[0]["claims"]
    assert claims["catgeoiso3166"] == ["IT"]
    assert claims["catm"] == ["GET", "HEAD"]
    assert claims["cti"] == (b"c" * 16).hex()
    assert claims["catu"]["path"] == {"prefix-match": "/live/42/"}
    renewal = {"type": "header", "expadd": 120, "deadline": 60, "header-name": "cta-common-access-token"}
    assert answers[1]["claims"]["catr"] == renewal


def test_we_take_theirs_and_refuse_what_is_not_ours_to_serve(modules: Path) -> None:
    now = int(time.time())
    claims = {
        "iss": "eyevinn",
        "aud": ["acme", "other"],
        "exp": now + 300,
        "nbf": now - 5,
        "cti": "0b71",
        "catm": ["GET"],
        "catu": {"host": {"exact-match": "cdn.example"}, "path": {"prefix-match": "/live/42/"}},
        "catgeoiso3166": ["IT"],
        "catr": {"type": "header", "header-name": "cta-common-access-token", "expadd": 120, "deadline": 60},
    }
    made = theirs(modules, {"claims": claims}, {"claims": claims | {"exp": now - 1}}, {"claims": claims, "kid": "else"})
    good, expired, strange = (read([KEY], one["token"]) for one in made)
    asked = Asked(url=URL, audience="acme", country="IT", issuer="eyevinn")
    assert isinstance(good, Cat)
    assert good.renewal == Renewal(Renewing.HEADER, 120, 60, header="cta-common-access-token")
    assert judge(good, asked, now) is None
    assert judge(good, replace(asked, url="https://cdn.example/live/43/1.ts"), now) is Fault.OTHER_ADDRESS
    assert judge(good, replace(asked, method="HEAD"), now) is Fault.OTHER_METHOD
    assert isinstance(expired, Cat)
    assert judge(expired, asked, now) is Fault.EXPIRED
    assert strange is Fault.UNKNOWN_KEY
    assert read([CatKey(KEY.kid, b"x" * 32)], made[0]["token"]) is Fault.TAMPERED


def test_a_token_never_outlives_the_decision_nor_leaves_the_bounds_of_its_right() -> None:
    now = 1_800_000_000.5
    how: dict[str, Any] = {"now": now, "life_s": 300, "cti": b"c", "session": "e0.x"}
    within = claims_for(NETWORK, 42, RIGHT, until=now + 60, **how)
    assert isinstance(within, Cat)
    assert within.expires == int(now) + 60
    assert within.renewal is None
    assert claims_for(NETWORK, 42, RIGHT, until=now, **how) is Withheld.ENDED
    managed = replace(RIGHT, bounds=Bounds(distribution=(Distribution.MANAGED,)))
    assert claims_for(NETWORK, 42, managed, until=None, **how) is Withheld.NOT_OPEN_INTERNET

"""Asks a station on this machine what a player app asks of it, and says step by step what the app would see.

Traffic goes to the station's own listener only; an address in an answer is taken by its path.
"""

from __future__ import annotations

import gzip
import http.client
import json
import re
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from rightcast.domain.entitlement import SENTENCES, Reason
from rightcast.domain.players import Catchup, Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import Address
    from rightcast.domain.players import PlayerApp

ANSWER_S = 20.0
LARGEST_BYTES = 64 << 20
_STREAM_BYTES = 188 * 5
_REDIRECTS = 3
_GUIDE = re.compile(r'x-tvg-url="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the app does: what it sees in words, and where that is not well what helps."""

    title: str
    well: bool
    seen: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Got:
    """An answer, redirects followed; status 0 when none came, with the reason as body."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Replay:
    """The calls of one app with one name and secret."""

    def __init__(self, app: PlayerApp, listener: Address, name: str, secret: str) -> None:
        self._app = app
        self._listener = listener
        self._who = {"username": name, "password": secret}

    def signed_in(self) -> bool:
        """Whether the station knows the name and secret already."""
        return b'"auth":1' in self._get(f"/player_api.php?{urlencode(self._who)}").body

    def steps(self) -> Iterator[Step]:
        """Everything in order; what rests on a step that failed is not asked."""
        if self._app.login:
            login = self._login()
            yield login
            if not login.well:
                return
            yield self._streams()
        got = self._get(f"/get.php?{urlencode({**self._who, 'type': 'm3u_plus', 'profile': self._app.key})}")
        lines = got.body.decode("utf-8", "replace").splitlines() if got.status == 200 else []
        urls = [line for line in lines if line and not line.startswith("#")]
        yield self._playlist(got, urls)
        if lines:
            match = _GUIDE.search(lines[0])
            yield self._guide(match[1] if match else "", lines)
        if urls:
            yield from self._first_channel(urls[0])
            yield self._past(lines)

    def _login(self) -> Step:
        got = self._get(f"/player_api.php?{urlencode(self._who)}")
        try:
            user = json.loads(got.body)["user_info"]
        except (ValueError, KeyError, TypeError):
            return _failed("Log in", got)
        if user.get("auth") != 1:
            return Step("Log in", well=False, seen="Wrong name or password.", remedy="Give the line's own password.")
        if user["status"] != "Active":
            return Step(
                "Log in", well=False, seen=f"{user['status']}: {user['message']}", remedy="See `rightcast line`."
            )
        return Step(
            "Log in", well=True, seen=f"Active, {user['active_cons']} of {user['max_connections']} screens in use."
        )

    def _streams(self) -> Step:
        got = self._get(f"/player_api.php?{urlencode({**self._who, 'action': 'get_live_streams'})}")
        try:
            rows = json.loads(got.body)
        except ValueError:
            return _failed("List channels", got)
        return _counted("List channels", len(rows))

    def _playlist(self, got: Got, urls: list[str]) -> Step:
        title = f"Fetch the playlist ({self._app.output.value})"
        return _counted(title, len(urls)) if got.status == 200 else _failed(title, got)

    def _guide(self, url: str, lines: list[str]) -> Step:
        title = "Fetch the guide"
        got = self._get(_target(url)) if url else Got(0, b"the playlist names none", {})
        if got.status != 200:
            return _failed(title, got)
        try:
            body = gzip.decompress(got.body) if got.body[:2] == b"\x1f\x8b" else got.body
            root = ET.fromstring(body)  # noqa: S314 - our own station wrote it
        except (OSError, EOFError, zlib.error, ET.ParseError) as error:
            return Step(title, well=False, seen=f"It cannot be read: {error}.", remedy="Report this as a fault.")
        limit = self._app.largest_guide_bytes
        if limit and len(body) > limit:
            return Step(
                title, well=False, seen=f"{len(body):,} bytes, the app reads {limit:,}.", remedy="Ask for fewer days."
            )
        known = {one.get("id") for one in root.findall("channel")}
        wanted = [match[1] for line in lines if (match := re.search(r'tvg-id="([^"]+)"', line))]
        fitting, shows = sum(one in known for one in wanted), len(root.findall("programme"))
        remedy = "" if wanted else "Give channels a guide id, so that apps find their shows."
        return Step(title, well=fitting == len(wanted), seen=f"{fitting} channels named, {shows} shows.", remedy=remedy)

    def _first_channel(self, url: str) -> Iterator[Step]:
        target = _target(url)
        if self._app.output is Output.TS and not urlsplit(target).path.endswith(".m3u8"):
            got = self._get(target, enough_bytes=_STREAM_BYTES)
            if got.status == 200 and got.body[:1] == b"\x47":
                yield Step("Play the first channel", well=True, seen="A transport stream comes.")
            else:
                yield _failed("Play the first channel", got)
            return
        got = self._get(target)
        if got.status != 200 or not got.body.startswith(b"#EXTM3U"):
            yield _failed("Play the first channel", got)
            return
        names = [line for line in got.body.decode().splitlines() if line and not line.startswith("#")]
        at = got.headers.get("x-asked", target)
        part = self._get(urljoin(at, names[-1])) if names else got
        seen = f"A playlist of {len(names)} segments, and the last one of {len(part.body):,} bytes."
        yield (
            Step("Play the first channel", well=True, seen=seen)
            if names and part.status == 200
            else _failed("Play the first channel", part)
        )

    def _past(self, lines: list[str]) -> Step:
        kept = sum("catchup=" in line for line in lines if line.startswith("#EXTINF"))
        if self._app.catchup is Catchup.NONE:
            return Step("Look back", well=True, seen="The app has no catch-up.")
        return Step(
            "Look back", well=True, seen=f"{kept} channels can be watched from the archive ({self._app.catchup})."
        )

    def _get(self, target: str, *, enough_bytes: int = 0) -> Got:
        """One call; `enough_bytes` ends the reading of what has no end."""
        for _ in range(_REDIRECTS):
            got = self._once(target, enough_bytes)
            if got.status not in {301, 302, 303, 307, 308}:
                return Got(got.status, got.body, {**got.headers, "x-asked": target})
            target = urljoin(target, _target(got.headers.get("location", "/")))
        return Got(0, b"it redirects without end", {})

    def _once(self, target: str, enough_bytes: int) -> Got:
        host = self._listener.host.strip("[]")
        connection = http.client.HTTPConnection(host, self._listener.port, timeout=ANSWER_S)
        try:
            connection.request("GET", target, headers={"User-Agent": self._app.example or "rightcast doctor"})
            answer = connection.getresponse()
            body = answer.read(enough_bytes or LARGEST_BYTES)
            return Got(answer.status, body, {key.lower(): value for key, value in answer.getheaders()})
        except (OSError, http.client.HTTPException) as error:
            return Got(0, str(error).encode(), {})
        finally:
            connection.close()


def _target(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _counted(title: str, count: int) -> Step:
    if count:
        return Step(title, well=True, seen=f"{count} channels.")
    remedy = "Sell the line a package whose channels stand on a right in force: `rightcast explain LINE CHANNEL`."
    return Step(title, well=False, seen="No channel.", remedy=remedy)


def _failed(title: str, got: Got) -> Step:
    """What did not work, by the reason that the station gave."""
    if not got.status:
        return Step(
            title, well=False, seen=f"No answer: {got.body.decode('utf-8', 'replace')}.", remedy="See the logs."
        )
    code = got.headers.get("x-rightcast-reason", "")
    said = SENTENCES[Reason(code)] if code in set(Reason) else got.body[:200].decode("utf-8", "replace").strip()
    remedy = "`rightcast explain LINE CHANNEL` shows every check." if code in set(Reason) else "See `rightcast status`."
    return Step(title, well=False, seen=f"Status {got.status}: {said}", remedy=remedy)

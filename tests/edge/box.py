"""A set-top box or an app that speaks its API: the calls in the order in which clients make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from tests.edge.station import Reply, TestStation

MAC = "00:1A:79:AB:CD:EF"
PLACE = "http://tv.test:8080"
AGENT = "Mozilla/5.0 (QtEmbedded; U; Linux; C) AppleWebKit/533.3 (KHTML, like Gecko) MAG200 stbapp ver: 2 rev: 250"


class Box:
    """Asks one station from one address; `path` is the alias of the API that it found."""

    def __init__(self, station: TestStation, mac: str = MAC, path: str = "/stalker_portal/server/load.php") -> None:
        self.station = station
        self.mac = mac
        self.path = path
        self.token = ""
        self.zone = "UTC"

    async def ask(self, kind: str, action: str, *, method: str = "GET", **fields: str) -> Reply:
        query = urlencode({"type": kind, "action": action, **fields, "JsHttpRequest": "1-xml"})
        headers = {
            "Cookie": f"mac={quote(self.mac)}; stb_lang=en; timezone={quote(self.zone, safe='')}",
            "User-Agent": AGENT,
            "X-User-Agent": "Model: MAG250; Link: WiFi",
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return await self.station.get(self.path, method=method, headers=headers, body=query.encode())
        return await self.station.get(f"{self.path}?{query}", method=method, headers=headers)

    async def js(self, kind: str, action: str, **fields: str) -> Any:
        reply = await self.ask(kind, action, **fields)
        assert reply.status == 200
        return reply.json()["js"]

    async def sign_in(self) -> Any:
        """Handshake and profile."""
        self.token = (await self.js("stb", "handshake", token=self.token))["token"]
        return await self.js("stb", "get_profile", stb_type="MAG250", not_valid_token="0", auth_second_step="0")

    async def link(self, command: str) -> str:
        """The path of a link to play, "" when there is none."""
        made = await self.js("itv", "create_link", cmd=command, forced_storage="undefined", disable_ad="0")
        return str(made["cmd"]).partition(" ")[2].removeprefix(PLACE)

"""Protected channels as players meet them: keys in playlists and manifests, bytes that open with nothing else."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import time
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from rightcast.domain.protection import DrmSignal, KeyOrigin, Scheme, VendorKey, period_start
from rightcast.formats.sample_aes import sequence_iv
from rightcast.state.content_keys import ContentKeys
from rightcast.state.keys import station_key
from tests.edge.test_keys import protect
from tests.edge.test_playlists import playlist_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.edge.station import TestStation

KEY_TAG = re.compile(r'#EXT-X-KEY:METHOD=([A-Z0-9-]+),URI="(\d+\.key)"(?:,IV=0x([0-9A-F]+))?')


async def opened(station: TestStation, query: str = "") -> tuple[str, str]:
    """Where a player begins, and what it reads there."""
    reply = await station.get(f"/live/anna/sesame/1.m3u8{query}")
    assert reply.status == 302, reply
    path = reply.headers["location"]
    return path.rpartition("/")[0] + "/", (await station.get(path)).body.decode()


def ffmpeg_counts(station: TestStation, address: str, *options: str) -> list[str]:
    """A hash of each packet that ffmpeg's client hands on."""
    url = f"http://127.0.0.1:{station.edge.port}{address}"
    command = ["ffmpeg", "-loglevel", "error", *options, "-i", url, "-map", "0:v", "-c", "copy"]
    done = subprocess.run([*command, "-t", "1.5", "-f", "framemd5", "-"], capture_output=True, timeout=60, check=True)
    return [line for line in done.stdout.decode().splitlines() if not line.startswith("#")]


async def test_whole_segments_open_with_the_key_that_the_playlist_names(station: TestStation) -> None:
    await protect(station)
    await station.on_air(3)
    base, playlist = await opened(station)
    found = KEY_TAG.search(playlist)
    assert found is not None
    assert (found[1], found[3]) == ("AES-128", None)
    assert playlist.count("#EXT-X-KEY") == 1
    key = (await station.get(base + found[2])).body
    name = next(line for line in playlist.splitlines() if line.endswith(".1.ts"))
    hidden = (await station.get(base + name)).body
    decryptor = Cipher(AES(key), CBC(sequence_iv(1))).decryptor()
    clear = decryptor.update(hidden) + decryptor.finalize()
    assert clear[: -clear[-1]] == station.headend.data(1)


async def test_nothing_of_a_protected_channel_leaves_in_the_clear_by_another_name(station: TestStation) -> None:
    await station.on_air(3)
    clear_base = (await playlist_path(station)).removesuffix("index.m3u8")
    await protect(station)
    for name in ("1.ts", "cmaf.m3u8", "ll.m3u8", "manifest.mpd", "c0-256.1.m4s", "c0-256.init0.mp4", "c0-256.m3u8"):
        reply = await station.get(clear_base + name)
        assert reply.status == 404, name
    whole = await station.get(clear_base + "v0.1.ts")
    assert whole.status == 200
    assert whole.body[:1] != b"G" or whole.body[188:189] != b"G"
    single = await station.get(clear_base + "v0-257.1.ts")
    assert single.body[:1] != b"G" or single.body[188:189] != b"G"
    await protect(station, scheme=Scheme.CBCS)
    for name in ("1.ts", "v0.1.ts", "v0.m3u8", "index.m3u8", "master.m3u8", "c0-256.init0.mp4"):
        assert (await station.get(clear_base + name)).status == 404, name


async def test_the_key_changes_with_its_period_at_a_segments_border(station: TestStation) -> None:
    station.headend.wall = period_start(time.time(), 60) - 2.0
    await protect(station, period_s=60)
    await station.on_air(4)
    _, playlist = await opened(station)
    assert [one[0] for one in KEY_TAG.findall(playlist)] == ["AES-128", "AES-128"]
    names = [one[1] for one in KEY_TAG.findall(playlist)]
    assert int(names[1].split(".")[0]) - int(names[0].split(".")[0]) == 60


async def test_ffmpegs_client_plays_sample_aes(station: TestStation) -> None:
    await station.on_air(4)
    station.headend.part()
    await protect(station, scheme=Scheme.SAMPLE_AES)
    base, playlist = await opened(station)
    found = KEY_TAG.search(playlist)
    assert found is not None
    assert found[1] == "SAMPLE-AES"
    assert len(found[3]) == 32
    count = await asyncio.to_thread(ffmpeg_counts, station, f"{base}index.m3u8")
    assert len(count) >= 20


async def test_cmaf_is_encrypted_with_the_same_key_in_hls_and_dash(station: TestStation) -> None:
    await protect(station, scheme=Scheme.CENC)
    await station.on_air(3)
    base, master = await opened(station)
    listing = next(line for line in master.splitlines() if line.startswith("c0-"))
    playlist = (await station.get(base + listing)).body.decode()
    tag = KEY_TAG.search(playlist)
    assert tag is not None
    assert tag[1] == "SAMPLE-AES-CTR"
    start = int(tag[2].removesuffix(".key"))
    init_name = re.search(r'#EXT-X-MAP:URI="([^"]+)"', playlist)
    assert init_name is not None
    assert init_name[1] == f"c0-256.init0k{start}.mp4"
    init = (await station.get(base + init_name[1])).body
    key = station.edge.keys.at(1, start)
    assert key is not None
    assert b"encv" in init
    assert key.kid in init
    manifest = (await station.get(base + "manifest.mpd")).body.decode()
    assert f'value="cenc" cenc:default_KID="{key.kid_uuid}"' in manifest
    assert f"{base}clearkey" in manifest
    assert f"init0k{start}.mp4" in manifest


async def test_ffmpeg_opens_a_cenc_fragment_with_the_key_and_no_other(station: TestStation, tmp_path: Path) -> None:
    await protect(station, scheme=Scheme.CENC)
    await station.on_air(3)
    base, master = await opened(station)
    listing = next(line for line in master.splitlines() if line.startswith("c0-"))
    playlist = (await station.get(base + listing)).body.decode()
    init_name = re.search(r'#EXT-X-MAP:URI="([^"]+)"', playlist)
    tag = KEY_TAG.search(playlist)
    assert init_name is not None
    assert tag is not None
    segment = next(line for line in playlist.splitlines() if line.endswith(".1.m4s"))
    file = tmp_path / "hidden.mp4"
    file.write_bytes((await station.get(base + init_name[1])).body + (await station.get(base + segment)).body)
    key = (await station.get(base + tag[2])).body.hex()
    command = ["ffmpeg", "-v", "error", "-xerror", "-decryption_key", key, "-i", str(file), "-f", "null", "-"]
    right = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (right.returncode, right.stderr) == (0, b"")
    command[command.index(key)] = "0" * 32
    wrong = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert wrong.stderr


async def test_a_channel_whose_vendor_has_given_no_key_for_now_is_withheld(station: TestStation) -> None:
    await station.on_air(3)
    await protect(station, origin=KeyOrigin.VENDOR)
    base = (await playlist_path(station)).removesuffix("index.m3u8")
    assert (await station.get(base + "v0.1.ts")).status == 503


async def test_switching_protection_off_shows_clear_segments_again(station: TestStation) -> None:
    await station.on_air(3)
    await protect(station)
    base, _ = await opened(station)
    await protect(station, scheme=Scheme.NONE)
    playlist = (await station.get(base + "index.m3u8")).body.decode()
    assert "EXT-X-KEY" not in playlist
    assert (await station.get(base + "1.ts")).body == station.headend.data(1)


async def test_a_list_of_streams_names_the_playlist_of_a_protected_channel(station: TestStation) -> None:
    await protect(station)
    rows = (await station.get("/get.php?username=anna&password=sesame&type=m3u&output=ts")).body.decode()
    assert "/1.m3u8" in rows
    assert "/1.ts" not in rows
    assert "/2.ts" in rows


async def test_a_new_key_is_a_new_period_in_dash_and_a_new_map_in_hls(station: TestStation) -> None:
    station.headend.wall = period_start(time.time(), 60) - 2.0
    await protect(station, scheme=Scheme.CBCS, period_s=60)
    await station.on_air(4)
    base, _ = await opened(station)
    manifest = (await station.get(base + "manifest.mpd")).body.decode()
    assert manifest.count("<Period ") == 2
    assert len(set(re.findall(r'default_KID="([^"]+)"', manifest))) == 2
    playlist = (await station.get(base + "c0-256.m3u8")).body.decode()
    maps = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', playlist)
    assert len(set(maps)) == len(KEY_TAG.findall(playlist)) == 2
    inits = [(await station.get(base + name)).body for name in maps]
    assert inits[0] != inits[1]
    assert all(b"encv" in init for init in inits)


async def test_a_vendors_keys_come_from_the_vendor_alone(station: TestStation) -> None:
    """Its systems are signalled; neither the key nor ClearKey is offered unless the operator says so."""
    await station.on_air(3)
    key, system = b"k" * 16, "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"
    keys = ContentKeys(station_key(station.settings.keys))
    box = base64.b64encode(b"vendor box").decode()
    given = VendorKey(kid="7" * 32, sealed=keys.seal(key), signals=(DrmSignal(system_id=system, pssh=box),))
    await protect(station, scheme=Scheme.CENC, origin=KeyOrigin.VENDOR, keys=(given,))
    base, _ = await opened(station)
    manifest = (await station.get(base + "manifest.mpd")).body.decode()
    assert f"urn:uuid:{system}" in manifest
    assert box in manifest
    assert "clearkey" not in manifest
    for name in ("0.key", "clearkey"):
        refused = await station.get(base + name)
        assert (refused.status, refused.headers["x-rightcast-reason"]) == (403, "key-by-vendor")
    playlist = (await station.get(base + "c0-256.m3u8")).body.decode()
    assert f'URI="data:text/plain;base64,{box}",KEYFORMAT="urn:uuid:{system}"' in playlist
    assert 'KEYFORMAT="identity"' not in playlist
    init_name = re.search(r'#EXT-X-MAP:URI="([^"]+)"', playlist)
    assert init_name is not None
    assert b"vendor box" in (await station.get(base + init_name[1])).body
    await protect(station, scheme=Scheme.CENC, origin=KeyOrigin.VENDOR, keys=(given,), also_clear_keys=True)
    assert (await station.get(base + "0.key")).body == key

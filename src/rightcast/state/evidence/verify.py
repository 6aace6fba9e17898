"""Checks an evidence pack of a Rightcast station: nobody changed it, and what it says happened, in plain words.

    python3 verify.py [PACK.zip | FOLDER] [--key 64 HEX DIGITS]

One file on purpose, Python 3.9 or later and nothing else; it opens no network and writes no file. The pack carries a
copy of it. Who does not trust that copy takes it from another pack, or writes one: README.txt describes the format.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
import zlib
from datetime import datetime, timezone
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]
Record = dict[str, Any]

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "signing.pub"
BLACKOUTS = "blackouts.json"
KIND = "rightcast-evidence-1"
MOST_BYTES = 4 << 30
"""A pack that unpacks to more is not read."""
STARTS = {"record", "activate", "resume"}
STOPS = {"suspend", "withdraw", "end", "over", "remove"}
DARK = {
    "right": STOPS | {"activate", "resume"},
    "channel": {"hold", "publish", "remove"},
    "takedown": {"order", "acknowledge", "lift", "expire", "extend"},
    "notice": {"act", "restore"},
    "blackout": {"add", "change", "lift"},
}
"""Deeds by which something goes dark or comes back: verbs by what they are done to."""
SAID = {
    "right": ("licensor", "instrument", "territories", "starts", "ends"),
    "blackout": ("name", "channels", "starts", "ends", "audience", "instead", "max_height", "source"),
}
"""Fields of a file that deeds of the trail tell of as well: the two must agree."""


# Ed25519, RFC 8032 section 5.1: verifying only, in integers -----------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    made: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            made = _add(made, point)
        point, factor = _add(point, point), factor >> 1
    return made


def _point(raw: bytes) -> Point | None:
    """Section 5.1.3; None for 32 bytes that are no point."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = _point(BASE_Y.to_bytes(32, "little")) or (0, 1, 1, 0)


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of the bytes under the key; section 5.1.7 without the cofactor."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, half = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or half is None or scalar >= L:
        return False
    challenge = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = _times(scalar, BASE), _add(half, _times(challenge, key))
    return not any((left[at] * right[2] - right[at] * left[2]) % P for at in (0, 1))


# The Merkle tree of RFC 6962: proofs as in RFC 9162 sections 2.1.3.2 and 2.1.4.2 ---------------------------------


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Whether `path` leads from the leaf's data at `index` to the root of a tree of `size`."""
    node, place, last = sha256(b"\x00" + leaf).digest(), index, size - 1
    if not 0 <= index < size:
        return False
    for other in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = _node(other, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, other)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: list[bytes]) -> bool:
    """Whether the tree of `second` leaves begins with the tree of `first`."""
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not 0 < first < second or not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for other in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = _node(other, old), _node(other, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = _node(new, other)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


# The pack ------------------------------------------------------------------------------------------------------


class Pack:
    """What was found in a pack: its files, what is wrong, and what is proven."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: list[tuple[str, str]] = []
        self.manifest: Record = {}
        self.rows: list[Record] = []
        self.roots: dict[int, Record] = {}
        self.stamps: dict[int, str] = {}
        self.proven: dict[int, Record] = {}
        self.key = b""

    def wrong(self, where: str, sentence: str) -> None:
        """Note that a file is not what was sealed."""
        if (where, sentence) not in self.faults:
            self.faults.append((where, sentence))

    def json(self, name: str) -> Record:
        """A file's object, empty where there is no such file; one that is none is a fault."""
        if name not in self.files:
            return {}
        try:
            found = json.loads(self.files[name])
        except ValueError:
            found = None
        if not isinstance(found, dict):
            self.wrong(name, "is not readable")
            return {}
        return found


def opened(place: Path) -> Pack:
    """Read a ZIP file or a folder into memory."""
    pack = Pack()
    if place.is_dir():
        for one in sorted(place.rglob("*")):
            if one.is_file() and "__pycache__" not in one.parts:
                pack.files[one.relative_to(place).as_posix()] = one.read_bytes()
        return pack
    with zipfile.ZipFile(place) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise ValueError("it unpacks to more than this program reads")
        for info in infos:
            if info.filename in pack.files:
                pack.wrong(info.filename, "is in the pack twice")
            try:
                pack.files[info.filename] = archive.read(info)
            except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError) as error:
                pack.wrong(info.filename, f"cannot be unpacked: {error}")
    return pack


def check(pack: Pack, key: bytes = b"") -> Pack:
    """Check everything; `key` is the station's public key as the reader knows it, else the one in the pack."""
    for look in (_check_roots, _check_rows, _check_agreements, _check_blackouts):
        if not pack.manifest:
            _check_files(pack, key)
        try:
            look(pack)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            pack.wrong("trail or agreements", "are not as a station writes them")
    return pack


def _check_files(pack: Pack, key: bytes) -> None:
    text = pack.files.get(MANIFEST, b"")
    pack.manifest = pack.json(MANIFEST)
    listed = pack.manifest.get("files") if isinstance(pack.manifest, dict) else None
    if not isinstance(listed, dict) or pack.manifest.get("kind") != KIND:
        pack.wrong(MANIFEST, "is missing, or is none")
        pack.manifest, listed = {}, {}
    pack.key = key or _hex(pack.files.get(KEY, b""))
    if not signed(pack.key, text, _hex(pack.files.get(SIGNATURE, b""))):
        pack.wrong(MANIFEST, "is not signed with this key: the list of files, the signature or the key was changed")
    if sha256(pack.key).hexdigest() != pack.manifest.get("key"):
        pack.wrong(MANIFEST, "names another key")
    for name, kept in sorted(listed.items()):
        if name not in pack.files:
            pack.wrong(name, "is missing")
        elif [sha256(pack.files[name]).hexdigest(), len(pack.files[name])] != [kept.get("sha256"), kept.get("bytes")]:
            pack.wrong(name, "was changed")
    for name in sorted(set(pack.files) - set(listed) - {MANIFEST, SIGNATURE}):
        pack.wrong(name, "was put in: the station did not seal it")


def _check_roots(pack: Pack) -> None:
    for name in sorted(pack.files):
        if not name.startswith("trail/root-") or not name.endswith(".json"):
            continue
        root = pack.json(name)
        if not signed(pack.key, pack.files[name], _hex(pack.files.get(name[:-5] + ".sig", b""))):
            pack.wrong(name, "is not signed with this key")
        elif isinstance(root, dict) and root.get("kind") == "rightcast-root-1":
            pack.roots[root["number"]] = root
            stamp = pack.files.get(name[:-5] + ".tsr")
            if stamp is not None:
                pack.stamps[root["number"]] = stamped_at(stamp, pack.files[name])
                if not pack.stamps[root["number"]]:
                    pack.wrong(name[:-5] + ".tsr", "is a time stamp of something else")
    for step in pack.json("trail/proofs.json").get("consistency", []):
        first, second = pack.roots.get(step["first"]), pack.roots.get(step["second"])
        if (
            first is None
            or second is None
            or not consistent(
                first["size"],
                _hex(first["root"]),
                second["size"],
                _hex(second["root"]),
                [_hex(one) for one in step["path"]],
            )
        ):
            pack.wrong("trail/proofs.json", f"root {step['second']} does not contain root {step['first']}")


def _check_rows(pack: Pack) -> None:
    proofs = pack.json("trail/proofs.json").get("rows", {})
    before = None
    for number, line in enumerate(pack.files.get("trail/rows.jsonl", b"").splitlines(), 1):
        try:
            found = json.loads(line)
            row, where = found["row"], f"row {found['row']['seq']}"
            made = sha256(_hex(found["prev_hash"]) + canonical(row)).hexdigest()
        except (ValueError, KeyError, TypeError):
            pack.wrong("trail/rows.jsonl", f"line {number} is no row")
            continue
        if made != found["hash"]:
            pack.wrong("trail/rows.jsonl", f"{where} was changed: its contents do not give its hash")
        if before and before["row"]["seq"] + 1 == row["seq"] and before["hash"] != found["prev_hash"]:
            pack.wrong("trail/rows.jsonl", f"{where} does not follow the row before it")
        proof = proofs.get(str(row["seq"]), {})
        root, path = pack.roots.get(proof.get("root")), [_hex(one) for one in proof.get("path", [])]
        if root and included(_hex(found["hash"]), row["seq"] - 1, root["size"], path, _hex(root["root"])):
            pack.proven[row["seq"]] = root
        else:
            pack.wrong("trail/rows.jsonl", f"{where} is under no signed root")
        pack.rows.append(row)
        before = found


def _check_agreements(pack: Pack) -> None:
    """What a file says of an agreement is what the trail said of it last, and none that it tells of is left out."""
    told = set()
    for name, right in agreements(pack):
        told.add(right.get("id"))
        said = facts(pack, "right", right.get("id"))
        _compare(pack, name, right, said, SAID["right"])
        covers = set(right.get("channel_ids", []))
        if not covers <= set(said.get("channels", covers)):
            pack.wrong(name, "names channels that the trail does not name")
        if bool(right.get("removed")) != bool(said.get("removed", right.get("removed"))):
            pack.wrong(name, "does not say what the trail says of its removal")
    _check_told(pack, "right", told)


def _check_blackouts(pack: Pack) -> None:
    """The same of blackouts."""
    told = set()
    for one in blackouts(pack):
        told.add(one.get("id"))
        _compare(pack, BLACKOUTS, one, facts(pack, "blackout", one.get("id")), SAID["blackout"])
    _check_told(pack, "blackout", told)


def _check_told(pack: Pack, subject: str, told: set[Any]) -> None:
    for number in sorted({row["subject_id"] for row in pack.rows if row["subject"] == subject} - told):
        pack.wrong("trail/rows.jsonl", f"tells of {subject} {number}, which no file of the pack describes")


def _compare(pack: Pack, name: str, file: Record, said: Record, fields: tuple[str, ...]) -> None:
    for key in fields:
        if key in said and _plain(key, said[key]) != _plain(key, file.get(key)):
            pack.wrong(name, f"says of {key} '{file.get(key)}', the trail says '{said[key]}'")


def _plain(key: str, value: object) -> object:
    """A moment in one way of writing, other values as they are."""
    if key not in {"starts", "ends"} or not value:
        return value or None
    return datetime.fromisoformat(str(value).replace("Z", "+00:00"))


def facts(pack: Pack, subject: str, number: object) -> Record:
    """What the rows of the pack said of each field of a record last; `removed` where that was done."""
    found: Record = {}
    for row in pack.rows:
        if (row["subject"], row["subject_id"]) != (subject, number) or verb(row) in {"attach", "detach"}:
            continue
        told = _detail(row)
        if verb(row) == "end" and "ends" not in told:  # a deed of older stations, which tells of no moment
            found.pop("ends", None)
            found.pop("starts", None)
        found.update(told)
        if verb(row) == "remove":
            found["removed"] = row["at"]
    return found


def blackouts(pack: Pack) -> list[Record]:
    """The blackouts that the pack tells of."""
    found = pack.json(BLACKOUTS).get("blackouts", [])
    return [one for one in found if isinstance(one, dict)]


def agreements(pack: Pack) -> list[tuple[str, Record]]:
    """The files of agreements, with what they say."""
    names = [one for one in sorted(pack.files) if one.startswith("agreements/") and one.endswith(".json")]
    return [(name, pack.json(name)) for name in names]


def canonical(row: Record) -> bytes:
    """RFC 8785 of a flat object of texts, integers and nulls."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def stamped_at(stamp: bytes, data: bytes) -> str:
    """When a service of RFC 3161 says it saw `data`; empty when the stamp is of other data. Its signature is openssl's.

    A TSTInfo holds the SHA-256 of the data and later its genTime, a GeneralizedTime (tag 24) in UTC.
    """
    at = stamp.find(sha256(data).digest())
    while at >= 0:
        at = stamp.find(b"\x18", at + 1)
        text = stamp[at + 2 : at + 2 + stamp[at + 1]] if 0 <= at < len(stamp) - 1 else b""
        if len(text) >= 15 and text[:14].isdigit() and text.endswith(b"Z"):
            moment = datetime.strptime(text[:14].decode(), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)  # noqa: UP017
            return moment.isoformat()
    return ""


def _hex(text: object) -> bytes:
    try:
        return bytes.fromhex(text.decode().strip() if isinstance(text, bytes) else str(text))
    except ValueError:
        return b""


def _detail(row: Record) -> Record:
    try:
        found = json.loads(row["detail"])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# What it says, in words ----------------------------------------------------------------------------------------


def told(pack: Pack) -> list[str]:
    """The verdict, and what was carried under which right, when it went dark, who did what."""
    case, names = pack.json("case.json"), _channel_names(pack)
    lines = [f"Case {case.get('case', '?')}: {case.get('title', '')}".rstrip(": "), ""]
    lines += verdict(pack)
    lines += [
        "",
        "WHAT IT IS ABOUT",
        f"  Station: {case.get('station', '?')}. The pack was made {case.get('made_at')}.",
    ]
    lines.append(f"  Time: {case.get('since') or 'the beginning'} to {case.get('until')} (UTC).")
    lines += [f"  Channel {number}: {name}" for number, name in names.items()]
    for number, name in names.items():
        lines += _story(number, name, pack)
    lines += ["", "UNDER WHICH RIGHT IT WAS CARRIED"]
    for _, right in agreements(pack):
        lines += _agreement(right, pack, names)
    lines += ["", "WHEN SOMETHING WENT DARK, OR CAME BACK"]
    lines += [f"  {_blackout(one, names)}" for one in blackouts(pack)]
    dark = [row for row in pack.rows if verb(row) in DARK.get(row["subject"], ())]
    lines += [_deed(row, pack) for row in dark]
    if not dark and not blackouts(pack):
        lines.append("  Nothing, as far as the rows of this pack say.")
    lines += _watched(pack, names) + _notices(pack)
    lines += ["", "EVERY DEED OF THE CASE"]
    return [*lines, *(_deed(row, pack) for row in pack.rows)]


def _story(number: int, name: str, pack: Pack) -> list[str]:
    """What became of one channel, in the order of time."""
    events: list[tuple[str, str]] = []
    for _, right in agreements(pack):
        called = f"right {right.get('reference')} of {right.get('licensor')}"
        for begin, end in spans(right, pack.rows, number):
            events.append((begin, f"may be carried in {', '.join(right.get('territories', []))} under {called}"))
            events += [(end, f"may not be carried any more under {called}")] if end else []
    for one in blackouts(pack):
        if number in one.get("channels", []) and not _never(one):
            who = f"for {audience(one.get('audience', {}))}"
            events.append((str(one["starts"]), f"DARK {who}: blackout {one.get('name')}"))
            over = f"no longer dark {who}: blackout {one.get('name')}"
            events += [(str(one["ends"]), over)] if one.get("ends") else []
    for row in pack.rows:
        if _concerns(row, number):
            mark = "DARK: " if verb(row) == "order" else ""
            events.append((row["at"], f"{mark}{_sentence(row)} (row {row['seq']})"))
    lines = ["", f"THE STORY OF CHANNEL {name}"]
    lines += [f"  {at}  {said}" for at, said in sorted(events, key=lambda event: _moment(event[0]))]
    return lines + ([] if events else ["  It may never have been carried, as far as the rows of this pack say."])


def _concerns(row: Record, channel: int) -> bool:
    """Whether a deed of a takedown, or of the channel itself, made the channel dark or let it come back."""
    if verb(row) not in DARK.get(row["subject"], ()):
        return False
    told = _detail(row)
    about = told.get("channels")
    everything = about == [] and not told.get("titles") and not told.get("lines")
    return (row["subject"], row["subject_id"]) == ("channel", channel) or (
        row["subject"] == "takedown" and isinstance(about, list) and (everything or channel in about)
    )


def verdict(pack: Pack) -> list[str]:
    """Whether it is as the station sealed it, and what that rests on."""
    if pack.faults:
        found = [f"  {name}: {sentence}" for name, sentence in pack.faults]
        return ["THIS PACK IS NOT AS IT WAS SEALED. Do not rely on it.", *found]
    stamped = [at for number, at in sorted(pack.stamps.items()) if at]
    lines = [
        f"NOBODY CHANGED THIS PACK. {len(pack.files)} files are as the station sealed them; each of {len(pack.rows)}",
        f"rows of its audit trail is under a signed root ({len(pack.roots)} roots).",
        f"  It is signed with the key {sha256(pack.key).hexdigest()}.",
        "  Compare that with what the station told you before, by another way than this pack.",
    ]
    if stamped:
        lines.append(f"  A time-stamping service saw the newest stamped root at {stamped[-1]}; README.txt says how")
        lines.append("  to check the service's own signature.")
    else:
        lines.append("  No time stamp vouches for when: whoever holds the station's key could have written it later.")
    return lines


def spans(right: Record, rows: list[Record], channel: int = 0) -> list[tuple[str, str]]:
    """When a right was in force, for one channel where it is named: from which deed to which; an empty end is none."""
    found: list[tuple[str, str]] = []
    since, active, covers = "", False, not channel or channel in right.get("channel_ids", [])
    for row in rows:
        if (row["subject"], row["subject_id"]) != ("right", right.get("id")):
            continue
        detail, done = _detail(row), verb(row)
        status = detail.get("status", "") if done in {"record", "update"} else ""
        if status == "active" or (done in STARTS and not status):
            active = True
        elif done in STOPS or status:
            active = False
        if channel and isinstance(detail.get("channels"), list) and done != "remove":
            covers = channel in detail["channels"]
        if active and covers and not since:
            since = row["at"]
        elif since and not (active and covers):
            found.append((since, _stopped(right, row)))
            since = ""
    if since:
        found.append((since, right.get("ends") or ""))
    begins = right.get("starts") or ""
    return [(_later(begin, begins), end) for begin, end in found if not end or _moment(end) > _moment(begins)]


def _stopped(right: Record, row: Record) -> str:
    """When a right was over that a deed says is over: what ends it may name a later moment, its term an earlier one."""
    ends = str(_detail(row).get("ends") or right.get("ends") or "")
    if verb(row) == "end":
        return _later(row["at"], ends)
    return ends if verb(row) == "over" and ends and _moment(ends) < _moment(row["at"]) else str(row["at"])


def _later(one: str, other: str) -> str:
    return other if _moment(other) > _moment(one) else one


def _moment(text: str) -> datetime:
    """A moment as the station writes it, to be compared; the beginning of time for none."""
    if not text:
        return datetime.min.replace(tzinfo=timezone.utc)  # noqa: UP017
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def verb(row: Record) -> str:
    """What of `right.end` comes last."""
    return str(row["action"]).rpartition(".")[2]


def _agreement(right: Record, pack: Pack, names: dict[int, str]) -> list[str]:
    kind, where = str(right.get("instrument")).replace("_", " "), ", ".join(right.get("territories", []))
    by_channel = {number: spans(right, pack.rows, number) for number in names}
    once = set(right.get("channel_ids", [])) | {number for number, found in by_channel.items() if found}
    covers = ", ".join(names[one] for one in names if one in once) or "no channel of the case"
    lines = [
        f"  {right.get('reference')} of {right.get('licensor')} ({kind}): {covers}",
        f"    where: {where}; term: {right.get('starts')} to {right.get('ends') or 'open'}",
    ]
    whole = spans(right, pack.rows)
    for number, found in by_channel.items():
        if number in once and found != whole:
            lines += [f"    {names[number]}: in force from {begin} to {end or 'now'}" for begin, end in found]
    if any(by_channel[number] == whole for number in names if number in once):
        lines += [f"    in force from {begin} to {end or 'now'}" for begin, end in whole]
    if len(lines) == 2:
        state = f"; it is recorded as {right['status']}" if "status" in right else ""
        lines.append(f"    never in force, as far as the rows of this pack say{state}")
    if right.get("removed"):
        lines.append(f"    removed from the ledger at {right['removed']}; it is told from the trail")
    for one in right.get("evidence", []):
        what = ", ".join(part for part in (one["text"], one["sha256"] and f"SHA-256 {one['sha256']}") if part)
        lines.append(f"    evidence, {one['need']}: {what}")
    return lines


def _blackout(one: Record, names: dict[int, str]) -> str:
    """A blackout in words."""
    covers = ", ".join(names[number] for number in one.get("channels", []) if number in names) or "no channel"
    if _never(one):
        return f"Blackout {one.get('name')}: {covers}; it was lifted before it began"
    tall = f", pictures over {one['max_height']} lines" if one.get("max_height") else ""
    shown = f"; shown instead: {one['instead']}" if one.get("instead", "nothing") != "nothing" else ""
    until = one.get("ends") or "until it is lifted"
    who = audience(one.get("audience", {}))
    return f"Blackout {one.get('name')}: {covers}, dark for {who}{tall} from {one.get('starts')} to {until}{shown}"


def _never(one: Record) -> bool:
    """Whether a blackout was over before it began."""
    return bool(one.get("ends")) and _moment(str(one["ends"])) <= _moment(str(one.get("starts")))


def audience(said: Record) -> str:
    """Whom a blackout concerns."""
    found = [f"{one['trait'].replace('_', ' ')} {' or '.join(one['values'])}" for one in said.get("terms", [])]
    found += [f"({audience(part)})" for part in said.get("parts", [])]
    if not found:
        return "everybody"
    if said.get("match") == "NONE":
        return f"everybody but ({' or '.join(found)})"
    return (" or " if said.get("match") == "ANY" else " and ").join(found)


def _watched(pack: Pack, names: dict[int, str]) -> list[str]:
    """Sessions by the right they stood on."""
    rows = pack.json("sessions.json").get("by_right", [])
    lines = ["", "HOW MANY SESSIONS STOOD ON WHICH RIGHT"] if "sessions.json" in pack.files else []
    for one in rows:
        channel = names.get(one["channel_id"], f"channel {one['channel_id']}")
        lines.append(
            f"  {one['reference']}, {channel}: {one['sessions']} sessions from {one['first']} to {one['last']}"
        )
    return lines + (["  None were kept."] if lines and not rows else [])


def _notices(pack: Pack) -> list[str]:
    """Notices about the channels, without who sent them."""
    rows = pack.json("notices.json").get("notices", [])
    lines = ["", "NOTICES"] if rows else []
    for one in rows:
        lines.append(f"  {one['reference']} ({one['kind']}), received {one['received']}: {one['state']}")
        lines += [f"    {step['at']}  {step['step'] or 'note'}: {step['state']}" for step in one["steps"]]
    return lines


def _deed(row: Record, pack: Pack) -> str:
    who = row["actor_name"]
    if who.startswith("sealed:") or not who:
        who = f"operator {row['actor_id']}"
    root = pack.proven.get(row["seq"], {})
    stamp = pack.stamps.get(root.get("number", 0))
    proof = f"root {root['number']} of {root['at']}" if root else "UNPROVEN"
    return f"  {row['at']}  row {row['seq']}, {who}: {_sentence(row)}  [{proof}{', stamped ' + stamp if stamp else ''}]"


def _sentence(row: Record) -> str:
    said = str(row["sentence"])
    return f"{row['action']} (names are sealed)" if said.startswith("sealed:") else said


def _channel_names(pack: Pack) -> dict[int, str]:
    return {one["id"]: one["name"] for one in pack.json("case.json").get("channels", [])}


def main() -> int:
    """Check the pack that is named, or the folder that this file lies in; 1 when it does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "pack", nargs="?", default=str(Path(__file__).resolve().parent), help="the ZIP file or a folder"
    )
    parser.add_argument("--key", default="", help="the station's public key as you know it")
    asked = parser.parse_args()
    key = _hex(asked.key)
    if asked.key and len(key) != 32:
        parser.error("a key is 64 hex digits")
    try:
        pack = check(opened(Path(asked.pack)), key)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        sys.stdout.write(f"This is no evidence pack: {error}\n")
        return 1
    for line in told(pack):
        sys.stdout.write("".join(one if one.isprintable() else "?" for one in line) + "\n")
    return 1 if pack.faults else 0


if __name__ == "__main__":
    sys.exit(main())

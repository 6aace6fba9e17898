"""CPIX documents: keys, key periods, DRM signalling and usage rules, as packagers and DRM vendors exchange them.

DASH-IF "Content Protection Information Exchange Format" 2.3. Keys stand in the clear: encrypted documents are refused.
"""

from __future__ import annotations

import base64
import binascii
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.protection import DrmSignal

CPIX = "urn:dashif:org:cpix"
PSKC = "urn:ietf:params:xml:ns:keyprov:pskc"
VERSION = "2.3"
LARGEST_DOCUMENT_BYTES = 1 << 20
MOST_KEYS = 2000
_KEY_BYTES = 16
_URI = re.compile(r'URI="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKey:
    """A key of a document: 16 bytes each; `iv` may be empty. In use in [starts, ends), either open when None."""

    kid: bytes
    key: bytes
    iv: bytes = b""
    scheme: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    signals: tuple[DrmSignal, ...] = ()


def write_document(content_id: str, keys: list[DocumentKey]) -> bytes:
    """A document with these keys, a period for each that has one, and rules that tie them."""
    ET.register_namespace("", CPIX)
    ET.register_namespace("pskc", PSKC)
    root = ET.Element(_name("CPIX"), {"contentId": content_id, "version": VERSION})
    key_list = ET.SubElement(root, _name("ContentKeyList"))
    for one in keys:
        _write_key(key_list, one)
    signals = [(one, signal) for one in keys for signal in one.signals]
    if signals:
        systems = ET.SubElement(root, _name("DRMSystemList"))
        for one, signal in signals:
            _write_signal(systems, one.kid, signal)
    _write_periods(root, [one for one in keys if one.starts is not None])
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def read_document(data: bytes) -> list[DocumentKey]:
    """The keys of a document, oldest period first. Raises InvalidInputError (field `document`)."""
    if len(data) > LARGEST_DOCUMENT_BYTES:
        raise _wrong(f"The document is larger than {LARGEST_DOCUMENT_BYTES >> 20} MB.")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _wrong("The document declares entities, which CPIX has no use for.")
    try:
        root = ET.fromstring(data)  # noqa: S314 - no document type, so no entities; bounded in size
        if root.tag != _name("CPIX"):
            raise _wrong("This is not a CPIX document.")
        return _read_keys(root)
    except (ET.ParseError, ValueError, binascii.Error) as error:
        raise _wrong(f"The document cannot be read: {error}.") from error


def _write_key(key_list: ET.Element, one: DocumentKey) -> None:
    told = {"kid": str(UUID(bytes=one.kid))}
    if one.iv:
        told["explicitIV"] = _text(one.iv)
    if one.scheme in {"cenc", "cbcs"}:
        told["commonEncryptionScheme"] = one.scheme
    data = ET.SubElement(ET.SubElement(key_list, _name("ContentKey"), told), _name("Data"))
    secret = ET.SubElement(data, f"{{{PSKC}}}Secret")
    ET.SubElement(secret, f"{{{PSKC}}}PlainValue").text = _text(one.key)


def _write_signal(systems: ET.Element, kid: bytes, signal: DrmSignal) -> None:
    told = {"kid": str(UUID(bytes=kid)), "systemId": signal.system_id}
    system = ET.SubElement(systems, _name("DRMSystem"), told)
    if signal.pssh:
        ET.SubElement(system, _name("PSSH")).text = signal.pssh
    if signal.hls:
        tag = f'#EXT-X-KEY:METHOD=SAMPLE-AES,URI="{signal.hls}"'
        ET.SubElement(system, _name("HLSSignalingData"), {"playlist": "media"}).text = _text(tag.encode())


def _write_periods(root: ET.Element, keys: list[DocumentKey]) -> None:
    if not keys:
        return
    periods = ET.SubElement(root, _name("ContentKeyPeriodList"))
    rules = ET.SubElement(root, _name("ContentKeyUsageRuleList"))
    for index, one in enumerate(keys):
        told = {"id": f"period{index}"}
        told |= {"start": _moment(one.starts)} if one.starts is not None else {}
        told |= {"end": _moment(one.ends)} if one.ends is not None else {}
        ET.SubElement(periods, _name("ContentKeyPeriod"), told)
        rule = ET.SubElement(rules, _name("ContentKeyUsageRule"), {"kid": str(UUID(bytes=one.kid))})
        ET.SubElement(rule, _name("KeyPeriodFilter"), {"periodId": f"period{index}"})


def _read_keys(root: ET.Element) -> list[DocumentKey]:
    signals: dict[bytes, list[DrmSignal]] = {}
    for system in root.iterfind(f"{_name('DRMSystemList')}/{_name('DRMSystem')}"):
        signals.setdefault(_kid(system), []).append(_signal(system))
    terms = _terms(root)
    found = [
        DocumentKey(
            kid=kid,
            key=_secret(element),
            iv=base64.b64decode(element.get("explicitIV", ""), validate=True),
            scheme=element.get("commonEncryptionScheme", ""),
            starts=terms.get(kid, (None, None))[0],
            ends=terms.get(kid, (None, None))[1],
            signals=tuple(signals.get(kid, ())),
        )
        for element in root.iterfind(f"{_name('ContentKeyList')}/{_name('ContentKey')}")
        for kid in (_kid(element),)
    ]
    if not found:
        raise _wrong("The document holds no key.")
    if len(found) > MOST_KEYS or any(len(one.iv) not in {0, _KEY_BYTES} for one in found):
        raise _wrong("The document holds too many keys, or vectors that have not 16 bytes.")
    return sorted(found, key=lambda one: one.starts.timestamp() if one.starts else 0.0)


def _terms(root: ET.Element) -> dict[bytes, tuple[datetime | None, datetime | None]]:
    """When keys are in use, by the rules that tie them to periods."""
    periods = {
        one.get("id", ""): (_read_moment(one.get("start")), _read_moment(one.get("end")))
        for one in root.iterfind(f"{_name('ContentKeyPeriodList')}/{_name('ContentKeyPeriod')}")
    }
    found: dict[bytes, tuple[datetime | None, datetime | None]] = {}
    for rule in root.iterfind(f"{_name('ContentKeyUsageRuleList')}/{_name('ContentKeyUsageRule')}"):
        for one in rule.iterfind(_name("KeyPeriodFilter")):
            period = periods.get(one.get("periodId", ""))
            if period is None:
                raise _wrong(f"A rule names the period '{one.get('periodId')}', which is not there.")
            found[_kid(rule)] = period
    return found


def _signal(system: ET.Element) -> DrmSignal:
    hls = next((one.text or "" for one in system.iterfind(_name("HLSSignalingData")) if _is_media(one)), "")
    uri = _URI.search(base64.b64decode(hls.strip(), validate=True).decode(errors="replace")) if hls.strip() else None
    pssh = (system.findtext(_name("PSSH")) or "").strip()
    base64.b64decode(pssh, validate=True)
    system_id = str(UUID(system.get("systemId", "")))
    return DrmSignal(system_id=system_id, pssh=pssh, hls=uri[1] if uri is not None else "")


def _is_media(element: ET.Element) -> bool:
    return element.get("playlist", "media") == "media"


def _secret(element: ET.Element) -> bytes:
    value = element.findtext(f"{_name('Data')}/{{{PSKC}}}Secret/{{{PSKC}}}PlainValue")
    if value is None:
        raise _wrong(f"Key {element.get('kid')} is encrypted or missing; ask the vendor for a document in the clear.")
    key = base64.b64decode(value.strip(), validate=True)
    if len(key) != _KEY_BYTES:
        raise _wrong(f"Key {element.get('kid')} has {len(key)} bytes; AES-128 has 16.")
    return key


def _kid(element: ET.Element) -> bytes:
    return UUID(element.get("kid", "")).bytes


def _read_moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(tag: str) -> str:
    return f"{{{CPIX}}}{tag}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _wrong(sentence: str) -> InvalidInputError:
    return InvalidInputError(
        sentence, remedy="Expected a CPIX document (2.0 to 2.3) with keys in the clear.", field="document"
    )

"""The rules of the published schema of DVB-I service lists (ETSI TS 103 770), as far as our lists use it.

Written from the document; the schema itself is not here.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

_LIST = re.compile(r"\{(urn:dvb:metadata:servicediscovery:20\d\d)\}ServiceList")
_TAG = re.compile(r"tag:[A-Za-z0-9.-]+,\d{4}(-\d\d){0,2}:\S+")
_POSITIVE = re.compile(r"[1-9][0-9]*")
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ORDER = {
    "ServiceList": ["Name", "ProviderName", "RelatedMaterial", "RegionList", "TargetRegion", "LCNTableList",
                    "ContentGuideSourceList", "ContentGuideSource", "Service", "TestService"],
    "Service": ["UniqueIdentifier", "ServiceInstance", "TargetRegion", "ServiceName", "ProviderName",
                "RelatedMaterial", "ServiceGenre", "ServiceType", "ServiceDescription", "RecordingInfo",
                "ContentGuideSource", "ContentGuideSourceRef", "AdditionalServiceParameters",
                "NVODTimeshiftServices", "ContentGuideServiceRef"],
    "ServiceInstance": ["DisplayName", "RelatedMaterial", "ContentProtection", "ContentAttributes", "Availability",
                        "SubscriptionPackage", "FTAContentManagement", "AltServiceName", "DASHDeliveryParameters",
                        "MulticastTSDeliveryParameters", "OtherDeliveryParameters"],
    "ContentGuideSource": ["Name", "ProviderName", "RelatedMaterial", "ScheduleInfoEndpoint", "ProgramInfoEndpoint",
                           "GroupInfoEndpoint", "MoreEpisodesEndpoint"],
}  # fmt: skip
"""Children in the order in which they must stand."""
NEEDED = {
    "ServiceList": ["Name", "ProviderName"],
    "Service": ["UniqueIdentifier", "ServiceName", "ProviderName"],
    "ContentGuideSource": ["ProviderName", "ScheduleInfoEndpoint"],
    "UriBasedLocation": ["URI"],
    "ScheduleInfoEndpoint": ["URI"],
}
_FILLED = {"Name", "ProviderName", "ServiceName", "UniqueIdentifier", "ContentGuideSourceRef", "ContentGuideServiceRef"}


def broken_rules(text: str) -> list[str]:
    """What a list breaks, in words; none of a good one. Raises ParseError for what is no XML."""
    root = ET.fromstring(text)
    if not _LIST.fullmatch(root.tag):
        return [f"the root is {root.tag}"]
    return [*_attributes(root), *_shapes(root), *_references(root), *_addresses(root)]


def _attributes(root: ET.Element) -> list[str]:
    found = [] if _TAG.fullmatch(root.get("id", "")) else ["the list's id is no tag URI"]
    found += [] if root.get(_LANGUAGE) else ["the list has no language"]
    for one in (root, *_all(root, "Service")):
        found += [] if _POSITIVE.fullmatch(one.get("version", "")) else [f"the version of {_name(one)} is not positive"]
    for service in _all(root, "Service"):
        priorities = [one.get("priority", "") for one in _all(service, "ServiceInstance")]
        if len(set(priorities)) < len(priorities) or not all(map(_POSITIVE.fullmatch, priorities)):
            found.append("priorities of a service are not numbers of their own")
    for one in _all(root, "LCN"):
        found += [] if _POSITIVE.fullmatch(one.get("channelNumber", "")) else ["a channel number is not positive"]
    return found


def _shapes(root: ET.Element) -> list[str]:
    found = []
    for element in root.iter():
        name, children = _name(element), [_name(one) for one in element]
        order = ORDER.get(name)
        if order is not None:
            found += [f"{one} does not belong into {name}" for one in children if one not in order]
            places = [order.index(one) for one in children if one in order]
            found += [f"the children of {name} are out of order"] if places != sorted(places) else []
        found += [f"{name} lacks {one}" for one in NEEDED.get(name, []) if one not in children]
        found += [f"{name} is empty"] if name in _FILLED and not (element.text or "").strip() else []
    return found


def _references(root: ET.Element) -> list[str]:
    ids = [(one.text or "") for one in _all(root, "UniqueIdentifier")]
    found = [f"{one} is no tag URI" for one in ids if not _TAG.fullmatch(one)]
    found += ["two services have one identifier"] if len(set(ids)) < len(ids) else []
    numbers = [one.get("channelNumber") for one in _all(root, "LCN")]
    found += ["two services have one number"] if len(set(numbers)) < len(numbers) else []
    found += [f"no service {one.get('serviceRef')}" for one in _all(root, "LCN") if one.get("serviceRef") not in ids]
    sources = [one.get("CGSID") for one in _all(root, "ContentGuideSource")]
    found += [f"no guide {one.text}" for one in _all(root, "ContentGuideSourceRef") if one.text not in sources]
    return found


def _addresses(root: ET.Element) -> list[str]:
    found = [f"{one.text} is no address" for one in _all(root, "URI") if not urlsplit(one.text or "").netloc]
    for one in (*_all(root, "UriBasedLocation"), *_all(root, "ScheduleInfoEndpoint")):
        found += [] if "/" in one.get("contentType", "") else [f"{_name(one)} has no content type"]
    for dash in _all(root, "DASHDeliveryParameters"):
        kinds = {one.get("contentType") for one in _all(dash, "UriBasedLocation")}
        found += [] if kinds == {"application/dash+xml"} else ["DASH is given as another type"]
    for other in _all(root, "OtherDeliveryParameters"):
        typed = other.get("extensionName") and ":" in other.get(f"{_INSTANCE}type", "")
        found += [] if typed else ["another delivery names no extension and type"]
    return found


def _all(element: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in element.iter() if _name(one) == name]


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]

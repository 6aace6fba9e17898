"""DVB-I service lists and entry points (ETSI TS 103 770, schema of 2024); guides are in `tva`.

Elements stand in the order of the schema; identifiers are tag URIs (RFC 4151).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SERVICE_LIST_TYPE = "application/xml"
_LIST = "urn:dvb:metadata:servicediscovery:2024"
_TYPES = "urn:dvb:metadata:servicediscovery-types:2023"
_ENTRY = "urn:dvb:metadata:servicelistdiscovery:2024"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_GUIDE = "guide"
_LINEAR = "urn:dvb:metadata:cs:ServiceTypeCS:2019:linear"
_HLS = "application/vnd.apple.mpegurl"
_SERVICE_LOGO = "urn:dvb:metadata:cs:HowRelatedCS:2021:1001.2"
_HLS_EXTENSION = "vnd:apple:mpegurl"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A channel: its logical number, where it is as DASH and as HLS, its id in the guide."""

    id: int
    number: int
    name: str
    dash_url: str
    hls_url: str
    guide_id: str
    logo_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceList:
    """A provider's list. `authority` is a host name; `version` is raised with every change; `language` BCP 47."""

    authority: str
    name: str
    version: int
    language: str
    schedule_url: str
    programme_url: str


def service_list(about: ServiceList, services: Sequence[Service]) -> Iterator[str]:
    """The service list, a service at a time. Numbers must be unique; the first of two services with one keeps it."""
    name = escape(about.name)
    yield (
        f'{_HEAD}<ServiceList xmlns="{_LIST}" xmlns:dvbi-types="{_TYPES}" xmlns:xsi="{_INSTANCE}" '
        f'xmlns:hls="{_HLS_EXTENSION}" id={quoteattr(_tag(about, "list"))} '
        f'version="{max(about.version, 1)}" xml:lang={quoteattr(about.language)}>\n'
        f"<Name>{name}</Name>\n<ProviderName>{name}</ProviderName>\n"
    )
    numbered = {service.number: service for service in reversed(services)}
    if numbered:
        yield "<LCNTableList><LCNTable>\n"
        for number in sorted(numbered):
            reference = quoteattr(_tag(about, f"ch{numbered[number].id}"))
            yield f'<LCN channelNumber="{number}" serviceRef={reference}/>\n'
        yield "</LCNTable></LCNTableList>\n"
    yield (
        f'<ContentGuideSourceList><ContentGuideSource CGSID="{_GUIDE}"><ProviderName>{name}</ProviderName>'
        f'<ScheduleInfoEndpoint contentType="application/xml">{_uri(about.schedule_url)}</ScheduleInfoEndpoint>'
        f'<ProgramInfoEndpoint contentType="application/xml">{_uri(about.programme_url)}</ProgramInfoEndpoint>'
        "</ContentGuideSource></ContentGuideSourceList>\n"
    )
    for service in services:
        yield _service(about, service)
    yield "</ServiceList>\n"


def entry_points(about: ServiceList, list_url: str) -> str:
    """The answer of a registry that knows this one list (section 5.3)."""
    name = escape(about.name)
    return (
        f'{_HEAD}<ServiceListEntryPoints xmlns="{_ENTRY}" xmlns:dvbi-types="{_TYPES}" '
        f"xml:lang={quoteattr(about.language)}>\n"
        f'<ServiceListRegistryEntity regulatorFlag="false"><Name>{name}</Name></ServiceListRegistryEntity>\n'
        f"<ProviderOffering><Provider><Name>{name}</Name></Provider>"
        f'<ServiceListOffering regulatorListFlag="false"><ServiceListName>{name}</ServiceListName>'
        f'<ServiceListURI contentType="{SERVICE_LIST_TYPE}">{_uri(list_url)}</ServiceListURI>'
        "<Delivery><DASHDelivery/></Delivery></ServiceListOffering></ProviderOffering>\n</ServiceListEntryPoints>\n"
    )


def _service(about: ServiceList, service: Service) -> str:
    logo = (
        f'<RelatedMaterial><HowRelated xmlns="urn:tva:metadata:2024" href="{_SERVICE_LOGO}"/>'
        '<MediaLocator xmlns="urn:tva:metadata:2024"><MediaUri>'
        f"{escape(service.logo_url)}</MediaUri></MediaLocator></RelatedMaterial>"
        if service.logo_url
        else ""
    )
    guide = (
        f"<ContentGuideSourceRef>{_GUIDE}</ContentGuideSourceRef>"
        f"<ContentGuideServiceRef>{escape(service.guide_id)}</ContentGuideServiceRef>"
        if service.guide_id
        else ""
    )
    return (
        f'<Service version="{max(about.version, 1)}"><UniqueIdentifier>{escape(_tag(about, f"ch{service.id}"))}'
        "</UniqueIdentifier>\n"
        '<ServiceInstance priority="1"><DASHDeliveryParameters><UriBasedLocation contentType="application/dash+xml">'
        f"{_uri(service.dash_url)}</UriBasedLocation></DASHDeliveryParameters></ServiceInstance>\n"
        '<ServiceInstance priority="2"><OtherDeliveryParameters xsi:type="hls:m3u8RefType" '
        f'extensionName="{_HLS_EXTENSION}"><hls:UriBasedLocation contentType="{_HLS}">{_uri(service.hls_url)}'
        "</hls:UriBasedLocation></OtherDeliveryParameters></ServiceInstance>\n"
        f"<ServiceName>{escape(service.name)}</ServiceName><ProviderName>{escape(about.name)}</ProviderName>{logo}"
        f'<ServiceType href="{_LINEAR}"/>{guide}</Service>\n'
    )


def _tag(about: ServiceList, name: str) -> str:
    return f"tag:{about.authority},2026:{name}"


def _uri(url: str) -> str:
    return f"<dvbi-types:URI>{escape(url)}</dvbi-types:URI>"

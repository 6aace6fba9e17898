"""Documents as providers write them: references, several editions, unknown elements, signals, captures."""

from __future__ import annotations

HEAD = (
    'xmlns="http://www.scte.org/schemas/224" xmlns:action="urn:scte:224:action" '
    'xmlns:audience="urn:scte:224:audience" xmlns:xlink="http://www.w3.org/1999/xlink"'
)

MATCH = f"""<?xml version="1.0" encoding="UTF-8"?>
<Results {HEAD} xmlns:x="urn:provider:own">
  <!-- of the league -->
  <Audience id="league.example/audience/home" lastUpdated="2026-05-01T10:00:00Z" match="ANY">
    <audience:ISO3166>IT</audience:ISO3166>
    <audience:ISO3166>sm</audience:ISO3166>
    <audience:PostalCode>00100</audience:PostalCode>
  </Audience>
  <Audience id="league.example/audience/not-on-site" match="ALL">
    <Audience match="NONE"><audience:CIDR>10.1.0.0/16</audience:CIDR></Audience>
    <Audience xlink:href="league.example/audience/home"/>
  </Audience>
  <ViewingPolicy id="league.example/vp/out" lastUpdated="2026-05-01T10:00:00Z">
    <Audience xlink:href="league.example/audience/not-on-site"/>
    <action:Content>urn:scte:224:action:blackout</action:Content>
    <action:Capture>
      <action:StartWindow><action:Offset>PT0S</action:Offset></action:StartWindow>
      <action:StopWindow><action:Percentage>250</action:Percentage></action:StopWindow>
    </action:Capture>
    <action:Future x:strange="yes"><x:Deep>kept <x:b>also</x:b> this</x:Deep></action:Future>
  </ViewingPolicy>
  <Policy id="league.example/policy/match" lastUpdated="2026-05-01T10:00:00Z">
    <ViewingPolicy xlink:href="league.example/vp/out"/>
    <ViewingPolicy id="league.example/vp/phones">
      <Audience match="ALL"><audience:Device>Phone</audience:Device></Audience>
      <action:MaxResolution>SD</action:MaxResolution>
    </ViewingPolicy>
  </Policy>
  <Media id="league.example/media/CANALE7" description="Canale 7" lastUpdated="2026-05-02T08:00:00.123456789Z">
    <AltID type="CallSign">C7</AltID>
    <Metadata><x:Genre>Sport</x:Genre></Metadata>
    <MediaPoint id="league.example/media/CANALE7/kickoff" description="Match of 3 May" matchTime="2026-05-03T18:00:00Z"
        lastUpdated="2026-05-02T08:00:00Z">
      <Apply><Policy xlink:href="league.example/policy/match"/></Apply>
    </MediaPoint>
    <MediaPoint id="league.example/media/CANALE7/whistle" matchTime="2026-05-03T22:00:00+02:00">
      <Remove><Policy xlink:href="league.example/policy/match"/></Remove>
    </MediaPoint>
  </Media>
</Results>
""".encode()

SIGNALLED = f"""<Media {HEAD} id="p.example/m/1" source="One" expires="2026-06-02T00:00:00Z">
  <MediaPoint id="p.example/m/1/start" effective="2026-06-01T10:00:00Z" expires="2026-06-01T20:00:00Z">
    <MatchSignal match="ANY" signalTolerance="PT5M">
      <Assert>/SpliceInfoSection/SegmentationDescriptor[@segmentationTypeId=16]</Assert>
    </MatchSignal>
    <Apply duration="PT2H30M"><Policy id="p.example/pol">
      <ViewingPolicy id="p.example/vp"><action:Content>Alternate</action:Content></ViewingPolicy>
    </Policy></Apply>
  </MediaPoint>
</Media>
""".encode()


def media(body: str, attributes: str = 'id="m/1" source="One"') -> bytes:
    """A Media with a body of XML."""
    return f"<Media {HEAD} {attributes}>\n{body}\n</Media>".encode()


def point(policy: str, attributes: str = 'id="p1" matchTime="2026-06-01T12:00:00Z"') -> bytes:
    """A Media of one point that applies a ViewingPolicy with a body."""
    return media(
        f'<MediaPoint {attributes}><Apply><Policy id="pol"><ViewingPolicy>{policy}</ViewingPolicy></Policy></Apply>'
        "</MediaPoint>"
    )

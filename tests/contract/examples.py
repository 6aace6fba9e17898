"""One full example of every record and message of the contract, each field away from its default."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rightcast.contract.reports import (
    ChannelReport,
    CheckReport,
    CueReport,
    EdgeReport,
    FindingReport,
    HeadendReport,
    PictureReport,
    PicturesReport,
    QualityReport,
    RefusalReport,
    RenditionReport,
    SeenReport,
    SessionReport,
    SourceReport,
    UnknownReport,
)
from rightcast.contract.ring import Closed, Described, Down, Dropped, Marker, Opened, Part, Track, Up, Want
from rightcast.contract.station import Address, StationSettings
from rightcast.domain.cues import SignalPolicy
from rightcast.domain.features import Features
from rightcast.domain.guide import Credit, GuideDay, Show
from rightcast.domain.lineup import (
    Channel,
    ChannelKind,
    Credential,
    CredentialKind,
    Line,
    LineStatus,
    Lineup,
    LineupEntry,
    Package,
    Source,
    SourceKind,
    StartMode,
    Station,
)
from rightcast.domain.recordings import Cause, Recording, Status, Take
from rightcast.domain.rights import CarriageRight, Copies, Instrument, Later, RightStatus

NOON = datetime(2026, 6, 1, 12, 0, 0, 250000, tzinfo=UTC)

SOURCE = Source(id=3, kind=SourceKind.UDP, url="udp://239.1.1.1:5000", service_id=1201)
RECORDS = {
    "station": Station(
        name="Teleriva",
        territory="CH",
        timezone="Europe/Zurich",
        replica_max_age_s=3600,
        output_formats=("m3u8",),
        login_failure_status=401,
        signals=SignalPolicy(
            own_networks=("10.0.0.0/8", "2001:db8::/32"), regional_blackouts=False, device_groups=(("android",), ())
        ),
    ),
    "channel": Channel(
        id=42,
        number=7,
        name="Òne & Two",
        kind=ChannelKind.RADIO,
        sources=(SOURCE,),
        added=NOON,
        start=StartMode.ON_DEMAND,
        logo_url="https://example.test/logo.png",
        guide_id="one.test",
        adult=True,
        features=Features(),
    ),
    "lineup": Lineup(
        id=5,
        name="Basic",
        entries=(LineupEntry(channel_id=42, number=1, category_id=9, category_name="News"),),
    ),
    "package": Package(id=6, name="All", lineup_ids=(5, 8)),
    "right": CarriageRight(
        id=11,
        reference="A-2026-11",
        licensor="Studio Uno",
        instrument=Instrument.CONTRACT,
        status=RightStatus.SUSPENDED,
        channel_ids=(42,),
        territories=("CH", "IT"),
        starts=NOON,
        ends=NOON.replace(year=2027),
        later=Later(start_over=True, catchup_h=72, recordings=Copies.PRIVATE, recording_days=30, download=True),
    ),
    "take": Take(id=21, channel_id=42, start=1780315100, stop=1780318900, settled=True),
    "recording": Recording(
        id=31,
        line_id=7,
        channel_id=42,
        start=1780315200,
        stop=1780318800,
        title="Il porto",
        status=Status.PARTIAL,
        copies=Copies.PRIVATE,
        take_id=21,
        before_s=100,
        after_s=100,
        subtitle="La nave",
        description="A ship comes in.",
        season=2,
        episode=5,
        icon_url="https://example.test/porto.jpg",
        genre=0x15,
        age=6,
        rule_id=3,
        cause=Cause.OFF_AIR,
        detail="Missing: 20:10:00-20:15:00.",
        expires=1782907200,
        locked=True,
        size_bytes=1_900_000_000,
    ),
    "guide": GuideDay(
        channel_id=42,
        day=20605,
        shows=(
            Show(
                id=9,
                guide_id="one.test",
                start=1780315200,
                stop=1780318800,
                title="Notte di note",
                subtitle="Second part",
                description="Music.",
                language="it",
                credits=(Credit(part="presenter", name="Ada", role="herself"),),
                year="2026",
                categories=("Music",),
                keywords=("live",),
                icon_url="https://example.test/show.png",
                countries=("IT",),
                season=2,
                episode=7,
                repeated=True,
                premiere=True,
                new=True,
                subtitled=True,
                rating=("FSK", "12"),
                stars="7/10",
                genre=0x60,
                series="notte",
                no_catchup=True,
            ),
        ),
    ),
    "line": Line(
        id=12,
        name="anna",
        secret_digest="ab12",
        status=LineStatus.DISABLED,
        package_ids=(6,),
        territory="CH",
        created=NOON,
        max_sessions=3,
        expires=NOON.replace(year=2028),
        sessions_from=NOON,
        trial=True,
        credentials=(
            Credential(id=4, kind=CredentialKind.XTREAM, handle="anna-tv", digest="cd34", device="Living room"),
        ),
    ),
}
TRACK = Track(
    pid=256,
    kind="video",
    codec="avc1.640028",
    language="ita",
    label="Main",
    role="main",
    width=1920,
    height=1080,
    frame_rate=25.0,
    interlaced=True,
    channels=2,
    sample_rate=48000,
    bitrate_bps=4300000,
)
ANNOUNCEMENTS = [
    Up(channel=42, path="/r/42.1", codecs="avc1.640028", video=False, rendition=1, name="720p", tracks=[TRACK]),
    Described(channel=42, codecs="mp4a.40.2", video=False, rendition=1, tracks=[TRACK]),
    Opened(channel=42, sequence=8, epoch=2, slot=3, psi_bytes=376, wall=1780315200.25, time=1 << 34, rendition=1),
    Part(channel=42, sequence=8, index=0, offset=0, size=125020, duration=0.24, joinable=True, rendition=1),
    Marker(channel=42, sequence=8, time=1 << 34, kind="scte35", body=b"\xfc0", rendition=1),
    Closed(channel=42, sequence=8, size=1000160, duration=2.0, rendition=1),
    Dropped(channel=42, sequence=1, rendition=1),
    Down(channel=42, rendition=1),
]
WANTS = [Want(channel=42, viewers=3)]
SESSION = SessionReport(
    sid="s1",
    line_id=12,
    line="anna",
    channel_id=42,
    kind="ts",
    address="192.0.2.7",
    player="VLC/3.0",
    opened=1780315200.5,
    right_id=11,
    bytes_sent=188,
)
REPORTS = {
    "edge-report": EdgeReport(
        edge=0,
        pid=77,
        at=1780315201.0,
        started=1780315000.0,
        version="0.1.0",
        revision=19,
        heard=1780315201.0,
        sessions=[SESSION],
        refusals={"no-carriage-right": 2},
        recent_refusals=[
            RefusalReport(at=1780315200.0, line="anna", channel_id=42, reason="no-carriage-right", address="192.0.2.7")
        ],
        bytes_sent=1880,
        seen=[SeenReport(credential_id=4, at=1780315199.0, player="Kodi", address="192.0.2.7")],
        unknown=[UnknownReport(shape="GET /live/*/*/N.mkv", player="NewApp", count=3, last=1780315198.0)],
    ),
    "headend-report": HeadendReport(
        shard=0,
        pid=78,
        at=1780315201.0,
        started=1780315000.0,
        version="0.1.0",
        ring_bytes=4096,
        ring_budget_bytes=8192,
        datagrams_lost=1,
        pictures=PicturesReport(workers=1, looked=120, crashed=1, hung=0, skipped=2),
        channels=[
            ChannelReport(
                id=42,
                name="Òne & Two",
                state="on_air",
                since=1780315001.0,
                source="udp://239.1.1.1:5000",
                detail="Source 1 is on air.",
                bitrate_bps=4300000,
                continuity_errors=1,
                scrambled_packets=2,
                discontinuities=3,
                last_segment=1780315200.0,
                codecs="avc1.640028",
                resolution="1920x1080",
                showing="source 1",
                switched=1780315001.0,
                cause="returned",
                sources=[
                    SourceReport(
                        place=1,
                        source="udp://239.1.1.1:5000",
                        state="on_air",
                        since=1780315001.0,
                        fault="full of errors",
                        bitrate_bps=4300000,
                    )
                ],
                cues=[CueReport(heard=1780315190.0, at=1780315195.5, sentence="Break starts, 30 s", section=b"\xfc0")],
                restricted="no web delivery",
                quality=QualityReport(
                    checks=[CheckReport(check="continuity", count=1, last=1780315100.0)],
                    bitrates=[(256, 4000000)],
                    clock_offset_ppm=1.5,
                ),
                picture=PictureReport(
                    state="seen",
                    at=1780315199.0,
                    frozen_since=1780315100.0,
                    level_dbfs=-23.5,
                    thumbnail_at=1780315199.0,
                ),
                findings=[
                    FindingReport(
                        kind="frozen", since=1780315120.0, severity="critical", detail="The picture stands still."
                    )
                ],
                renditions=[
                    RenditionReport(
                        rendition=1,
                        name="720p",
                        state="on_air",
                        bitrate_bps=3_100_000,
                        resolution="1280x720",
                        codecs="avc1.64001f,mp4a.40.2",
                        encoder="libx264",
                        note="software encodes",
                        restarts=1,
                        dropped_packets=7,
                    )
                ],
            )
        ],
        more_idle=48000,
        more_failed=12,
    ),
}
SETTINGS = StationSettings(
    data=Path("/srv/rightcast"),
    listen=Address("192.0.2.1", 8081),
    console=Address("::1", 8001),
    tls_listen=Address("192.0.2.1", 8443),
    tls_certificate=Path("/srv/tls/full.pem"),
    tls_key=Path("/srv/tls/key.pem"),
    public_url="https://tv.example.test",
    ring=Path("/run/rightcast"),
    ring_budget_bytes=1 << 30,
    segment_s=4.0,
    part_s=0.5,
    playlist_segments=5,
    edges=2,
    headends=3,
    ffmpeg="/usr/bin/ffmpeg",
    demo=True,
    tuner_line="anna",
    provider_line="house",
    archive=Path("/srv/archive"),
    archive_budget_bytes=1 << 40,
    tuner_listen=Address("192.0.2.1", 5004),
    notify_networks=("10.1.0.0/16",),
)

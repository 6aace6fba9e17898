"""Addresses of sources: what is accepted, and that no secret survives being written down."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.lineup import SourceKind
from rightcast.domain.sources import parse_source_url, redact

SECRETS = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=12, max_size=20)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("udp://239.1.1.1:5000", SourceKind.UDP),
        ("udp://@239.1.1.1:5000", SourceKind.UDP),
        ("udp://192.0.2.1@232.1.1.1:5000?interface=eth0", SourceKind.UDP),
        ("udp://[ff15::1]:5000", SourceKind.UDP),
        ("rtp://239.1.1.1:5000", SourceKind.RTP),
        ("http://example.test/a.ts", SourceKind.HTTP_TS),
        ("HTTPS://example.test:8443/live/a/b/1.ts", SourceKind.HTTP_TS),
        ("https://example.test/a/index.m3u8?x=1", SourceKind.HLS),
        ("http://example.test/LIST.M3U8", SourceKind.HLS),
        ("srt://example.test:9000?mode=caller", SourceKind.SRT),
        ("srt://:9000?mode=listener", SourceKind.SRT),
        ("rtmp://example.test/live/key", SourceKind.RTMP),
        ("rtsp://example.test/camera", SourceKind.RTSP),
        ("file:///srv/films/a.ts", SourceKind.FILE),
        ("testcard:///?name=One", SourceKind.TESTCARD),
    ],
)
def test_an_address_names_its_kind(url: str, kind: SourceKind) -> None:
    assert parse_source_url(url)[0] is kind


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "udp://239.1.1.1:5000 ",
        "udp://239.1.1.1:5000\n",
        "http://a\x00b/",
        "\x7fudp://239.1.1.1:5000",
        "239.1.1.1:5000",
        "ftp://example.test/a.ts",
        "javascript:alert(1)",
        "concat:/etc/passwd",
        "pipe:0",
        "data:text/plain,x",
        "lavfi://testsrc",
        "subfile:,,start,0,,:/etc/passwd",
        "/etc/passwd",
        "file:relative.ts",
        "file://host/a.ts",
        "udp://239.1.1.1",
        "rtp://239.1.1.1",
        "srt://example.test",
        "UDP://239.1.1.1",
        "http:///a.ts",
        "rtmp:///live",
        "rtsp://",
        "http://[::1/a.ts",
        "udp://239.1.1.1:99999",
        "udp://239.1.1.1:port",
    ],
)
def test_what_is_not_accepted_names_the_field_and_a_remedy(url: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_source_url(url)
    assert caught.value.field == "url"
    assert caught.value.remedy
    assert caught.value.code == "invalid-input"


@given(
    st.text(max_size=60)
    | st.tuples(
        st.sampled_from(["udp", "rtp", "http", "srt", "rtmp", "file", "ftp", ""]),
        st.text("a1:/@[]?.&=%\\ #", max_size=25),
    ).map("://".join)
)
def test_any_text_is_read_or_refused_and_nothing_else(url: str) -> None:
    with contextlib.suppress(InvalidInputError):
        kind, parts = parse_source_url(url)
        assert kind in SourceKind
        assert parts.scheme


@given(
    SECRETS,
    st.sampled_from(
        [
            "http://{}:pass@example.test/a.ts",
            "http://user:{}@example.test/a.ts",
            "http://user:a@{}@example.test/a.ts",
            "http://user:{}@b@example.test/a.ts",
            "http://user:a/{}@example.test/a.ts",
            "http://user:{}/b@example.test/a.ts",
            "rtsp://admin:{}@[2001:db8::1]:554/camera",
            "rtmp://{}@example.test/live",
            "https://example.test/a.m3u8?token={}",
            "https://example.test/a.m3u8?a=1&Token={}&b=2",
            "https://example.test/a.ts?user=anna&password={}",
            "https://example.test/a.ts?username={}",
            "https://example.test/a.ts?api_version=2&key={}#top",
            "srt://example.test:9000?mode=caller&passphrase={}",
            "srt://example.test:9000?streamid={}",
            "http://example.test:8080/live/anna/{}/42.ts",
            "http://example.test:8080/live/{}/word/42.ts",
            "http://example.test:8080/anna/{}/42",
            "https://example.test/anna/{}/42.ts?x=1",
            "http://example.test/{}/word/42.m3u8",
            "https://example.test/a.m3u8?access_token={}&x=1",
            "https://example.test/a.m3u8?api_key={}",
            "https://example.test/a.m3u8?X-Amz-Signature={}",
            "https://example.test/a.m3u8?hdnts=exp=1~hmac={}",
            "http://example.test/base/LIVE/anna/{}/42.ts",
            "http://example.test/movie/anna/{}/42.mkv",
            "http://example.test/timeshift/anna/{}/60/2026-01-01:10-00/42.ts",
        ]
    ),
)
def test_no_secret_survives_redaction(secret: str, form: str) -> None:
    url = form.format(secret)
    assert secret not in redact(url)
    assert secret not in redact(f"Opening '{url}' failed: {url}: timed out")
    assert redact(redact(url)) == redact(url)


@given(
    SECRETS, st.sampled_from(["ftp://user:{}@example.test/a", "http://user:{}@[::1/a", "http://user:{}@host:99999/"])
)
def test_no_secret_survives_in_a_refusal(secret: str, form: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_source_url(form.format(secret))
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "udp://239.1.1.1:5000",
        "udp://@239.1.1.1:5000",
        "http://example.test:8080/a@b/c.ts",
        "http://[::1]:8080/a/b.ts",
        "https://example.test/tv/2026/one.m3u8?monkey=1&passage",
        "http://example.test/a.ts?quality=high",
        "http://example.test/a@b/c.ts",
        "file:///srv/films/a.ts",
        "testcard:///?name=One&pattern=bars",
    ],
)
def test_an_address_without_secrets_stays_as_it_is(url: str) -> None:
    assert redact(url) == url

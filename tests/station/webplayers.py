"""Pages on which players of the web show a channel, all with the same few functions for tests to call."""

from __future__ import annotations

from tests.station.npm import DASH_JS, HLS_JS, MPEGTS_JS, SHAKA, Package

_HEAD = """<!doctype html><title>player</title><video id=v muted autoplay playsinline></video>
<script src=/hls.js></script><script>
window.trouble = [];
const video = document.getElementById('v');
const source = new URLSearchParams(location.search).get('src');
window.moved = () => video.currentTime;
window.frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
window.cues = () => [...video.textTracks].flatMap(one => [...(one.cues ?? [])]).map(one => one.text).join();
window.back = seconds => { const all = video.seekable; video.currentTime = all.end(all.length - 1) - seconds; };
"""
_HLS = """
const hls = new Hls({enableWorker: false, lowLatencyMode: true});
hls.on(Hls.Events.ERROR, (_, what) => { if (what.fatal) window.trouble.push(what.details); });
hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
hls.loadSource(source); hls.attachMedia(video);
window.languages = () => hls.audioTracks.map(one => one.lang);
window.choose = language => { hls.audioTrack = hls.audioTracks.findIndex(one => one.lang === language); };
window.chosen = () => hls.audioTracks[hls.audioTrack]?.lang;
window.texts = () => hls.subtitleTracks.length;
window.subtitle = () => { hls.subtitleTrack = 0; hls.subtitleDisplay = true; };
window.latency = () => hls.latency;
window.parts = () => hls.latestLevelDetails?.partTarget ?? 0;
</script>"""
_DASH = """
const player = dashjs.MediaPlayer().create();
player.on('error', what => window.trouble.push(String(what.error?.message ?? what.error)));
player.initialize(video, source, true);
const drawn = document.body.appendChild(document.createElement('div'));
drawn.style.cssText = 'position: absolute; inset: 0; pointer-events: none';
player.attachTTMLRenderingDiv(drawn);
const kinds = () => player.getTracksFor('text').map(one => one.codec.includes('stpp'));
window.bitmaps = () => { player.enableText(true); player.setTextTrack(kinds().indexOf(true)); };
window.images = () => [...drawn.querySelectorAll('img')].map(one => one.naturalWidth);
window.languages = () => player.getTracksFor('audio').map(one => one.lang);
window.choose = language => player.setCurrentTrack(player.getTracksFor('audio').find(one => one.lang === language));
window.chosen = () => player.getCurrentTrackFor('audio')?.lang;
window.texts = () => player.getTracksFor('text').length;
window.subtitle = () => { player.enableText(true); player.setTextTrack(0); };
window.latency = () => player.getCurrentLiveLatency();
</script>"""
_SHAKA = """
const player = new shaka.Player();
const told = what => window.trouble.push(`${what.code} ${what.data} ${video.error?.message}`);
player.addEventListener('error', what => { if (what.detail.severity === 2) told(what.detail); });
player.attach(video).then(() => player.load(source)).catch(told);
window.languages = () => player.getAudioTracks().map(one => one.language);
window.choose = language => player.selectAudioTrack(player.getAudioTracks().find(one => one.language === language));
window.chosen = () => player.getAudioTracks().find(one => one.active)?.language;
window.texts = () => player.getTextTracks().length;
window.subtitle = () => player.selectTextTrack(player.getTextTracks()[0]);
window.latency = () => (Date.now() - player.getPlayheadTimeAsDate()) / 1000;
</script>"""
_MPEGTS = """
const player = mpegts.createPlayer({type: 'mpegts', isLive: true, url: source}, {enableWorker: false});
player.on(mpegts.Events.ERROR, (kind, detail) => window.trouble.push(`${kind} ${detail}`));
player.attachMediaElement(video);
player.load();
video.play();
</script>"""

PLAYERS: dict[str, tuple[Package, str]] = {
    "hls.js": (HLS_JS, _HEAD + _HLS),
    "dash.js": (DASH_JS, _HEAD + _DASH),
    "shaka": (SHAKA, _HEAD + _SHAKA),
    "mpegts.js": (MPEGTS_JS, _HEAD + _MPEGTS),
}

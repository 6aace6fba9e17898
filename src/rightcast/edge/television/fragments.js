/* Reading playlists (RFC 8216) and the times inside fragments (ISO/IEC 14496-12). Pure. */
(function () {
  "use strict";
  var TV = window.TV;

  function attributes(text) {
    var found = {}, pattern = /([A-Z0-9-]+)=("[^"]*"|[^",]*)/g, one;
    while ((one = pattern.exec(text))) { found[one[1]] = one[2].replace(/^"|"$/g, ""); }
    return found;
  }
  TV.resolve = function (base, name) {
    return /^[a-z]+:\/\//.test(name) ? name : base.replace(/[?#].*$/, "").replace(/[^/]*$/, "") + name;
  };

  /* Variants of a master playlist, the highest rate first, and its sounds. */
  TV.readMaster = function (text) {
    var variants = [], sounds = [], texts = [], pending = null;
    text.split(/\r?\n/).forEach(function (line) {
      if (line.indexOf("#EXT-X-STREAM-INF:") === 0) { pending = attributes(line.slice(18)); }
      else if (line.indexOf("#EXT-X-MEDIA:") === 0) {
        var media = attributes(line.slice(13));
        if (media.TYPE === "AUDIO") { sounds.push(media); }
        if (media.TYPE === "SUBTITLES" && /\.m3u8$/.test(media.URI || "")) { texts.push(media); }
      } else if (line && line.charAt(0) !== "#" && pending) {
        pending.URI = line;
        variants.push(pending);
        pending = null;
      }
    });
    variants.sort(function (a, b) { return Number(b.BANDWIDTH) - Number(a.BANDWIDTH); });
    return { variants: variants, sounds: sounds, texts: texts };
  };

  /* Segments of a media playlist with their sequence, duration in seconds, initialization section and how many breaks are before. */
  TV.readMedia = function (text) {
    var found = { target: 2, segments: [], locked: false, ended: false }, sequence = 0, map = "", duration = 0, epoch = 0;
    text.split(/\r?\n/).forEach(function (line) {
      if (line.indexOf("#EXT-X-TARGETDURATION:") === 0) { found.target = Number(line.slice(22)); }
      else if (line.indexOf("#EXT-X-MEDIA-SEQUENCE:") === 0) { sequence = Number(line.slice(22)); }
      else if (line.indexOf("#EXT-X-MAP:") === 0) { map = attributes(line.slice(11)).URI; }
      else if (line.indexOf("#EXT-X-KEY:") === 0) { found.locked = attributes(line.slice(11)).METHOD !== "NONE"; }
      else if (line === "#EXT-X-DISCONTINUITY") { epoch += 1; }
      else if (line.indexOf("#EXT-X-ENDLIST") === 0) { found.ended = true; }
      else if (line.indexOf("#EXTINF:") === 0) { duration = parseFloat(line.slice(8)); }
      else if (line && line.charAt(0) !== "#") {
        found.segments.push({ sequence: sequence, uri: line, duration: duration, map: map, epoch: epoch });
        sequence += 1;
      }
    });
    return found;
  };

  /* The first box of a path such as ["moov", "trak", "mdia", "mdhd"]: where its content begins, or -1. */
  function find(view, path) {
    var at = 0, end = view.byteLength, depth = 0;
    while (at + 8 <= end) {
      var size = view.getUint32(at), head = 8;
      if (size === 1 && at + 16 <= end) { size = view.getUint32(at + 8) * 4294967296 + view.getUint32(at + 12); head = 16; }
      if (size === 0) { size = end - at; }
      if (size < head) { return -1; }
      var name = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
      if (name === path[depth]) {
        depth += 1;
        if (depth === path.length) { return at + head; }
        end = Math.min(end, at + size);
        at += head;
      } else { at += size; }
    }
    return -1;
  }
  function long(view, at) { return view.getUint32(at) * 4294967296 + view.getUint32(at + 4); }

  /* Ticks per second of an initialization section (mdhd, 8.4.2), or 0. */
  TV.timescale = function (buffer) {
    var view = new DataView(buffer), at = find(view, ["moov", "trak", "mdia", "mdhd"]);
    return at < 0 ? 0 : view.getUint32(at + (view.getUint8(at) === 1 ? 20 : 12));
  };
  /* Decoding time at which a fragment begins, in ticks (tfdt, 8.8.12), or -1. */
  TV.beginning = function (buffer) {
    var view = new DataView(buffer), at = find(view, ["moof", "traf", "tfdt"]);
    if (at < 0) { return -1; }
    return view.getUint8(at) === 1 ? long(view, at + 4) : view.getUint32(at + 4);
  };
}());

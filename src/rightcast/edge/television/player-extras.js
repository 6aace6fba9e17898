/* What a channel of fragments may have beside picture and sound: subtitles (WebVTT), and keys (W3C EME, ClearKey). */
(function () {
  "use strict";
  var TV = window.TV, WRAP = 8589934592, KEPT_SEGMENTS = 40, MOST_SESSIONS = 8;

  function seconds(text) {
    return text.trim().split(":").reduce(function (all, part) { return all * 60 + parseFloat(part); }, 0);
  }
  /* Cues of a document: `[{start, end, text, settings}]` in seconds of its own, and the stream's ticks at its zero. */
  TV.readCues = function (document) {
    var found = { ticks: null, cues: [] }, map = /X-TIMESTAMP-MAP=MPEGTS:(\d+),LOCAL:([\d:.]+)/.exec(document);
    if (map) { found.ticks = Number(map[1]) - seconds(map[2]) * 90000; }
    document.split(/\r?\n\r?\n/).forEach(function (block) {
      var lines = block.split(/\r?\n/), at = 0;
      while (at < lines.length && lines[at].indexOf("-->") < 0) { at += 1; }
      if (at === lines.length) { return; }
      var times = lines[at].split("-->"), rest = times[1].trim().split(/\s+/);
      found.cues.push({ start: seconds(times[0]), end: seconds(rest[0]), settings: rest.slice(1), text: lines.slice(at + 1).join("\n") });
    });
    return found;
  };

  /* Shows the subtitles of one playlist. `place(ticks)`: where on the screen's clock a moment of the stream lies, or null. */
  TV.Subtitles = function (video, list, place) {
    var self = {}, timer = 0, seen = {}, order = [], track = TV.textTrack || (TV.textTrack = video.addTextTrack("subtitles", "Subtitles"));
    function clear() { while (track.cues && track.cues.length) { track.removeCue(track.cues[0]); } }
    function tick() {
      TV.ask("GET", list, null, "text", function (status, text) {
        if (self.stopped) { return; }
        if (status === 200) { TV.readMedia(text).segments.slice(-4).forEach(load); }
        timer = setTimeout(tick, 2000);
      });
    }
    function load(segment) {
      if (seen[segment.uri]) { return; }
      seen[segment.uri] = true;
      order.push(segment.uri);
      if (order.length > KEPT_SEGMENTS) { delete seen[order.shift()]; }
      TV.ask("GET", TV.resolve(list, segment.uri), null, "text", function (status, text) {
        if (self.stopped || status !== 200) { return; }
        var found = TV.readCues(text), zero = place(found.ticks || 0);
        if (zero === null) { delete seen[segment.uri]; return; }
        while (track.cues && track.cues.length && track.cues[0].endTime < video.currentTime - 30) { track.removeCue(track.cues[0]); }
        found.cues.forEach(function (one) { add(one, zero); });
      });
    }
    /* A text that goes on in the next segment comes twice; the earlier one is enough. */
    function add(one, zero) {
      var index, cue, start = zero + one.start, end = zero + one.end;
      for (index = 0; track.cues && index < track.cues.length; index += 1) {
        cue = track.cues[index];
        if (cue.text === one.text && cue.startTime <= start + 0.1 && cue.endTime >= start - 0.1) { cue.endTime = Math.max(cue.endTime, end); return; }
      }
      cue = new window.VTTCue(start, end, one.text);
      one.settings.forEach(function (setting) {
        var line = /^line:([\d.]+)%$/.exec(setting);
        if (line) { cue.snapToLines = false; cue.line = Number(line[1]); }
      });
      track.addCue(cue);
    }
    self.stop = function () { self.stopped = true; clearTimeout(timer); track.mode = "disabled"; };
    track.mode = "showing";
    clear();
    tick();
    return self;
  };
  TV.nearest = function (ticks, to) { return ticks + Math.round((to - ticks) / WRAP) * WRAP; };

  /* The key's name in an initialization section (tenc, ISO/IEC 23001-7 section 8.2), as ClearKey writes it; "" without one. */
  TV.keyOf = function (buffer) {
    var bytes = new Uint8Array(buffer), at, text = "";
    for (at = 4; at + 28 <= bytes.length; at += 1) {
      if (bytes[at] === 116 && bytes[at + 1] === 101 && bytes[at + 2] === 110 && bytes[at + 3] === 99) {
        bytes.subarray(at + 12, at + 28).forEach(function (one) { text += String.fromCharCode(one); });
        return window.btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
      }
    }
    return "";
  };

  /* A ring of keys for `video`: `then(ring | null)`; `ring.want(key, licence)` fetches one from the address `licence`. */
  TV.Keyring = function (video, types, then) {
    var sessions = {}, order = [], self = {};
    function names(sound) {
      return types.filter(function (one) { return (one.indexOf("audio/") === 0) === sound; }).map(function (one) { return { contentType: one }; });
    }
    if (!navigator.requestMediaKeySystemAccess) { then(null); return; }
    var wanted = { initDataTypes: ["keyids"] };
    if (names(false).length) { wanted.videoCapabilities = names(false); }
    if (names(true).length) { wanted.audioCapabilities = names(true); }
    navigator.requestMediaKeySystemAccess("org.w3.clearkey", [wanted]).then(function (access) { return access.createMediaKeys(); })
      .then(function (made) { self.keys = made; return video.setMediaKeys(made); })
      .then(function () { then(self); }, function () { then(null); });
    self.want = function (key, licence) {
      if (!key || sessions[key]) { return; }
      var session = self.keys.createSession();
      sessions[key] = session;
      order.push(key);
      if (order.length > MOST_SESSIONS) { var old = order.shift(); sessions[old].close(); delete sessions[old]; }
      session.addEventListener("message", function (event) {
        var xhr = new XMLHttpRequest();
        xhr.open("POST", licence, true);
        xhr.responseType = "arraybuffer";
        xhr.onload = function () { if (xhr.status === 200) { session.update(xhr.response)["catch"](lost); } else { lost(); } };
        xhr.onerror = lost;
        xhr.send(event.message);
      });
      function lost() { delete sessions[key]; }
      session.generateRequest("keyids", new TextEncoder().encode(JSON.stringify({ kids: [key] })))["catch"](lost);
    };
    return self;
  };
}());

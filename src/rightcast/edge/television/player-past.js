/* The past and recordings through Media Source Extensions: playlists of transport streams, which are repacked here. */
(function () {
  "use strict";
  var TV = window.TV, Source = window.ManagedMediaSource || window.MediaSource;
  var AHEAD_S = 30, KEPT_S = 30, TICK_MS = 200, SILENT_MS = 20000, MOST_MISSES = 8;

  /* Plays the playlist `url` from `start` seconds. `tell`: playing(), ended(), failed(reason, status, sentence). */
  TV.StretchPlayer = function (video, url, start, tell) {
    var self = { stopped: false }, source = new Source(), objectUrl = "", timer = 0, xhr = null, list = url, listed = 0;
    var rows = [], ended = false, target = 4, next = 0, read = TV.Transport(), last = -1, bases = {}, buffers = {}, formats = {}, queue = [];
    var misses = 0, number = 1, retry = 0, told = false, moved = Date.now(), movedTo = -1, placed = start <= 0;

    function fail(reason, status, words) {
      if (self.stopped) { return; }
      self.stop();
      tell.failed(reason, status || 0, words || "");
    }
    self.stop = function () {
      self.stopped = true;
      clearInterval(timer);
      video.removeEventListener("seeking", sought);
      if (xhr) { xhr.abort(); }
      video.removeAttribute("src");
      video.load();
      if (objectUrl) { URL.revokeObjectURL(objectUrl); }
    };
    self.pause = function () { if (video.paused) { self.paused = false; video.play(); } else { self.paused = true; video.pause(); } };
    self.skip = function (seconds) { video.currentTime = Math.max(0, Math.min(video.currentTime + seconds, Math.max(0, length() - 2))); };

    function get(address, kind, then) {
      xhr = TV.ask("GET", address, null, kind, function (status, answer, made) {
        xhr = null;
        if (self.stopped || made.turned) { return; }
        if (status === 200) { misses = 0; then(answer, made); return; }
        misses += 1;
        retry = Date.now() + 500 * misses;
        if (status === 401 || status === 403 || status === 404 || misses > MOST_MISSES) { fail(status ? "refused" : "away", status, kind === "text" ? answer : ""); }
      });
    }
    function length() { var end = rows[rows.length - 1]; return end ? end.start + end.duration : 0; }
    function load() {
      listed = Date.now();
      get(list, "text", function (text, made) {
        var found = TV.readMedia(text);
        list = made.responseURL || list;
        ended = found.ended;
        target = found.target;
        found.segments.slice(rows.length).forEach(function (one) { one.start = length(); rows.push(one); });
        if (!placed) { placed = true; start = Math.min(start, Math.max(0, length() - 5)); next = find(start); }
      });
    }
    function find(moment) {
      var index;
      for (index = 0; index + 1 < rows.length && rows[index + 1].start <= moment; index += 1) { /* the one it lies in */ }
      return index;
    }
    function sought() {
      if (has(video.currentTime)) { return; }
      next = find(video.currentTime);
      queue = [];
      if (xhr) { xhr.turned = true; xhr.abort(); xhr = null; }
      moved = Date.now();
    }
    function has(moment) {
      var all = video.buffered, index;
      for (index = 0; index < all.length; index += 1) { if (moment >= all.start(index) - 0.3 && moment < all.end(index) - 0.1) { return true; } }
      return false;
    }

    /* A segment in samples, placed where the playlist says; within an epoch all keep their distance. */
    function repack(index, data) {
      var row = rows[index], found;
      if (!index || last !== index - 1 || row.epoch !== rows[index - 1].epoch) { read.begin(); }
      last = index;
      found = read.read(new Uint8Array(data));
      if (read.foreign && !read.hasPicture) { fail("no-form", 404); return; }
      var first = found.video[0] || found.sound[0];
      if (!first) { return; }
      if (bases[row.epoch] === undefined) { bases[row.epoch] = first.dts - row.start * 90000; }
      ["video", "sound"].forEach(function (kind) {
        var samples = found[kind], format = kind === "video" ? read.picture : read.voice, base = bases[row.epoch];
        if (!samples.length || (kind === "sound" && read.hasPicture && !found.video.length)) { return; }
        var name = TV.typeOf(kind, format), at = TV.nearest(samples[0].dts, base + row.start * 90000) - base;
        while (kind === "sound" && samples.length > 1 && at < 0) { samples.shift(); at = TV.nearest(samples[0].dts, base + row.start * 90000) - base; }
        if (!buffers[kind] && !prepare(kind, name)) { return; }
        var known = JSON.stringify(format.sps ? [].slice.call(format.sps).concat([].slice.call(format.pps)) : format);
        if (formats[kind] !== known) { formats[kind] = known; queue.push({ kind: kind, data: TV.initOf(kind, format) }); }
        queue.push({ kind: kind, data: TV.fragmentOf(samples, Math.max(0, Math.round(at)), number++) });
      });
    }
    /* All buffers are made before the first one is filled: sound that begins later finds its own. */
    function prepare(kind, type) {
      if (!Source.isTypeSupported(type)) { if (kind === "video") { fail("no-form", 404); } return false; }
      try { buffers[kind] = source.addSourceBuffer(type); } catch (refused) { return false; }
      buffers[kind].addEventListener("error", function () { fail("broken"); });
      return true;
    }
    function busy() { return Object.keys(buffers).some(function (kind) { return buffers[kind].updating; }); }

    function tick() {
      if (self.stopped) { return; }
      if (source.readyState === "closed") { fail("broken"); return; }
      watch();
      if (self.stopped || busy()) { return; }
      if (queue.length) { append(); return; }
      if (trim()) { return; }
      if (xhr || Date.now() < retry) { return; }
      if (!rows.length || (next >= rows.length && !ended)) { if (Date.now() - listed > target * 500) { load(); } return; }
      if (source.readyState === "open" && buffers.video && !(Math.abs(length() - source.duration) < 0.5)) { source.duration = length(); }
      if (next >= rows.length) { if (source.readyState === "open") { source.endOfStream(); } return; }
      if (rows[next].start - video.currentTime > AHEAD_S) { return; }
      var index = next;
      get(TV.resolve(list, rows[index].uri), "arraybuffer", function (data) {
        if (index !== next) { return; }
        next += 1;
        repack(index, data);
        tick();
      });
    }
    function append() {
      var one = queue[0];
      try { buffers[one.kind].appendBuffer(one.data); queue.shift(); } catch (full) {
        if (full.name !== "QuotaExceededError" || !trim(true)) { fail("broken"); }
      }
    }
    function trim(hard) {
      var until = video.currentTime - (hard ? 2 : KEPT_S);
      return Object.keys(buffers).some(function (kind) {
        var all = buffers[kind].buffered;
        if (!all.length || all.start(0) > until - (hard ? 1 : KEPT_S)) { return false; }
        buffers[kind].remove(0, until);
        return true;
      });
    }
    /* Begin when there is something, step over holes, notice the end and when nothing moves. */
    function watch() {
      var all = video.buffered, now = video.currentTime, index;
      if (start && all.length && !told && now < start - 1) { now = video.currentTime = Math.max(start, all.start(all.length - 1)) + 0.05; }
      for (index = 0; index < all.length && !video.seeking; index += 1) {
        if (now >= all.start(index) - 0.05 && now < all.end(index) - 0.15) { break; }
        if (now < all.start(index) && all.start(index) - now < 2 * target + 2) { video.currentTime = all.start(index) + 0.05; break; }
      }
      if (ended && rows.length && now > length() - 0.3) { self.stop(); tell.ended(); return; }
      if (self.paused) { moved = Date.now(); return; }
      if (all.length && video.paused && !video.ended) {
        var begun = video.play();
        if (begun && begun["catch"]) { begun["catch"](function () { if (!self.stopped && !told) { video.muted = true; video.play(); } }); }
      }
      if (video.ended) { self.stop(); tell.ended(); return; }
      if (Math.abs(now - movedTo) > 0.05) {
        movedTo = now;
        moved = Date.now();
        if (!told && now > 0 && all.length) { told = true; tell.playing(); }
      }
      if (Date.now() - moved > SILENT_MS) { fail("silent"); }
    }

    source.addEventListener("sourceopen", function () {
      if (self.stopped || timer) { return; }
      timer = setInterval(tick, TICK_MS);
      tick();
    });
    video.addEventListener("seeking", sought);
    if (window.ManagedMediaSource) { video.disableRemotePlayback = true; }
    objectUrl = URL.createObjectURL(source);
    video.src = objectUrl;
    return self;
  };
}());

/* Our own fragments through Media Source Extensions: live, one picture and one sound, over every break of the stream. */
(function () {
  "use strict";
  var TV = window.TV, Source = window.ManagedMediaSource || window.MediaSource;
  var BEHIND_SEGMENTS = 3, AHEAD_S = 30, KEPT_S = 20, TICK_MS = 250, SILENT_MS = 15000;

  TV.hasFragments = !!Source && !!window.DataView;

  /* Plays `url`, a master playlist of fragments, in `video`. `tell` has playing(), failed(reason, status, sentence). */
  TV.FragmentPlayer = function (video, url, tell) {
    var self = { stopped: false }, tracks = [], offsets = {}, timer = 0, source = new Source(), objectUrl = "";
    var last = Date.now(), lastTime = -1, told = false;

    function fail(reason, status, words) {
      if (self.stopped) { return; }
      self.stop();
      tell.failed(reason, status || 0, words || "");
    }
    self.stop = function () {
      self.stopped = true;
      clearInterval(timer);
      tracks.forEach(function (track) { if (track.xhr) { track.xhr.abort(); } });
      video.removeAttribute("src");
      video.load();
      if (objectUrl) { URL.revokeObjectURL(objectUrl); }
    };
    function get(track, address, kind, then) {
      track.xhr = TV.ask("GET", address, null, kind, function (status, answer) {
        track.xhr = null;
        if (!self.stopped) { then(status, answer); }
      });
    }

    TV.ask("GET", url, null, "text", function (status, text, xhr) {
      if (self.stopped) { return; }
      if (status !== 200) { fail(status === 404 ? "no-form" : "refused", status, text); return; }
      var master = TV.readMaster(text), base = xhr.responseURL || url, chosen = choose(master);
      if (!chosen) { fail("no-form", 404); return; }
      source.addEventListener("sourceopen", function () {
        if (self.stopped || tracks.length) { return; }
        try { chosen.forEach(function (one) { tracks.push(open(one, base)); }); } catch (refused) { fail("no-form", 404); return; }
        timer = setInterval(tick, TICK_MS);
        tick();
      });
      if (window.ManagedMediaSource) { video.disableRemotePlayback = true; }
      objectUrl = URL.createObjectURL(source);
      video.src = objectUrl;
    });

    /* The best variant that the set can show and that is not larger than its screen; its sound where it stands apart. */
    function choose(master) {
      var height = (window.screen && screen.height * (window.devicePixelRatio || 1)) || 1080;
      var able = master.variants.filter(function (one) {
        return Source.isTypeSupported(mime(one.CODECS || ""));
      });
      var fit = able.filter(function (one) { return !one.RESOLUTION || Number(one.RESOLUTION.split("x")[1]) <= height; });
      var variant = fit[0] || able[able.length - 1];
      if (!variant) { return null; }
      var codecs = variant.CODECS.split(","), group = master.sounds.filter(function (one) { return one["GROUP-ID"] === variant.AUDIO && one.URI; });
      var sound = group.filter(function (one) { return one.DEFAULT === "YES"; })[0] || group[0];
      var voices = codecs.filter(isSound), pictures = codecs.filter(function (one) { return !isSound(one); });
      if (!sound || !pictures.length) { return [{ uri: variant.URI, type: mime(variant.CODECS) }]; }
      return [{ uri: variant.URI, type: mime(pictures.join(",")) }, { uri: sound.URI, type: mime(voices.join(",")) }];
    }
    function isSound(codec) { return /^(mp4a|ac-3|ec-3|opus|flac|ac-4)/.test(codec); }
    function mime(codecs) {
      return (codecs.split(",").every(isSound) ? "audio" : "video") + '/mp4; codecs="' + codecs + '"';
    }
    function open(one, base) {
      var track = { list: TV.resolve(base, one.uri), buffer: source.addSourceBuffer(one.type), maps: {}, queue: [], next: -1, listed: 0, target: 2, xhr: null, map: "", misses: 0 };
      track.buffer.addEventListener("error", function () { fail("broken"); });
      return track;
    }

    function tick() {
      if (self.stopped) { return; }
      if (source.readyState === "closed") { fail("broken"); return; }
      tracks.forEach(step);
      if (!self.stopped) { watch(); }
    }
    function step(track) {
      if (self.stopped || track.xhr || track.buffer.updating) { return; }
      if (trim(track)) { return; }
      if (track.queue.length) {
        if (ahead(track) < AHEAD_S) { load(track, track.queue[0]); }
      } else if (Date.now() - track.listed > track.target * 400) { list(track); }
    }
    function list(track) {
      track.listed = Date.now();
      get(track, track.list, "text", function (status, text) {
        if (status !== 200) { missed(track, status, text); return; }
        var found = TV.readMedia(text);
        track.misses = 0;
        track.target = found.target || 2;
        if (found.locked) { fail("locked"); return; }
        enqueue(track, found.segments);
        step(track);
      });
    }
    function enqueue(track, segments) {
      if (!segments.length) { return; }
      var first = segments[0].sequence, end = segments[segments.length - 1].sequence + 1, other = tracks[0] === track ? null : tracks[0];
      if (track.next < 0 || track.next < first || track.next > end) {  // the beginning, or too far behind, or a new count
        track.next = other && other.started >= first && track.next < 0 ? other.started : Math.max(first, end - BEHIND_SEGMENTS);
        track.started = track.next;
      }
      segments.forEach(function (one) {
        if (one.sequence === track.next) { track.queue.push(one); track.next += 1; }
      });
    }
    function load(track, segment) {
      if (track.map !== segment.map && !track.maps[segment.map]) {
        get(track, TV.resolve(track.list, segment.map), "arraybuffer", function (status, data) {
          if (status !== 200) { missed(track, status); return; }
          track.maps[segment.map] = { data: data, timescale: TV.timescale(data) };
          step(track);
        });
        return;
      }
      if (segment.data) { append(track, segment); return; }
      get(track, TV.resolve(track.list, segment.uri), "arraybuffer", function (status, data) {
        if (status !== 200) { missed(track, status, null, segment); return; }
        segment.data = data;
        track.misses = 0;
        if (!track.buffer.updating) { append(track, segment); }
      });
    }
    function append(track, segment) {
      var map = track.maps[segment.map], epoch = (/init(\d+)/.exec(segment.map) || ["", segment.map])[1];
      var begins = TV.beginning(segment.data), at = begins / map.timescale;
      try {
        if (track.map !== segment.map) {
          if (offsets[epoch] === undefined) {
            if (track !== tracks[0]) { return; }  // the picture says where an epoch goes; sound follows it
            offsets[epoch] = begins < 0 ? 0 : end(track) - at;
          }
          track.map = segment.map;
          track.buffer.timestampOffset = offsets[epoch];
          track.buffer.appendBuffer(map.data);
          return;
        }
        track.buffer.appendBuffer(segment.data);
        track.queue.shift();
      } catch (full) {
        if (full.name !== "QuotaExceededError") { fail("broken"); } else { trim(track, true); }
      }
    }
    function missed(track, status, words, segment) {
      if (status === 401 || status === 403) { fail("refused", status, words); return; }
      track.misses += 1;
      if (segment && status === 404) { track.queue.shift(); }
      if (track.misses > 12) { fail(status ? "refused" : "away", status, words); }
    }
    function end(track) { var all = track.buffer.buffered; return all.length ? all.end(all.length - 1) : 0; }
    function ahead(track) { return end(track) - video.currentTime; }
    function trim(track, hard) {
      var all = track.buffer.buffered, until = video.currentTime - (hard ? 2 : KEPT_S);
      if (!all.length || until - all.start(0) < (hard ? 1 : KEPT_S) || track.buffer.updating) { return false; }
      track.buffer.remove(0, until);
      return true;
    }

    /* Begin when there is something, step over holes, notice when nothing moves. */
    function watch() {
      var all = video.buffered, now = video.currentTime, index;
      for (index = 0; index < all.length; index += 1) {
        if (now >= all.start(index) - 0.05 && now < all.end(index) - 0.05) { break; }
        if (now < all.start(index)) { video.currentTime = all.start(index) + 0.02; break; }
      }
      if (all.length && video.paused) {
        var begun = video.play();
        if (begun && begun["catch"]) { begun["catch"](function () { video.muted = true; video.play(); }); }  // sound only after a key
      }
      if (now > lastTime + 0.05) {
        lastTime = now;
        last = Date.now();
        if (!told && now > 0) { told = true; tell.playing(); }
      } else if (now < lastTime) { lastTime = now; }
      if (Date.now() - last > SILENT_MS) { fail("silent"); }
    }
    return self;
  };
}());

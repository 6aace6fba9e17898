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
    var levels = [], level = 0, fixed = "", rate = 0, voices = [], texts = [], voice = "", caption = "", subtitles = null, places = {}, clock = null, ring, locks = false;

    function fail(reason, status, words) {
      if (self.stopped) { return; }
      self.stop();
      tell.failed(reason, status || 0, words || "");
    }
    self.stop = function () {
      self.stopped = true;
      clearInterval(timer);
      if (subtitles) { subtitles.stop(); }
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
      var master = TV.readMaster(text), base = xhr.responseURL || url, chosen = choose(master, base);
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
    function choose(master, base) {
      var height = (window.screen && screen.height * (window.devicePixelRatio || 1)) || 1080;
      var able = master.variants.filter(function (one) {
        return Source.isTypeSupported(mime(one.CODECS || ""));
      });
      var fit = able.filter(function (one) { return !one.RESOLUTION || Number(one.RESOLUTION.split("x")[1]) <= height; });
      var variant = fit[0] || able[able.length - 1];
      if (!variant) { return null; }
      levels = (fit.length ? fit : [variant]).map(function (one) { return { id: TV.resolve(base, one.URI), lines: one.RESOLUTION ? one.RESOLUTION.split("x")[1] : "", bps: Number(one.BANDWIDTH), type: one.CODECS }; });
      texts = master.texts.map(function (one) { return { id: TV.resolve(base, one.URI), name: label(one) }; });
      var codecs = variant.CODECS.split(","), group = master.sounds.filter(function (one) { return one["GROUP-ID"] === variant.AUDIO && one.URI; });
      var sound = group.filter(function (one) { return one.DEFAULT === "YES"; })[0] || group[0];
      var speech = codecs.filter(isSound), pictures = codecs.filter(function (one) { return !isSound(one); });
      if (sound && pictures.length) {
        voices = group.map(function (one) { return { id: TV.resolve(base, one.URI), name: label(one) }; });
        voice = TV.resolve(base, sound.URI);
        levels.forEach(function (one) { one.type = one.type.split(",").filter(function (codec) { return !isSound(codec); }).join(","); });
      }
      if (!sound || !pictures.length) { return [{ uri: variant.URI, type: mime(variant.CODECS) }]; }
      return [{ uri: variant.URI, type: mime(pictures.join(",")) }, { uri: sound.URI, type: mime(speech.join(",")) }];
    }
    function label(one) { return one.NAME || one.LANGUAGE || "unnamed"; }
    function isSound(codec) { return /^(mp4a|ac-3|ec-3|opus|flac|ac-4)/.test(codec); }
    function mime(codecs) {
      return (codecs.split(",").every(isSound) ? "audio" : "video") + '/mp4; codecs="' + codecs + '"';
    }
    function open(one, base) {
      var track = { type: one.type, list: TV.resolve(base, one.uri), buffer: source.addSourceBuffer(one.type), maps: {}, queue: [], next: -1, listed: 0, target: 2, xhr: null, map: "", misses: 0 };
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
      if (track.flush) { track.flush = false; track.buffer.remove(video.currentTime + 0.3, Infinity); return; }
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
        if (found.locked && !ring) { unlock(track); return; }
        enqueue(track, found.segments);
        step(track);
      });
    }
    /* The channel is encrypted: the station gives the keys to this session, where the set can use them. */
    function unlock(track) {
      if (locks) { track.listed = Date.now() - track.target * 300; return; }
      locks = true;
      TV.Keyring(video, tracks.map(function (one) { return one.type; }), function (made) {
        if (self.stopped) { return; }
        if (!made) { fail("locked"); return; }
        ring = made;
        tracks.forEach(function (one) { one.listed = 0; });
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
      if (!segment.from) { segment.from = track.list; segment.init = TV.resolve(track.list, segment.map); }
      if (track.map !== segment.init && !track.maps[segment.init]) {
        get(track, segment.init, "arraybuffer", function (status, data) {
          if (status !== 200) { missed(track, status); return; }
          track.maps[segment.init] = { data: data, timescale: TV.timescale(data) };
          if (ring) { ring.want(TV.keyOf(data), TV.resolve(track.list, "clearkey")); }
          step(track);
        });
        return;
      }
      if (segment.data) { append(track, segment); return; }
      var begun = Date.now();
      get(track, TV.resolve(segment.from, segment.uri), "arraybuffer", function (status, data) {
        if (status !== 200) { missed(track, status, null, segment); return; }
        segment.data = data;
        if (track === tracks[0]) { measure(data.byteLength * 8000 / Math.max(1, Date.now() - begun)); }
        track.misses = 0;
        if (!track.buffer.updating) { append(track, segment); }
      });
    }
    function append(track, segment) {
      var map = track.maps[segment.init], epoch = (/init(\d+)/.exec(segment.map) || ["", segment.map])[1];
      var begins = TV.beginning(segment.data), at = begins / map.timescale;
      try {
        if (track.map !== segment.init) {
          if (offsets[epoch] === undefined) {
            if (track !== tracks[0]) { return; }  // the picture says where an epoch goes; sound follows it
            offsets[epoch] = begins < 0 ? 0 : onward(track, at);
          }
          track.map = segment.init;
          if (track.kind !== track.type && track.kind && track.buffer.changeType) { track.buffer.changeType(track.type); }
          track.kind = track.type;
          track.buffer.timestampOffset = offsets[epoch];
          track.buffer.appendBuffer(map.data);
          return;
        }
        track.buffer.appendBuffer(segment.data);
        if (track === tracks[0] && begins >= 0) { clock = { ticks: at * 90000, at: at + offsets[epoch] }; places[segment.sequence] = clock.at; delete places[segment.sequence - 60]; }
        track.queue.shift();
      } catch (full) {
        if (full.name !== "QuotaExceededError") { fail("broken"); } else { trim(track, true); }
      }
    }
    /* How far an epoch is moved: as the one before it where that fits, for rungs share their clock; else to what is there. */
    function onward(track, at) {
      var there = end(track), known = Object.keys(offsets).map(function (epoch) { return offsets[epoch]; });
      var fits = known.filter(function (offset) { return Math.abs(at + offset - there) < 1; });
      return fits.length ? fits[fits.length - 1] : there - at;
    }

    /* Quality: by how fast segments come, unless one was chosen. */
    function measure(bps) {
      rate = rate ? rate * 0.7 + bps * 0.3 : bps;
      if (fixed || levels.length < 2 || !tracks[0]) { return; }
      var best = levels.length - 1, index;
      for (index = 0; index < levels.length; index += 1) { if (levels[index].bps < rate * 0.7) { best = index; break; } }
      if (best > level || (best < level && ahead(tracks[0]) > 3)) { turn(best); }
    }
    function turn(to) {
      var track = tracks[0];
      if (to === level || !levels[to]) { return; }
      level = to;
      track.list = levels[to].id;
      track.type = mime(levels[to].type);
      if (track.queue.length > 1) { track.next = track.queue[1].sequence; track.queue.length = 1; }
      track.listed = 0;
    }
    self.choices = function () {
      function chosen(id) { return function (one) { return { id: one.id, name: one.name, on: one.id === id }; }; }
      function rate(one) { return one.bps < 999500 ? Math.round(one.bps / 1000) + " kbit/s" : (one.bps / 1000000).toFixed(1) + " Mbit/s"; }
      var qualities = levels.map(function (one) {
        var alike = levels.filter(function (other) { return other.lines === one.lines; }).length > 1;
        return { id: one.id, name: one.lines ? one.lines + " lines" + (alike ? ", " + rate(one) : "") : rate(one) };
      });
      var auto = { id: "", name: "Automatic" + (levels[level] && levels[level].lines ? " (" + levels[level].lines + " lines now)" : "") };
      return {
        sound: voices.map(chosen(voice)),
        text: texts.length ? [{ id: "", name: "Off" }].concat(texts).map(chosen(caption)) : [],
        quality: qualities.length > 1 ? [auto].concat(qualities).map(chosen(fixed)) : []
      };
    };
    self.choose = function (kind, id) {
      if (kind === "quality") {
        fixed = id;
        levels.forEach(function (one, index) { if (one.id === id) { turn(index); } });
      } else if (kind === "sound" && tracks[1] && id !== voice) {
        var track = tracks[1], now = video.currentTime;
        voice = id;
        if (track.xhr) { track.xhr.abort(); track.xhr = null; }
        track.list = id;
        track.queue = [];
        track.next = Object.keys(places).map(Number).filter(function (one) { return places[one] <= now + 0.3; }).pop() || -1;
        track.flush = true;
        track.listed = 0;
      } else if (kind === "text") {
        caption = id;
        if (subtitles) { subtitles.stop(); }
        subtitles = id ? TV.Subtitles(video, id, function (ticks) { return clock ? clock.at + (TV.nearest(ticks, clock.ticks) - clock.ticks) / 90000 : null; }) : null;
      }
    };
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

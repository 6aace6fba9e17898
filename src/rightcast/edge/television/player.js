/* One channel on the screen, by whatever the set has, and again when it breaks off. */
(function () {
  "use strict";
  var TV = window.TV, FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 10000;

  /* A set-top box: its own decoder takes the broadcast as it is. Events: 1 end, 4 playing, 5 cannot be opened. */
  function BoxPlayer(channel, tell) {
    var box = TV.box, stopped = false, self = {};
    window.stbEvent = window.stbEvent || {};
    window.stbEvent.onEvent = function (code) {
      if (stopped) { return; }
      if (Number(code) === 4) { tell.playing(); }
      if (Number(code) === 1 || Number(code) === 5) { tell.failed("broken", 0, ""); }
    };
    function begin(url) {
      if (stopped) { return; }
      box.InitPlayer();
      if (box.SetTopWin) { box.SetTopWin(0); }
      box.Play("ffrt " + url);
    }
    self.stop = function () { stopped = true; box.Stop(); };
    if (TV.who.mac) {
      TV.portal.link(TV.who, channel, function (url, sentence) {
        if (url) { begin(url); } else if (!stopped) { tell.failed("refused", sentence === "out" ? 401 : 403, sentence); }
      });
    } else { begin(TV.address(channel.stream_id, ".ts")); }
    return self;
  }

  /* What the browser plays by itself: HLS on Apple's and most sets, an endless sound everywhere. */
  function NativePlayer(video, url, tell) {
    var self = {}, last = Date.now(), lastTime = 0, told = false, timer;
    function failed() { self.stop(); tell.failed("broken", 0, ""); }
    video.onerror = failed;
    video.src = url;
    timer = setInterval(function () {
      if (video.paused && video.readyState > 1) { video.play(); }
      if (video.currentTime > lastTime) {
        lastTime = video.currentTime;
        last = Date.now();
        if (!told) { told = true; tell.playing(); }
      }
      if (Date.now() - last > 15000) { failed(); }
    }, 500);
    var begun = video.play();
    if (begun && begun["catch"]) { begun["catch"](function () {}); }
    self.stop = function () { clearInterval(timer); video.onerror = null; video.removeAttribute("src"); video.load(); };
    /* What the browser found in it. */
    function listed(all, flag) {
      return [].slice.call(all || []).map(function (one, index) { return { id: String(index), name: one.label || one.language || "Track " + (index + 1), on: one[flag] === true || one[flag] === "showing" }; });
    }
    self.choices = function () {
      var texts = listed(video.textTracks, "mode"), none = { id: "", name: "Off", on: !texts.some(function (one) { return one.on; }) };
      return { sound: listed(video.audioTracks, "enabled"), text: texts.length ? [none].concat(texts) : [] };
    };
    self.choose = function (kind, id) {
      [].slice.call((kind === "sound" ? video.audioTracks : video.textTracks) || []).forEach(function (one, index) {
        if (kind === "sound") { one.enabled = String(index) === id; } else { one.mode = String(index) === id ? "showing" : "disabled"; }
      });
    };
    return self;
  }

  /* Keeps the chosen channel on. `tell` has playing(channel), waiting(channel, sentence), lost(): signed out. */
  TV.Player = function (video, tell) {
    var current = null, player = null, timer = 0, wait = FIRST_WAIT_MS, turn = 0, skip = {};
    var native = !!video.canPlayType && video.canPlayType("application/vnd.apple.mpegurl") !== "";

    function forms() {
      if (TV.box) { return ["box"]; }
      var all = [];
      if (TV.hasFragments) { all.push("fragments"); }
      if (native) { all.push("hls"); }
      return all.concat(["mp3", "aac"]).filter(function (form) { return !skip[form]; });
    }
    function start() {
      var channel = current, mine = (turn += 1), form = forms()[0];
      if (!channel) { return; }
      if (!form) {
        skip = {};
        again("This screen cannot show this channel.");
        return;
      }
      var ears = {
        playing: function () { if (mine === turn) { wait = FIRST_WAIT_MS; tell.playing(channel); } },
        failed: function (reason, status, words) { if (mine === turn) { player = null; failed(form, reason, status, words); } }
      };
      if (form === "box") { player = BoxPlayer(channel, ears); }
      else if (form === "fragments") { player = TV.FragmentPlayer(video, TV.address(channel.stream_id, ".m3u8?format=cmaf"), ears); }
      else { player = NativePlayer(video, TV.address(channel.stream_id, form === "hls" ? ".m3u8" : "." + form), ears); }
    }
    function failed(form, reason, status, words) {
      if (reason === "no-form" || reason === "locked" || (form !== "fragments" && form !== "box")) { skip[form] = true; }
      if (reason === "no-form" && forms().length) { start(); return; }
      if (status === 401) { check(); return; }
      if (status === 403) { again((words || "").trim() || "This channel may not be watched at the moment."); return; }
      if (reason === "locked" && !forms().length) { skip = {}; again("This channel is protected, and this screen has no key for it."); return; }
      again(status === 0 && reason === "away" ? "The station cannot be reached. Trying again." : "The channel is not on air at the moment. Trying again.");
    }
    /* A viewing may have ended, or this screen was signed out from elsewhere: only the station knows. */
    function check() {
      TV.check(TV.who, function (answer, sentence) {
        if (answer === "no") { self.stop(); tell.lost(); } else { again(answer === "barred" ? sentence : "Connecting again."); }
      });
    }
    function again(sentence) {
      if (!current) { return; }
      tell.waiting(current, sentence);
      clearTimeout(timer);
      timer = setTimeout(start, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
    var self = {
      play: function (channel) { self.stop(); current = channel; start(); },
      stop: function () {
        turn += 1;
        clearTimeout(timer);
        if (player) { player.stop(); }
        player = current = null;
        skip = {};
        wait = FIRST_WAIT_MS;
      },
      choices: function () { return player && player.choices ? player.choices() : {}; },
      choose: function (kind, id) { if (player && player.choose) { player.choose(kind, id); } },
      current: function () { return current; }
    };
    return self;
  };
}());

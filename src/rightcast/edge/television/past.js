/* What is kept, on the screen: shows of the programme from their beginning, and what recordings play by. */
(function () {
  "use strict";
  var TV = window.TV, SKIP_S = 30, MOST_TRIES = 3;

  /* A kept stretch by whatever the set has, from `start` seconds. `tell`: playing(), ended(), failed(sentence). */
  TV.Reel = function (video, url, start, tell) {
    var self = {}, player = null, tries = 0, over = false, at = start;
    var native = !!video.canPlayType && video.canPlayType("application/vnd.apple.mpegurl") !== "";

    self.stop = function () {
      over = true;
      if (TV.box) { TV.box.Stop(); } else if (player) { player.stop(); }
    };
    self.at = function () { return player && !TV.box ? video.currentTime || at : at; };
    if (TV.box) {
      TV.box.InitPlayer();
      TV.box.Play("ffrt " + url);
      self.skip = function (seconds) { TV.box.SetPosTime(Math.max(TV.box.GetPosTime() + seconds, 0)); };
      self.pause = function () { if (self.paused) { TV.box.Continue(); } else { TV.box.Pause(); } self.paused = !self.paused; };
      return self;
    }

    function ended() { if (!over) { over = true; tell.ended(); } }
    function failed(reason, status, words) {
      if (over) { return; }
      if (reason === "no-form" && native) { byItself(); return; }
      if (reason !== "no-form" && status !== 403 && status !== 404 && (tries += 1) <= MOST_TRIES) { repack(); return; }
      over = true;
      tell.failed(reason === "no-form" ? "This screen cannot show it; an app or a box can." : (words || "").trim());
    }
    function repack() {
      player = TV.StretchPlayer(video, url, at, { playing: function () { tries = 0; tell.playing(); }, ended: ended, failed: failed });
    }
    function byItself() {
      player = { stop: function () { video.onloadedmetadata = video.onended = video.onerror = null; video.removeAttribute("src"); video.load(); } };
      video.onloadedmetadata = function () { video.currentTime = at; tell.playing(); };
      video.onended = ended;
      video.onerror = function () { player.stop(); failed("broken", 404, ""); };
      video.src = url;
      video.play();
    }
    video.ontimeupdate = function () { if (!over && video.currentTime > 0) { at = video.currentTime; } };
    self.skip = function (seconds) { if (player.skip) { player.skip(seconds); } else { video.currentTime = Math.max(video.currentTime + seconds, 0); } };
    self.pause = function () { if (player.pause) { player.pause(); } else if (video.paused) { video.play(); } else { video.pause(); } };
    if (TV.hasFragments) { repack(); } else if (native) { byItself(); } else { setTimeout(function () { failed("no-form", 0, ""); }, 0); }
    return self;
  };

  /* Shows of the programme. `tell` has begin(channel, show), closed(channel) and note(sentence). */
  TV.Past = function (video, tell) {
    var now = null, reel = null, self = {
      playing: function () { return now; },
      play: function (channel, show) {
        var mine = now = { channel: channel, show: show };
        tell.begin(channel, show);
        function open(url) {
          if (now !== mine) { return; }
          if (!url) { over(mine, "It cannot be watched at the moment."); return; }
          reel = TV.Reel(video, url, 0, {
            playing: function () { tell.note(""); },
            ended: function () { over(mine, ""); },
            failed: function (sentence) { over(mine, show.title + ": " + (sentence || "It cannot be watched any more.")); }
          });
        }
        if (TV.who.mac) { TV.portal.pastLink(TV.who, channel.stream_id, show, open); } else { open(TV.pastAddress(channel.stream_id, show)); }
      },
      stop: function () {
        if (reel) { reel.stop(); }
        reel = now = null;
      },
      pictureKey: function (meaning) {
        if (meaning === "back" || meaning === "list") { over(now, ""); }
        else if (meaning === "info") { TV.byId("banner").hidden = !TV.byId("banner").hidden; }
        else if (!reel) { return true; }
        else if (meaning === "left" || meaning === "right") { reel.skip(meaning === "left" ? -SKIP_S : SKIP_S); }
        else if (meaning === "ok") { reel.pause(); }
        return true;
      }
    };
    function over(mine, sentence) {
      if (now !== mine) { return; }
      self.stop();
      tell.note(sentence);
      tell.closed(mine.channel);
    }
    return self;
  };
}());

/* Puts the screens together and hands every key to the one in front. */
(function () {
  "use strict";
  var TV = window.TV, BANNER_MS = 5000, DIGITS_MS = 1800, REFRESH_MS = 300000, STILL_MS = 30000;
  var video = TV.byId("picture"), typed = "", digitTimer = 0, bannerTimer = 0, refreshTimer = 0, stillTimer = 0;

  var signIn = TV.SignIn(function (who) { TV.keep(who); signIn.hide(); enter(); });
  var guide = TV.Guide({ chosen: function (channel) { watch(channel); }, act: act });
  var grid = TV.Grid({ chosen: function (channel) { grid.hide(); watch(channel); }, past: function (channel, show) { past.play(channel, show); }, closed: function () { grid.hide(); guide.show(); } });
  var menu = TV.Menu({ closed: function () { menu.hide(); if (player.current()) { banner(player.current()); } else { guide.show(); } } });
  var player = TV.Player(video, {
    playing: function () { TV.byId("trouble").hidden = true; },
    waiting: function (channel, sentence) { TV.say("trouble", channel.name + ": " + sentence).hidden = false; },
    lost: function () { leave("This screen was signed out. Sign it in again."); }
  });

  var recordings = TV.Recordings(video, {
    begin: function () { guide.playing(null); guide.hide(); TV.byId("banner").hidden = true; player.stop(); },
    closed: function () { if (!player.current()) { guide.show(); } },
    note: note
  });
  var past = TV.Past(video, {
    begin: function (channel, show) {
      guide.playing(null);
      grid.hide();
      player.stop();
      banner(channel, show);
    },
    closed: function (channel) { TV.byId("banner").hidden = true; grid.show(channel); },
    note: note
  });
  function note(sentence) { TV.say("trouble", sentence).hidden = !sentence; }
  function openRecordings() { guide.hide(); TV.byId("banner").hidden = true; recordings.show(); }
  /* The red key: what the channel in front shows now is recorded; in the programme, the show under the remote. */
  function recordIt() {
    var channel = guide.shown() ? guide.row() : player.current();
    var wanted = grid.shown() ? grid.wanted() : channel && { channel: channel };
    if (wanted) { TV.recordNow(wanted.channel, note, wanted.start); }
  }

  function act(what) {
    if (what === "sign-out") { leave(""); return; }
    if (what === "recordings") { openRecordings(); return; }
    guide.hide();
    if (what === "grid") { grid.show(player.current()); } else { menu.show(player); }
  }
  function size() { document.documentElement.style.fontSize = (window.innerHeight || 720) / 45 + "px"; }

  function begin() {
    TV.who = TV.kept();
    if (TV.box) { TV.mark(document.body, "box", true); TV.mark(document.body, "dark", false); }
    if (TV.who) { enter(); } else { knock(""); }
  }
  /* A box may be known by its address; everything else shows a code. */
  function knock(note) {
    if (!TV.mac()) { signIn.show(note); return; }
    TV.knock(function (who, sentence) {
      TV.who = who;  // not kept: the box has its address at every start
      if (who) { enter(); } else { signIn.show(note || sentence); }
    });
  }
  /* The channels, again and again until the station has them. */
  function enter() {
    TV.check(TV.who, function (answer, sentence) {
      if (answer === "no") { leave("This screen was signed out. Sign it in again."); return; }
      if (answer === "barred") { leave(sentence); return; }
      if (answer === "away") { later("The station cannot be reached. Trying again."); return; }
      TV.channels(function (found) {
        if (!found) { later("The list of channels cannot be had. Trying again."); return; }
        TV.byId("trouble").hidden = true;
        guide.set(found);
        grid.set(found.channels);
        guide.show();
        refreshTimer = setTimeout(refresh, REFRESH_MS);
        stillTimer = setTimeout(still, STILL_MS);
      });
    });
  }
  function later(sentence) {
    TV.say("trouble", sentence).hidden = false;
    setTimeout(function () { if (TV.who) { enter(); } }, 3000);
  }
  function refresh() {
    TV.channels(function (found) { if (found && TV.who) { guide.set(found); grid.set(found.channels); } });
    refreshTimer = setTimeout(refresh, REFRESH_MS);
  }
  /* Whether this screen was signed out from elsewhere, or the subscription has ended, while a channel ran. */
  function still() {
    var who = TV.who;
    TV.check(who, function (answer, sentence) {
      if (TV.who !== who) { return; }
      if (answer === "no") { leave("This screen was signed out. Sign it in again."); return; }
      if (answer === "barred") { TV.say("trouble", sentence).hidden = false; }
      stillTimer = setTimeout(still, STILL_MS);
    });
  }
  function leave(note) {
    clearTimeout(stillTimer);
    clearTimeout(refreshTimer);
    recordings.stop();
    recordings.hide();
    past.stop();
    player.stop();
    TV.keep(null);
    guide.forget();
    guide.hide();
    grid.hide();
    menu.hide();
    TV.byId("banner").hidden = TV.byId("trouble").hidden = true;
    signIn.show(note);
  }

  function watch(channel) {
    if (!channel) { return; }
    guide.playing(channel);
    guide.hide();
    video.muted = false;
    if (!player.current() || player.current().stream_id !== channel.stream_id) {
      TV.byId("trouble").hidden = true;
      player.play(channel);
    }
    banner(channel);
  }
  /* What is on; of a show that is kept, the show itself. */
  function banner(channel, show) {
    TV.say("b-number", String(channel.num));
    TV.say("b-name", channel.name);
    TV.say("b-now", "");
    TV.say("b-next", "");
    TV.byId("banner").hidden = false;
    clearTimeout(bannerTimer);
    bannerTimer = setTimeout(function () { TV.byId("banner").hidden = true; }, BANNER_MS);
    if (show) {
      TV.say("b-now", TV.clock(show.start) + "  " + show.title);
      TV.say("b-next", "◀ ▶ half a minute   OK: pause   Back: programme");
      return;
    }
    TV.onNow(channel.stream_id, function (rows) {
      if (player.current() !== channel) { return; }
      TV.say("b-now", rows.length ? TV.clock(rows[0].start) + "  " + rows[0].title : "No programme information");
      TV.say("b-next", rows.length > 1 ? TV.clock(rows[1].start) + "  " + rows[1].title : "");
    });
  }

  function digit(one) {
    typed = (typed + one).slice(-5);
    TV.say("digits", typed).hidden = false;
    clearTimeout(digitTimer);
    digitTimer = setTimeout(dial, DIGITS_MS);
  }
  function dial() {
    var channel = guide.byNumber(Number(typed));
    clearTimeout(digitTimer);
    typed = "";
    TV.byId("digits").hidden = true;
    if (channel) { watch(channel); }
  }

  function pictureKey(meaning) {
    var channel = player.current();
    if (meaning === "channel-up" || meaning === "up") { watch(guide.beside(channel, 1)); }
    else if (meaning === "channel-down" || meaning === "down") { watch(guide.beside(channel, -1)); }
    else if (meaning === "info") { if (TV.byId("banner").hidden) { banner(channel); } else { TV.byId("banner").hidden = true; } }
    else if (meaning === "right") { TV.byId("banner").hidden = true; menu.show(player); }
    else { TV.byId("banner").hidden = true; guide.show(); }
  }
  document.addEventListener("keydown", function (event) {
    var meaning = TV.meaning(event), ours = true;
    if (!meaning) { return; }
    if (!TV.byId("signin").hidden) { ours = signIn.key(meaning, event); }
    else if (recordings.shown()) { ours = recordings.key(meaning); }
    else if (recordings.playing()) { ours = recordings.pictureKey(meaning); }
    else if (past.playing()) { ours = past.pictureKey(meaning); }
    else if (meaning === "red") { recordIt(); }
    else if (meaning === "blue") { openRecordings(); }
    else if (grid.shown()) { ours = grid.key(meaning); }
    else if (menu.shown()) { ours = menu.key(meaning); }
    else if (/^[0-9]$/.test(meaning)) { digit(meaning); }
    else if (typed && meaning === "ok") { dial(); }
    else if (typed && meaning === "back") { typed = ""; TV.byId("digits").hidden = true; }
    else if (!guide.shown()) { if (player.current()) { pictureKey(meaning); } }
    else if (meaning === "back" || meaning === "info") { if (player.current()) { guide.hide(); banner(player.current()); } }
    else { ours = guide.key(meaning); }
    if (ours) { event.preventDefault(); }
  });
  window.addEventListener("resize", size);
  setInterval(function () { if (guide.shown()) { TV.say("clock", TV.clock()); } }, 10000);
  size();
  begin();
}());

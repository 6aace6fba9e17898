/* "My recordings": what this line has recorded, playing it, removing it; and the red key, which records what is on. */
(function () {
  "use strict";
  var TV = window.TV, ROWS = 12, SKIP_S = 30, KEPT = "rightcast.tv.at.", NOTE_MS = 6000, REFRESH_MS = 15000;
  var STATES = { planned: "planned", recording: "being recorded", done: "", partial: "in part", refused: "not recorded", failed: "failed" };

  /* One call about recordings; boxes are known by their portal's session. `then(status, answer)`. */
  function ask(action, more, then) {
    var fields = { username: TV.who.name, password: TV.who.secret };
    Object.keys(more || {}).forEach(function (name) { fields[name] = more[name]; });
    TV.ask("POST", TV.root + "recordings" + (action ? "/" + action : ""), fields, "json", then);
  }
  function portal(action, more, then) {
    var fields = { type: "remote_pvr", action: action, mac: TV.who.mac, token: TV.who.secret, JsHttpRequest: "1-xml" };
    Object.keys(more || {}).forEach(function (name) { fields[name] = more[name]; });
    TV.ask("POST", TV.root + "portal.php", fields, "json", function (status, answer) {
      then(status, answer && answer.js, answer && answer.text);
    });
  }

  /* The recordings of the line, the newest first: `then(null)` when they could not be had. */
  TV.recorded = function (then) {
    if (!TV.who.mac) {
      ask("", null, function (status, rows) { then(status === 200 && rows instanceof Array ? rows : null); });
      return;
    }
    portal("get_ordered_list", { p: 1 }, function (status, page) {
      var states = ["planned", "recording", "done", "failed"];
      then(status !== 200 || !page || !(page.data instanceof Array) ? null : page.data.map(function (row) {
        return {
          id: Number(row.id), title: row.program, channel_name: row.ch_name, why: row.descr, start: row.t_start_ts,
          stop: row.t_stop_ts, status: states[row.state], play: row.cmd, subtitle: ""
        };
      }));
    });
  };

  /* Records what a channel shows at a moment (unix seconds): `then(sentence)`. */
  TV.record = function (channelId, start, then) {
    function told(status, answer) {
      then((answer && answer.sentence) || (status === 200 ? "It will be recorded." : "The station cannot be reached."));
    }
    if (!TV.who.mac) { ask("order", { channel: channelId, start: start }, told); return; }
    portal("start_rec_now", { ch_id: channelId, start_ts: start }, function (status, _, words) { then(words || "It will be recorded."); });
  };
  function remove(row, then) {
    if (TV.who.mac) { portal("del_rec", { rec_id: row.id }, then); } else { ask("remove", { id: row.id }, then); }
  }

  /* An address that plays a recording: `then(url)`, "" when there is none. */
  function address(row, then) {
    if (!TV.who.mac) { then(row.play ? TV.home + row.play.replace(/^\//, "") : ""); return; }
    portal("create_link", { cmd: row.play }, function (status, js) { then(js && js.cmd ? js.cmd.split(" ").pop() : ""); });
  }

  /* `tell` has begin(): the picture is wanted for a recording; closed(): back to the channels; note(sentence). */
  TV.Recordings = function (video, tell) {
    var rows = [], at = 0, asked = -1, playing = null, timer = 0, reel = null, element = TV.byId("recordings");

    function when(row) {
      var day = new Date(row.start * 1000);
      return ("0" + day.getDate()).slice(-2) + "." + ("0" + (day.getMonth() + 1)).slice(-2) + ". " + TV.clock(row.start);
    }
    function draw() {
      var list = TV.byId("r-rows"), first = Math.floor(at / ROWS) * ROWS, row = rows[at];
      list.textContent = "";
      rows.slice(first, first + ROWS).forEach(function (one, index) {
        var item = document.createElement("li"), state = STATES[one.status];
        item.setAttribute("role", "option");
        item.textContent = when(one) + "   " + one.title + (one.subtitle ? " · " + one.subtitle : "") + (state ? "   (" + state + ")" : "");
        TV.mark(item, "chosen", first + index === at);
        list.appendChild(item);
      });
      TV.say("r-why", !row ? "Nothing is recorded yet. The red key records what is on, or a show of the programme." :
        asked === row.id ? "Press red once more to delete it." : [row.channel_name, row.why].filter(Boolean).join(" · "));
    }
    function load() {
      clearTimeout(timer);
      TV.recorded(function (found) {
        if (element.hidden) { return; }
        if (found) { rows = found; at = Math.min(at, Math.max(rows.length - 1, 0)); }
        draw();
        timer = setTimeout(load, REFRESH_MS);
      });
    }

    function play(row) {
      if (!row.play) { TV.say("r-why", row.why || "It cannot be watched at the moment."); return; }
      address(row, function (url) {
        if (!url) { TV.say("r-why", "It cannot be watched at the moment."); return; }
        self.hide();
        tell.begin();
        playing = row;
        reel = TV.Reel(video, url, Number(localStorage.getItem(KEPT + row.id) || 0), {
          playing: function () { tell.note(""); },
          ended: function () { localStorage.removeItem(KEPT + row.id); over(""); },
          failed: function (sentence) { over(sentence || "The recording cannot be watched any more."); }
        });
      });
    }
    function over(sentence) { self.stop(); tell.note(sentence); self.show(); }

    var self = {
      shown: function () { return !element.hidden; },
      playing: function () { return playing; },
      show: function () { element.hidden = false; asked = -1; draw(); load(); },
      hide: function () { element.hidden = true; clearTimeout(timer); },
      stop: function () {
        if (!playing) { return; }
        if (!TV.box && reel.at() > 5) { localStorage.setItem(KEPT + playing.id, String(Math.floor(reel.at()))); }
        reel.stop();
        reel = null;
        playing = null;
      },
      /* Keys while a recording plays. */
      pictureKey: function (meaning) {
        if (meaning === "left" || meaning === "right") { reel.skip(meaning === "left" ? -SKIP_S : SKIP_S); }
        else if (meaning === "ok") { reel.pause(); }
        else if (meaning === "back" || meaning === "blue") { self.stop(); self.show(); }
        return true;
      },
      key: function (meaning) {
        var row = rows[at];
        if (meaning === "up" || meaning === "down") { at = Math.min(Math.max(at + (meaning === "up" ? -1 : 1), 0), Math.max(rows.length - 1, 0)); asked = -1; }
        else if (meaning === "channel-up" || meaning === "channel-down") { at = Math.min(Math.max(at + (meaning === "channel-up" ? -ROWS : ROWS), 0), Math.max(rows.length - 1, 0)); asked = -1; }
        else if (meaning === "ok" && row) { play(row); return true; }
        else if (meaning === "red" && row && asked !== row.id) { asked = row.id; }
        else if (meaning === "red" && row) { asked = -1; remove(row, load); }
        else if (meaning === "back" || meaning === "blue") { self.hide(); tell.closed(); return true; }
        draw();
        return true;
      }
    };
    return self;
  };

  /* The red key on a channel: records what it shows at `start`, now by default, and says what becomes of it. */
  TV.recordNow = function (channel, note, start) {
    note(channel.name + ": …");
    TV.record(channel.stream_id, start || Math.floor(Date.now() / 1000), function (sentence) {
      note(channel.name + ": " + sentence);
      setTimeout(function () { note(""); }, NOTE_MS);
    });
  };
}());

/* Speaking to the station: who this screen is, what it may watch, what is on. */
(function () {
  "use strict";
  var TV = window.TV, KEPT = "rightcast.tv", WAIT_MS = 15000;
  TV.root = location.pathname.replace(/[^/]*$/, "").replace(/(tv|c)\/$/, "");
  TV.home = location.protocol + "//" + location.host + TV.root;

  /* One request. `then(status, answer, xhr)`; status 0: the station could not be reached. */
  TV.ask = function (method, url, fields, kind, then) {
    var xhr = new XMLHttpRequest(), over = false, body = null;
    function done(status) {
      if (over) { return; }
      over = true;
      var answer = status ? (kind === "arraybuffer" ? xhr.response : xhr.responseText) : null;
      if (status && kind === "json") { try { answer = JSON.parse(answer); } catch (broken) { status = 0; answer = null; } }
      then(status, answer, xhr);
    }
    xhr.open(method, url, true);
    if (kind === "arraybuffer") { xhr.responseType = "arraybuffer"; }
    if (fields) {
      xhr.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      body = TV.encode(fields);
    }
    xhr.timeout = WAIT_MS;
    xhr.onload = function () { done(xhr.status); };
    xhr.onerror = xhr.ontimeout = function () { done(0); };
    xhr.send(body);
    return xhr;
  };
  TV.encode = function (fields) {
    return Object.keys(fields).map(function (name) {
      return name + "=" + encodeURIComponent(fields[name]);
    }).join("&");
  };

  /* Name and secret of this screen; a token of its own stands behind the name "t". Boxes keep it in their own store. */
  TV.kept = function () {
    try {
      var text = TV.box && TV.box.LoadUserData ? TV.box.LoadUserData(KEPT) : localStorage.getItem(KEPT);
      var found = JSON.parse(text || "null");
      return found && found.name && found.secret ? found : null;
    } catch (broken) { return null; }
  };
  TV.keep = function (who) {
    var text = who ? JSON.stringify(who) : "";
    try {
      if (TV.box && TV.box.SaveUserData) { TV.box.SaveUserData(KEPT, text); } else { localStorage.setItem(KEPT, text); }
    } catch (full) { /* then it is asked for again after the next start */ }
    TV.who = who;
  };

  /* `then(status, answer)` of player_api.php; the name and secret go in the body, so that no log of addresses has them. */
  TV.api = function (who, action, more, then) {
    var fields = { username: who.name, password: who.secret };
    if (action) { fields.action = action; }
    Object.keys(more || {}).forEach(function (name) { fields[name] = more[name]; });
    TV.ask("POST", TV.root + "player_api.php", fields, "json", then);
  };
  TV.address = function (id, ending) {
    return TV.home + "live/" + encodeURIComponent(TV.who.name) + "/" + encodeURIComponent(TV.who.secret) + "/" + id + ending;
  };
  /* The playlist of a show that is kept. */
  TV.pastAddress = function (id, show) {
    return TV.address(id, ".m3u8").replace("/live/", "/catchup/") + "?start=" + show.start + "&end=" + show.stop;
  };

  /* Whether name and secret open anything: `then("yes" | "no" | "away", sentence)`. */
  TV.check = function (who, then) {
    if (who.mac) { TV.portal.check(who, then); return; }
    TV.api(who, "", null, function (status, answer) {
      var user = answer && answer.user_info;
      if (user && String(user.auth) === "1") {
        then(user.status === "Active" ? "yes" : "barred", user.message || "This subscription cannot be used at the moment.");
      } else { then(status === 0 || status >= 500 ? "away" : "no", ""); }
    });
  };

  /* Channels and categories: `then(null)` when they could not be had. */
  TV.channels = function (then) {
    if (TV.who.mac) { TV.portal.channels(TV.who, then); return; }
    TV.api(TV.who, "get_live_categories", null, function (status, categories) {
      if (status !== 200 || !(categories instanceof Array)) { then(null); return; }
      TV.api(TV.who, "get_live_streams", null, function (again, streams) {
        then(again === 200 && streams instanceof Array ? { categories: categories, channels: streams } : null);
      });
    });
  };

  /* What is on: `then([{title, start, end}, ...])`, empty while the station has no guide. Kept for a minute. */
  var guide = {};
  TV.onNow = function (id, then) {
    var known = guide[id];
    if (known && Date.now() - known.at < 60000) { then(known.rows); return; }
    guide[id] = { at: Date.now(), rows: known ? known.rows : [] };
    if (TV.who.mac) {
      TV.portal.onNow(TV.who, id, function (rows) { guide[id].rows = rows; then(rows); });
      return;
    }
    TV.api(TV.who, "get_short_epg", { stream_id: id, limit: 2 }, function (status, answer) {
      var rows = (status === 200 && answer && answer.epg_listings) || [];
      guide[id].rows = rows.map(function (row) {
        return { title: decoded(row.title || ""), start: Number(row.start_timestamp), end: Number(row.stop_timestamp) };
      });
      then(guide[id].rows);
    });
  };
  /* A question about the programme (docs/reference/guide.md): `then(answer | null)`. */
  TV.guide = function (question, fields, then) {
    if (TV.who.mac) { TV.portal.guide(TV.who, question, fields, then); return; }
    var all = { username: TV.who.name, password: TV.who.secret };
    Object.keys(fields).forEach(function (name) { all[name] = fields[name]; });
    TV.ask("POST", TV.root + "guide/" + question, all, "json", function (status, answer) { then(status === 200 ? answer : null); });
  };
  function decoded(base64) {
    try { return decodeURIComponent(escape(window.atob(base64))); } catch (plain) { return base64; }
  }
  TV.clock = function (seconds) {
    var at = seconds ? new Date(seconds * 1000) : new Date();
    return ("0" + at.getHours()).slice(-2) + ":" + ("0" + at.getMinutes()).slice(-2);
  };
}());

/* A set-top box is known by its own address (MAC): it needs no code where that address is a device of a line. */
(function () {
  "use strict";
  var TV = window.TV;
  TV.box = window.gSTB || window.stb || null;

  /* The address of this box, "" for everything that is none. */
  TV.mac = function () {
    var box = TV.box, found = "";
    try {
      if (box && box.GetDeviceMacAddress) { found = box.GetDeviceMacAddress(); }
      if (box && !found && box.RDir) { found = box.RDir("MACAddress"); }
    } catch (refused) { found = ""; }
    return String(found || "").trim();
  };

  /* One call of the portal: `then(status, js)`, 401 when the box is a stranger or its session is over. */
  function call(who, type, action, more, then) {
    var fields = { type: type, action: action, mac: who.mac, token: who.secret, JsHttpRequest: "1-xml" };
    Object.keys(more || {}).forEach(function (name) { fields[name] = more[name]; });
    TV.ask("POST", TV.root + "portal.php", fields, "text", function (status, text) {
      var answer = null;
      if (status === 200) { try { answer = JSON.parse(text).js; } catch (stranger) { then(401, null); return; } }
      then(status, answer);
    });
  }

  /* Signs the box in: `then(who | null, sentence)`. */
  TV.knock = function (then) {
    var who = { name: "box", secret: "", mac: TV.mac() };
    call(who, "stb", "handshake", null, function (status, js) {
      if (!js || !js.token) { then(null, "The station cannot be reached."); return; }
      who.secret = js.token;
      call(who, "stb", "get_profile", null, function (again, profile) {
        if (profile && profile.status === 0) { then(who, ""); return; }
        then(null, (profile && profile.msg) || "The station cannot be reached.");
      });
    });
  };

  TV.portal = {
    check: function (who, then) {
      call(who, "stb", "get_profile", null, function (status, profile) {
        if (status !== 200) { then(status === 401 ? "no" : "away", ""); return; }
        then(profile.status === 0 ? "yes" : profile.id === "0" ? "no" : "barred", profile.msg || "");
      });
    },
    channels: function (who, then) {
      call(who, "itv", "get_genres", null, function (status, genres) {
        if (status !== 200 || !(genres instanceof Array)) { then(null); return; }
        call(who, "itv", "get_all_channels", null, function (again, page) {
          if (again !== 200 || !page || !(page.data instanceof Array)) { then(null); return; }
          then({
            categories: genres.filter(function (one) { return one.id !== "*"; }).map(function (one) {
              return { category_id: one.id, category_name: one.title };
            }),
            channels: page.data.map(function (one) {
              return { num: Number(one.number), name: one.name, stream_id: one.id, stream_icon: one.logo, category_id: one.tv_genre_id, cmd: one.cmd };
            })
          });
        });
      });
    },
    onNow: function (who, id, then) {
      call(who, "itv", "get_short_epg", { ch_id: id, size: 2 }, function (status, rows) {
        then((rows instanceof Array ? rows : []).map(function (row) {
          return { title: row.name, start: Number(row.start_timestamp), end: Number(row.stop_timestamp) };
        }));
      });
    },
    guide: function (who, question, fields, then) {
      call(who, "guide", question, fields, function (status, answer) { then(status === 200 ? answer : null); });
    },
    /* `then(url)`, or `then("", sentence)`. */
    link: function (who, channel, then) {
      call(who, "itv", "create_link", { cmd: channel.cmd }, function (status, js) {
        var url = js && js.cmd ? js.cmd.split(" ").pop() : "";
        then(url, url ? "" : status === 401 ? "out" : "This channel may not be watched at the moment.");
      });
    },
    /* The same for a show that is kept. */
    pastLink: function (who, id, show, then) {
      call(who, "tv_archive", "create_link", { cmd: "auto /media/" + id + "_" + show.start + ".mpg" }, function (status, js) {
        then(js && js.cmd ? js.cmd.split(" ").pop() : "");
      });
    }
  };
}());

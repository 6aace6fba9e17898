/* The list of channels: categories to the sides, channels up and down; only the rows in sight are drawn. */
(function () {
  "use strict";
  var TV = window.TV, ROWS = 8;

  /* `tell` has chosen(channel) and act("grid" | "menu" | "recordings" | "sign-out"). */
  TV.Guide = function (tell) {
    var channels = [], shelves = [], shelf = 0, at = 0, top = 0, playing = null, painted = 0, timer = 0;
    var self = {
      set: function (found) {
        var kept = row(), before = shelves[shelf] && shelves[shelf].id;
        channels = found.channels;
        shelves = [{ id: "", name: "All channels", rows: channels }];
        found.categories.forEach(function (one) {
          var rows = channels.filter(function (channel) { return String(channel.category_id) === String(one.category_id); });
          if (rows.length) { shelves.push({ id: one.category_id, name: one.category_name, rows: rows }); }
        });
        shelves.push({
          id: "screen", name: "This screen",
          rows: [{ act: "grid", name: "Programme of all channels" }, { act: "menu", name: "Sound and subtitles" },
            { act: "recordings", name: "My recordings" }, { act: "sign-out", name: "Sign out of this screen" }]
        });
        shelf = Math.max(0, shelves.map(function (one) { return one.id; }).indexOf(before));
        at = place(kept);
        paint();
      },
      show: function () { TV.byId("guide").hidden = false; if (playing) { at = place(playing); } paint(); },
      hide: function () { TV.byId("guide").hidden = true; },
      shown: function () { return !TV.byId("guide").hidden; },
      playing: function (channel) { playing = channel; },
      forget: function () { channels = []; shelves = []; shelf = at = top = 0; playing = null; },
      byNumber: function (number) { return channels.filter(function (one) { return Number(one.num) === number; })[0] || null; },
      byId: function (id) { return channels.filter(function (one) { return String(one.stream_id) === String(id); })[0] || null; },
      row: function () { var found = row(); return found && !found.act ? found : null; },
      first: function () { return channels[0] || null; },
      beside: function (channel, step) {
        var here = channels.map(function (one) { return one.stream_id; }).indexOf(channel && channel.stream_id);
        return channels.length ? channels[(here + step + channels.length) % channels.length] : null;
      },
      key: key
    };
    function rows() { return shelves.length ? shelves[shelf].rows : []; }
    function row() { return rows()[at] || null; }
    function place(channel) {
      var found = channel ? rows().map(function (one) { return one.stream_id; }).indexOf(channel.stream_id) : -1;
      return found < 0 ? 0 : found;
    }
    function key(meaning) {
      var count = rows().length;
      if (meaning === "up") { at = (at + count - 1) % Math.max(1, count); }
      else if (meaning === "down") { at = (at + 1) % Math.max(1, count); }
      else if (meaning === "channel-up") { at = Math.max(0, at - ROWS); }
      else if (meaning === "channel-down") { at = Math.max(0, Math.min(count - 1, at + ROWS)); }
      else if (meaning === "left" || meaning === "right") {
        shelf = (shelf + (meaning === "left" ? shelves.length - 1 : 1)) % shelves.length;
        at = place(playing);
      } else if (meaning === "ok") {
        if (row() && row().act) { tell.act(row().act); } else if (row()) { tell.chosen(row()); }
        return true;
      } else { return false; }
      paint();
      return true;
    }

    function paint() {
      var list = TV.byId("rows"), all = rows(), mine = (painted += 1), drawn = [];
      if (!shelves.length) { return; }
      TV.say("category", "\u25C0 " + shelves[shelf].name + " \u25B6");
      TV.say("clock", TV.clock());
      top = Math.max(0, Math.min(all.length - ROWS, Math.max(at - ROWS + 1, Math.min(top, at))));
      list.textContent = "";
      all.slice(top, top + ROWS).forEach(function (channel, index) {
        var item = draw(channel, top + index === at);
        list.appendChild(item);
        drawn.push([channel, item]);
      });
      list.setAttribute("aria-activedescendant", all.length ? "at" : "");
      TV.byId("empty").hidden = all.length > 0;
      TV.say("empty", "There is no channel in this subscription at the moment.");
      clearTimeout(timer);
      timer = setTimeout(function () { if (mine === painted && self.shown()) { drawn.forEach(tellNow); } }, 250);
    }
    function draw(channel, chosen) {
      var item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", chosen ? "true" : "false");
      if (chosen) { item.id = "at"; }
      TV.mark(item, "at", chosen);
      TV.mark(item, "playing", !!playing && !channel.act && playing.stream_id === channel.stream_id);
      if (!channel.act) {
        put(item, "number", String(channel.num));
        logo(put(item, "logo", channel.name.charAt(0).toUpperCase()), channel);
      }
      put(item, "name", channel.name);
      if (!channel.act) { put(item, "now", "\u00a0"); }
      return item;
    }
    function put(item, name, words) {
      var part = document.createElement("span");
      part.className = name;
      part.textContent = words;
      item.appendChild(part);
      return part;
    }
    function logo(part, channel) {
      if (!/^https?:\/\//.test(channel.stream_icon || "")) { return; }
      var picture = new Image();
      picture.alt = "";
      picture.onload = function () { part.textContent = ""; part.appendChild(picture); };
      picture.src = channel.stream_icon;
    }
    function tellNow(pair) {
      if (pair[0].act) { return; }
      TV.onNow(pair[0].stream_id, function (found) {
        pair[1].querySelector(".now").textContent = found.length ? found[0].title : "No programme information";
      });
    }
    return self;
  };
}());

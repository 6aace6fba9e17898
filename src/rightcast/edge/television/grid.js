/* The programme of many channels as a grid: channels down, hours across; only what is in sight is asked for and drawn. */
(function () {
  "use strict";
  var TV = window.TV, ROWS = 7, SPAN = 10800, STEP = 1800, PAST = 86400, AHEAD = 13 * 86400, FRESH_MS = 120000;

  /* `tell` has chosen(channel), past(channel, show) and closed(). */
  TV.Grid = function (tell) {
    var channels = [], at = 0, top = 0, start = 0, when = 0, kept = {}, timer = 0, painted = 0, told = "", asked = "";
    var self = {
      set: function (found) { channels = found; kept = {}; at = Math.min(at, Math.max(0, channels.length - 1)); if (self.shown()) { paint(); } },
      show: function (channel) {
        var ids = channels.map(function (one) { return one.stream_id; });
        at = Math.max(0, ids.indexOf(channel && channel.stream_id));
        when = seconds();
        start = floor(when);
        TV.byId("grid").hidden = false;
        paint();
      },
      hide: function () { TV.byId("grid").hidden = true; clearTimeout(timer); },
      shown: function () { return !TV.byId("grid").hidden; },
      /* What the red key records: the show under the remote, when it is on or still to come. */
      wanted: function () {
        var cell = chosen();
        return channels[at] && cell && cell.id && seconds() < cell.stop ? { channel: channels[at], start: Math.max(cell.start, Math.min(seconds(), cell.stop - 1)) } : null;
      },
      key: key
    };
    /* A show that is kept: over, or running and to be seen from its beginning. */
    function isKept(cell) { return !!cell && !!cell.id && !!cell.archive && cell.start <= seconds(); }
    function seconds() { return Math.floor(Date.now() / 1000); }
    function floor(moment) { return moment - moment % STEP; }

    /* The shows of a channel in the window, with the gaps between them as shows without a name. */
    function cells(channel) {
      var known = kept[channel.stream_id], rows = known && known.start <= start && known.stop >= start + SPAN ? known.rows : null;
      var made = [], from = start;
      (rows || []).forEach(function (row) {
        if (row.stop <= start || row.start >= start + SPAN || row.start < from && made.length) { return; }
        if (row.start > from) { gap(made, from, row.start, true); }
        made.push(row);
        from = row.stop;
      });
      if (from < start + SPAN) { gap(made, from, start + SPAN, !!rows); }
      return made;
    }
    /* Gaps end at the half hours, so that the remote can walk through them. */
    function gap(made, from, until, known) {
      while (from < until) {
        var stop = Math.min(until, floor(from) + STEP);
        made.push({ id: "", start: from, stop: stop, title: known ? "" : "\u2026" });
        from = stop;
      }
    }
    function chosen() {
      var found = channels[at] ? cells(channels[at]) : [];
      return found.filter(function (one) { return one.start <= when && when < one.stop; })[0] || found[0] || null;
    }

    function key(meaning) {
      var cell = chosen();
      if (meaning === "up") { at = (at + channels.length - 1) % Math.max(1, channels.length); }
      else if (meaning === "down") { at = (at + 1) % Math.max(1, channels.length); }
      else if (meaning === "channel-up") { at = Math.max(0, at - ROWS); }
      else if (meaning === "channel-down") { at = Math.max(0, Math.min(channels.length - 1, at + ROWS)); }
      else if (meaning === "right" && cell) { turn(Math.max(cell.stop, when + 1)); }
      else if (meaning === "left" && cell) { turn(Math.max(cell.start, start) - 1); }
      else if (meaning === "ok") {
        if (channels[at] && cell && cell.start <= seconds() && seconds() < cell.stop) { tell.chosen(channels[at]); }
        else if (channels[at] && isKept(cell)) { tell.past(channels[at], cell); }
        else { when = seconds(); start = floor(when); }
      } else if (meaning === "green") {
        if (channels[at] && isKept(cell)) { tell.past(channels[at], cell); }
      } else if (meaning === "back" || meaning === "list") { tell.closed(); return true; }
      else { return false; }
      paint();
      return true;
    }
    /* To another moment; the window follows when it lies outside. */
    function turn(moment) {
      var now = seconds();
      when = Math.max(floor(now - PAST), Math.min(moment, now + AHEAD));
      if (when < start || when >= start + SPAN - STEP / 2) { start = floor(when - (when < start ? SPAN - STEP : STEP)); }
    }

    function paint() {
      var list = TV.byId("g-rows"), cell = chosen(), mine = (painted += 1), now = seconds();
      if (!self.shown()) { return; }
      top = Math.max(0, Math.min(channels.length - ROWS, Math.max(at - ROWS + 1, Math.min(top, at))));
      TV.say("g-day", day(when));
      TV.say("g-clock", TV.clock());
      axis(now);
      list.textContent = "";
      channels.slice(top, top + ROWS).forEach(function (channel, index) { list.appendChild(line(channel, top + index === at, cell, now)); });
      about(cell);
      clearTimeout(timer);
      timer = setTimeout(function () { if (mine === painted) { ask(); } }, asked ? 250 : 0);
    }
    function day(moment) {
      var names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
      var date = new Date(moment * 1000), today = new Date().toDateString();
      return (date.toDateString() === today ? "Today" : names[date.getDay()]) + ", " + date.getDate() + "." + (date.getMonth() + 1) + ".";
    }
    function axis(now) {
      var bar = TV.byId("g-axis"), moment;
      bar.textContent = "";
      for (moment = start; moment < start + SPAN; moment += STEP) { put(bar, "hour", TV.clock(moment), moment, moment + STEP); }
      if (now >= start && now < start + SPAN) { put(bar, "now", "", now, now); }
    }
    function line(channel, here, cell, now) {
      var row = document.createElement("li"), name = document.createElement("span"), field = document.createElement("div");
      name.className = "channel";
      name.textContent = channel.num + "  " + channel.name;
      field.className = "shows";
      row.setAttribute("role", "row");
      TV.mark(row, "here", here);
      cells(channel).forEach(function (one) {
        var box = put(field, "show", one.title, one.start, one.stop);
        box.setAttribute("role", "gridcell");
        TV.mark(box, "on", !!one.id && one.start <= now && now < one.stop);
        TV.mark(box, "gap", !one.id);
        TV.mark(box, "at", here && !!cell && one.start === cell.start);
      });
      row.appendChild(name);
      row.appendChild(field);
      return row;
    }
    function put(into, name, words, from, until) {
      var part = document.createElement("span"), left = Math.max(from, start), right = Math.min(until, start + SPAN);
      part.className = name;
      part.textContent = words;
      part.style.left = (left - start) * 100 / SPAN + "%";
      part.style.width = (right - left) * 100 / SPAN + "%";
      into.appendChild(part);
      return part;
    }

    /* What is under the remote, in words; the whole story of it comes a moment later. */
    function about(cell) {
      var channel = channels[at], live = cell && cell.start <= seconds() && seconds() < cell.stop;
      if (!channel) { TV.say("g-title", "There is no channel in this subscription at the moment."); TV.say("g-when", ""); TV.say("g-story", ""); return; }
      TV.say("g-title", cell && cell.title && cell.id ? cell.title : cell && cell.title === "\u2026" ? channel.name : "No programme information");
      TV.say("g-when", channel.name + (cell && cell.id ? "   " + TV.clock(cell.start) + " \u2013 " + TV.clock(cell.stop) : "") + (live ? "   OK: watch" + (isKept(cell) ? "   Green: from its beginning" : "") : isKept(cell) ? "   OK: watch it" : "   OK: back to now") + (self.wanted() ? "   Red: record" : ""));
      if (told !== (cell && cell.id)) { TV.say("g-story", (cell && cell.subtitle) || ""); }
    }
    function story() {
      var cell = chosen();
      if (!cell || !cell.id || told === cell.id) { return; }
      TV.guide("show", { id: cell.id }, function (answer) {
        var now = chosen(), show = answer && answer.show;
        if (!show || !now || now.id !== cell.id) { return; }
        told = cell.id;
        TV.say("g-story", [show.subtitle, show.description].filter(Boolean).join(" \u00b7 "));
      });
    }

    /* The window of the channels in sight, unless it is known and fresh. */
    function ask() {
      var from = start, until = start + SPAN, now = Date.now();
      var missing = channels.slice(top, top + ROWS).filter(function (one) {
        var known = kept[one.stream_id];
        return !known || known.start > from || known.stop < until || now - known.at > FRESH_MS;
      }).map(function (one) { return one.stream_id; });
      story();
      if (!missing.length) { return; }
      asked = missing.join(",");
      TV.guide("window", { channels: asked, start: from, stop: until }, function (answer) {
        if (!answer) { return; }
        missing.forEach(function (id) {
          kept[id] = { start: from, stop: until, at: Date.now(), rows: answer.channels[String(id)] || [] };
        });
        if (self.shown()) { paint(); }
      });
    }
    return self;
  };
}());

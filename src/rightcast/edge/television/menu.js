/* Sound, subtitles and quality of the channel that plays: chosen with up, down and OK. */
(function () {
  "use strict";
  var TV = window.TV, ROWS = 10;
  var HEADS = { sound: "Sound", text: "Subtitles", quality: "Picture" };

  /* `tell` has closed(). */
  TV.Menu = function (tell) {
    var rows = [], at = 0, player = null;
    var self = {
      show: function (from) {
        player = from;
        read();
        at = Math.max(0, place());
        TV.byId("menu").hidden = false;
        paint();
      },
      hide: function () { TV.byId("menu").hidden = true; },
      shown: function () { return !TV.byId("menu").hidden; },
      key: key
    };
    /* What the player offers, each kind under its head; a choice of one is none. */
    function read() {
      var offered = player.choices();
      rows = [];
      ["sound", "text", "quality"].forEach(function (kind) {
        var all = offered[kind] || [];
        if (all.length < 2) { return; }
        rows.push({ head: HEADS[kind] });
        all.forEach(function (one) { rows.push({ kind: kind, id: one.id, name: one.name, on: one.on }); });
      });
      if (!rows.length) { rows = [{ kind: "", id: "", name: "Nothing to choose on this channel" }]; }
    }
    function place() { return rows.map(function (one) { return !one.head; }).indexOf(true); }
    function key(meaning) {
      if (meaning === "up") { step(-1); }
      else if (meaning === "down") { step(1); }
      else if (meaning === "ok") {
        if (!rows[at].kind) { tell.closed(); return true; }
        player.choose(rows[at].kind, rows[at].id);
        read();
      } else if (meaning === "back" || meaning === "left" || meaning === "right") { tell.closed(); return true; }
      else { return meaning === "info" || meaning === "list"; }
      paint();
      return true;
    }
    function step(by) {
      var next = at + by;
      while (rows[next] && rows[next].head) { next += by; }
      if (rows[next]) { at = next; }
    }
    function paint() {
      var list = TV.byId("m-rows"), channel = player.current(), first = Math.max(0, Math.min(at - ROWS + 2, rows.length - ROWS));
      TV.say("m-name", channel ? channel.name : "");
      list.textContent = "";
      rows.slice(first, first + ROWS).forEach(function (one, index) {
        var item = document.createElement("li");
        item.textContent = one.head || one.name;
        TV.mark(item, "head", !!one.head);
        TV.mark(item, "on", !!one.on);
        TV.mark(item, "at", first + index === at);
        if (!one.head) {
          item.setAttribute("role", "option");
          item.setAttribute("aria-selected", first + index === at ? "true" : "false");
        }
        list.appendChild(item);
      });
    }
    return self;
  };
}());

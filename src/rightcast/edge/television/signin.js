/* Signing a screen in: by a code that is entered elsewhere, or here by name and password. */
(function () {
  "use strict";
  var TV = window.TV, POLL_MS = 2000, AGAIN_MS = 5000;

  /* `then(who)` once signed in. */
  TV.SignIn = function (then) {
    var places = ["other"], at = 0, typing = false, timer = 0, open = false, turn = 0;
    var self = {
      show: function (note) {
        open = true;
        TV.byId("signin").hidden = false;
        TV.say("signinnote", note || "");
        form(false);
        ask();
      },
      hide: function () { open = false; turn += 1; clearTimeout(timer); TV.byId("signin").hidden = true; TV.byId("secret").value = ""; blur(); },
      key: key
    };

    function ask() {
      var mine = (turn += 1);
      TV.say("address", location.host + TV.root + "activate");
      TV.say("code", "");
      draw([]);
      TV.say("codenote", "One moment.");
      TV.ask("POST", TV.root + "activate/code", { device: device() }, "json", function (status, answer) {
        if (mine !== turn || !open) { return; }
        if (status !== 200 || !answer) {
          TV.say("codenote", status === 429 ? "Too many codes were asked for here. One moment." : "The station gives no codes at the moment. Trying again.");
          timer = setTimeout(ask, AGAIN_MS);
          return;
        }
        TV.say("code", answer.code.slice(0, 3) + " " + answer.code.slice(3));
        draw(answer.qr || []);
        TV.say("codenote", "This screen goes on by itself.");
        timer = setTimeout(function () { poll(mine, answer); }, POLL_MS);
      });
    }
    function poll(mine, given) {
      TV.ask("POST", TV.root + "activate/state", { code: given.code, token: given.token }, "json", function (status, answer) {
        if (mine !== turn || !open) { return; }
        var state = answer && answer.state;
        if (state === "ready") { then({ name: "t", secret: given.token }); return; }
        if (state === "refused") { TV.say("signinnote", answer.sentence); }
        if (status === 200 && (state === "expired" || state === "refused")) { ask(); return; }
        if (state === "accepted") { TV.say("codenote", "Accepted. One moment."); }
        timer = setTimeout(function () { poll(mine, given); }, POLL_MS);
      });
    }
    /* The address with the code, for the camera of a phone: rows of 0 and 1, dark squares on white. */
    function draw(rows) {
      var canvas = TV.byId("qr"), margin = 3, step = 8, side = (rows.length + 2 * margin) * step;
      canvas.hidden = !rows.length;
      if (!rows.length) { return; }
      canvas.width = canvas.height = side;
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, side, side);
      pen.fillStyle = "#000";
      rows.forEach(function (row, y) {
        row.split("").forEach(function (square, x) {
          if (square === "1") { pen.fillRect((x + margin) * step, (y + margin) * step, step, step); }
        });
      });
    }
    function device() {
      var agent = navigator.userAgent;
      if (TV.box) { return "Set-top box"; }
      if (/Tizen|SMART-TV|SamsungBrowser/i.test(agent)) { return "Samsung TV"; }
      if (/Web0S|webOS/i.test(agent)) { return "LG TV"; }
      if (/AFT|FireTV/i.test(agent)) { return "Fire TV"; }
      if (/BRAVIA/i.test(agent)) { return "Sony TV"; }
      if (/HbbTV|SmartTV|NetCast|VIDAA|Hisense/i.test(agent)) { return "TV"; }
      return "TV browser";
    }

    function form(shown) {
      TV.byId("byname").hidden = !shown;
      TV.byId("bycode").hidden = shown;
      TV.say("other", shown ? "Sign in with a code instead" : "Sign in here with name and password");
      places = shown ? ["f-name", "f-secret", "f-go", "other"] : ["other"];
      go(0);
    }
    function go(place) {
      places.concat(["f-name", "f-secret", "f-go", "other"]).forEach(function (id) { TV.mark(TV.byId(id), "at", false); });
      at = Math.max(0, Math.min(places.length - 1, place));
      TV.mark(TV.byId(places[at]), "at", true);
      var field = TV.byId(places[at]).querySelector("input");
      typing = !!field;
      if (field) { field.focus(); } else { blur(); }
    }
    function blur() { if (document.activeElement && document.activeElement.blur) { document.activeElement.blur(); } }

    /* Returns whether the key was ours; letters belong to the field that is being filled in. */
    function key(meaning, event) {
      if (meaning === "down" || (meaning === "ok" && typing)) { go(at + 1); return true; }
      if (meaning === "up") { go(at - 1); return true; }
      if (typing && (event.key === "Backspace" || event.keyCode === 8)) { return false; }
      if (typing && (/^[0-9]$/.test(meaning) || meaning === "left" || meaning === "right" || meaning === "info")) { return false; }
      if (meaning === "back") { if (places.length > 1) { form(false); } return true; }
      if (meaning !== "ok") { return false; }
      if (places[at] === "other") { form(places.length === 1); } else { submit(); }
      return true;
    }
    function submit() {
      var who = { name: TV.byId("name").value.trim(), secret: TV.byId("secret").value.trim() };
      TV.say("signinnote", "One moment.");
      TV.check(who, function (answer, sentence) {
        if (answer === "yes") { then(who); return; }
        TV.say("signinnote", answer === "away" ? "The station cannot be reached." : answer === "barred" ? sentence : "Wrong name or password.");
      });
    }
    return self;
  };
}());

/* What the keys of a remote control mean, whatever the set calls them. Written for browsers of old sets: ES5. */
(function () {
  "use strict";
  var TV = (window.TV = {});
  var CODES = {
    13: "ok", 37: "left", 38: "up", 39: "right", 40: "down",
    8: "back", 27: "back", 461: "back", 10009: "back", 166: "back",
    33: "channel-up", 34: "channel-down", 427: "channel-up", 428: "channel-down", 9: "channel-up",
    73: "info", 457: "info", 89: "info", 36: "list", 122: "list", 93: "list",
    403: "red", 82: "red", 404: "green", 71: "green", 406: "blue", 66: "blue"
  };
  var NAMES = {
    Enter: "ok", ArrowLeft: "left", ArrowUp: "up", ArrowRight: "right", ArrowDown: "down",
    Backspace: "back", Escape: "back", GoBack: "back", BrowserBack: "back", XF86Back: "back",
    PageUp: "channel-up", PageDown: "channel-down", ChannelUp: "channel-up", ChannelDown: "channel-down",
    i: "info", I: "info", Info: "info", Home: "list", Guide: "list", ContextMenu: "list",
    ColorF0Red: "red", ColorF1Green: "green", Green: "green", g: "green", ColorF3Blue: "blue", Red: "red", Blue: "blue", r: "red", b: "blue"
  };

  /* The meaning of a key: a name, "0" to "9", or "" for keys that are not ours. */
  TV.meaning = function (event) {
    var code = event.keyCode || event.which || 0;
    if (event.ctrlKey || event.metaKey) { return ""; }
    if (event.key && NAMES[event.key]) { return NAMES[event.key]; }
    if (event.key && /^[0-9]$/.test(event.key)) { return event.key; }
    if (code === 9) { return event.shiftKey ? "channel-down" : "channel-up"; }
    if (code >= 48 && code <= 57) { return String(code - 48); }
    if (code >= 96 && code <= 105) { return String(code - 96); }
    return CODES[code] || "";
  };

  TV.byId = function (id) { return document.getElementById(id); };
  TV.say = function (id, words) { var at = TV.byId(id); at.textContent = words; return at; };
  TV.mark = function (element, name, yes) { element.classList[yes ? "add" : "remove"](name); };

  /* Sets with several tuner models name their keys only on request. */
  if (window.tizen && window.tizen.tvinputdevice) {
    ["ChannelUp", "ChannelDown", "Info", "Guide", "ColorF0Red", "ColorF1Green", "ColorF3Blue", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].forEach(function (key) {
      try { window.tizen.tvinputdevice.registerKey(key); } catch (refused) { /* this set has no such key */ }
    });
  }
}());

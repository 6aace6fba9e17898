/* Reading transport streams (ISO/IEC 13818-1) with H.264 and AAC, as kept segments have them. Pure. */
(function () {
  "use strict";
  var TV = window.TV, RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
  var HIGH = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138];

  /* Reads segments one after the other. `read(bytes)` gives `{video: [sample], sound: [sample], kind}` of one; a sample
     has `pts`, `dts` (90 kHz ticks as they are sent), `data` (pieces) and `key`. `begin()`: what comes next does not follow. */
  TV.Transport = function () {
    var self = { picture: null, voice: null, foreign: false }, tables = -1, pids = {}, open = {}, missing = {}, rest = null, restAt = 0;
    self.begin = function () { open = {}; rest = null; };
    self.read = function (bytes) {
      var found = { video: [], sound: [] }, at = 0, pid;
      for (; at + 188 <= bytes.length; at += 188) {
        if (bytes[at] === 0x47) { packet(bytes, at, found); }
      }
      // The next segment begins with a picture of its own; sound may go on over the border.
      for (pid in open) { if (open[pid] && pids[pid] === 0x1b) { finish(pid, found); } }
      return found;
    };
    function packet(bytes, at, found) {
      var pid = (bytes[at + 1] & 0x1f) << 8 | bytes[at + 2], begins = (bytes[at + 1] & 0x40) !== 0, from = at + 4, end = at + 188;
      if (bytes[at + 3] & 0x20) { from += 1 + bytes[at + 4]; }
      if (!(bytes[at + 3] & 0x10) || from >= end) { return; }
      if (pid === 0 || pid === tables) { if (begins) { section(bytes, from + 1 + bytes[from], end, pid); } return; }
      if (!pids[pid]) { return; }
      if (begins) {
        if (open[pid]) { finish(pid, found); }
        open[pid] = [];
        missing[pid] = bytes[from + 4] << 8 | bytes[from + 5] ? (bytes[from + 4] << 8 | bytes[from + 5]) + 6 : Infinity;
      }
      if (!open[pid]) { return; }
      open[pid].push(bytes.subarray(from, end));
      missing[pid] -= end - from;
      if (missing[pid] <= 0) { finish(pid, found); }
    }
    /* Tables of one section in one packet, as every station of ours writes them before a key frame (2.4.4). */
    function section(bytes, at, end, pid) {
      var stop = Math.min(end, at + 3 + ((bytes[at + 1] & 0x0f) << 8 | bytes[at + 2]) - 4), kinds = {}, picture = false, sound = false, one;
      if (pid === 0) {
        for (at += 8; at + 4 <= stop; at += 4) { if (bytes[at] || bytes[at + 1]) { tables = (bytes[at + 2] & 0x1f) << 8 | bytes[at + 3]; return; } }
        return;
      }
      if (bytes[at] !== 2) { return; }
      self.foreign = false;
      for (at += 12 + ((bytes[at + 10] & 0x0f) << 8 | bytes[at + 11]); at + 5 <= stop; at += 5 + ((bytes[at + 3] & 0x0f) << 8 | bytes[at + 4])) {
        one = (bytes[at + 1] & 0x1f) << 8 | bytes[at + 2];
        if (bytes[at] === 0x1b && !picture) { picture = kinds[one] = 0x1b; }
        else if (bytes[at] === 0x0f && !sound) { sound = kinds[one] = 0x0f; }
        else if (bytes[at] === 0x02 || bytes[at] === 0x24) { self.foreign = true; }
      }
      pids = kinds;
      self.hasPicture = !!picture;
      self.hasSound = !!sound;
    }
    function time(b, at) { return (b[at] & 0x0e) * 536870912 + (b[at + 1] << 22 | (b[at + 2] & 0xfe) << 14 | b[at + 3] << 7 | b[at + 4] >> 1); }
    function finish(pid, found) {
      var b = joined(open[pid]), stamps = b.length > 9 ? b[7] >> 6 : 0, from = 9 + b[8];
      open[pid] = null;
      if (b.length <= from || b[0] || b[1] || b[2] !== 1) { return; }
      var pts = stamps & 2 && b.length > 13 ? time(b, 9) : -1, dts = stamps === 3 && b.length > 18 ? time(b, 14) : pts;
      if (pids[pid] === 0x1b) { if (pts >= 0) { unit(b.subarray(from), pts, dts, found.video); } }
      else { frames(b.subarray(from), pts, found.sound); }
    }
    /* One picture: its units with their lengths before them, without delimiters and parameter sets (14496-15 section 5.3). */
    function unit(b, pts, dts, into) {
      var sample = { pts: pts, dts: dts, data: [], key: false, size: 0 };
      split(b).forEach(function (one) {
        var kind = one[0] & 0x1f, head;
        if (kind === 7 && one.length > 4) { self.sps = one; }
        else if (kind === 8) { self.pps = one; }
        else if (kind !== 9 && kind) {
          if (kind === 5) { sample.key = true; }
          head = new Uint8Array(4);
          new DataView(head.buffer).setUint32(0, one.length);
          sample.data.push(head, one);
          sample.size += 4 + one.length;
        }
      });
      if (self.sps && self.pps) { self.picture = { sps: self.sps, pps: self.pps }; }
      if (sample.size && self.picture) { into.push(sample); }
    }
    function split(b) {
      var all = [], from = -1, at = 0, end;
      for (; at + 3 <= b.length; at += 1) {
        if (b[at + 2] > 1) { at += 2; continue; }
        if (b[at] || b[at + 1] || b[at + 2] !== 1) { continue; }
        if (from >= 0) { end = at; while (end > from && !b[end - 1]) { end -= 1; } if (end > from) { all.push(b.subarray(from, end)); } }
        from = at + 3;
        at += 2;
      }
      if (from >= 0 && from < b.length) { all.push(b.subarray(from)); }
      return all;
    }
    /* Frames of ADTS (14496-3, 1.A.2.2); one that goes on in the next packet waits for it. */
    function frames(b, pts, into) {
      var at = 0, size, rate, ticks = pts, waiting = rest;
      if (waiting) { b = joined([waiting, b]); if (restAt >= 0) { ticks = restAt; } rest = null; }
      while (at + 7 <= b.length) {
        if (b[at] !== 0xff || (b[at + 1] & 0xf6) !== 0xf0) { at += 1; continue; }
        size = (b[at + 3] & 3) << 11 | b[at + 4] << 3 | b[at + 5] >> 5;
        rate = RATES[b[at + 2] >> 2 & 15];
        if (size < 8 || !rate) { at += 1; continue; }
        if (at + size > b.length) { break; }
        self.voice = { object: (b[at + 2] >> 6) + 1, rate: rate, index: b[at + 2] >> 2 & 15, channels: (b[at + 2] & 1) << 2 | b[at + 3] >> 6 };
        if (ticks >= 0) { into.push({ pts: ticks, dts: ticks, data: [b.subarray(at + (b[at + 1] & 1 ? 7 : 9), at + size)], key: true, size: size - (b[at + 1] & 1 ? 7 : 9), ticks: 92160000 / rate }); }
        at += size;
        if (waiting && pts >= 0) { ticks = pts; waiting = null; }
        else if (ticks >= 0) { ticks += 92160000 / rate; }
      }
      if (at < b.length) { rest = b.subarray(at); restAt = ticks; }
    }
    return self;
  };
  function joined(pieces) {
    var size = 0, all, at = 0;
    if (pieces.length === 1) { return pieces[0]; }
    pieces.forEach(function (one) { size += one.length; });
    all = new Uint8Array(size);
    pieces.forEach(function (one) { all.set(one, at); at += one.length; });
    return all;
  }
  TV.joined = joined;

  /* Width and height that a sequence parameter set tells (ITU-T H.264, 7.3.2.1.1). */
  TV.sizeOf = function (sps) {
    var bytes = [], at, bit = 0, chroma = 1, count, size, index, last, next;
    for (at = 1; at < sps.length; at += 1) { if (!(at > 2 && sps[at] === 3 && !sps[at - 1] && !sps[at - 2])) { bytes.push(sps[at]); } }
    function u(many) { var value = 0; while (many > 0) { value = value * 2 + (bytes[bit >> 3] >> 7 - (bit & 7) & 1); bit += 1; many -= 1; } return value; }
    function ue() { var zeros = 0; while (!u(1) && zeros < 32) { zeros += 1; } return Math.pow(2, zeros) - 1 + u(zeros); }
    function se() { var value = ue(); return value & 1 ? (value + 1) / 2 : -value / 2; }
    var profile = u(8);
    u(16);
    ue();
    if (HIGH.indexOf(profile) >= 0) {
      chroma = ue();
      if (chroma === 3) { u(1); }
      ue(); ue(); u(1);
      if (u(1)) {
        for (count = 0; count < (chroma === 3 ? 12 : 8); count += 1) {
          if (!u(1)) { continue; }
          for (index = 0, last = next = 8, size = count < 6 ? 16 : 64; index < size; index += 1) {
            if (next) { next = (last + se() + 256) % 256; }
            last = next || last;
          }
        }
      }
    }
    ue();
    var order = ue();
    if (order === 0) { ue(); }
    else if (order === 1) { u(1); se(); se(); for (count = ue(); count > 0; count -= 1) { se(); } }
    ue(); u(1);
    var wide = (ue() + 1) * 16, rows = ue() + 1, whole = u(1), high = rows * 16 * (2 - whole);
    if (!whole) { u(1); }
    u(1);
    if (u(1)) {
      var across = chroma === 1 || chroma === 2 ? 2 : 1, down = (chroma === 1 ? 2 : 1) * (2 - whole);
      wide -= (ue() + ue()) * across;
      high -= (ue() + ue()) * down;
    }
    return { width: wide, height: high };
  };
}());

/* Writing fragments (ISO/IEC 14496-12) for Media Source Extensions out of samples of a transport stream. Pure. */
(function () {
  "use strict";
  var TV = window.TV, SCALE = 90000, MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

  function words(all) {
    var made = new Uint8Array(all.length * 4), view = new DataView(made.buffer);
    all.forEach(function (one, index) { view.setInt32(index * 4, one | 0); });
    return made;
  }
  function shorts(all) { return new Uint8Array([].concat.apply([], all.map(function (one) { return [one >> 8 & 255, one & 255]; }))); }
  function box(name) {
    var pieces = [].slice.call(arguments, 1), size = 8, head = new Uint8Array(8), index;
    pieces.forEach(function (one) { size += one.length; });
    new DataView(head.buffer).setUint32(0, size);
    for (index = 0; index < 4; index += 1) { head[4 + index] = name.charCodeAt(index); }
    return TV.joined([head].concat(pieces));
  }

  function hex(value) { return ("0" + value.toString(16)).slice(-2); }
  /* What Media Source Extensions call a picture or a sound (RFC 6381). */
  TV.typeOf = function (kind, format) {
    return kind === "video" ? 'video/mp4; codecs="avc1.' + hex(format.sps[1]) + hex(format.sps[2]) + hex(format.sps[3]) + '"' :
      'audio/mp4; codecs="mp4a.40.' + format.object + '"';
  };

  function pictureEntry(format) {
    var size = TV.sizeOf(format.sps), sps = format.sps, pps = format.pps;
    var record = TV.joined([new Uint8Array([1, sps[1], sps[2], sps[3], 0xff, 0xe1]), shorts([sps.length]), sps, new Uint8Array([1]), shorts([pps.length]), pps]);
    return box("avc1", words([0, 1, 0, 0, 0, 0]), shorts([size.width, size.height]), words([0x480000, 0x480000, 0]), shorts([1]), new Uint8Array(32), shorts([24, 0xffff]), box("avcC", record));
  }
  function soundEntry(format) {
    var own = [format.object << 3 | format.index >> 1, (format.index & 1) << 7 | format.channels << 3];
    var descriptor = [3, 25, 0, 0, 0, 4, 17, 0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2].concat(own, [6, 1, 2]);
    return box("mp4a", words([0, 1, 0, 0]), shorts([format.channels, 16]), words([0]), shorts([format.rate & 0xffff, 0]), box("esds", words([0]), new Uint8Array(descriptor)));
  }
  /* The initialization section of one track. */
  TV.initOf = function (kind, format) {
    var video = kind === "video", size = video ? TV.sizeOf(format.sps) : { width: 0, height: 0 };
    var table = box("stbl", box("stsd", words([0, 1]), video ? pictureEntry(format) : soundEntry(format)), box("stts", words([0, 0])), box("stsc", words([0, 0])), box("stsz", words([0, 0, 0])), box("stco", words([0, 0])));
    var media = box("mdia", box("mdhd", words([0, 0, 0, SCALE, 0, 0x55c40000])),
      box("hdlr", words([0, 0, video ? 0x76696465 : 0x736f756e, 0, 0, 0]), new Uint8Array(1)),
      box("minf", video ? box("vmhd", words([1, 0, 0])) : box("smhd", words([0, 0])), box("dinf", box("dref", words([0, 1]), box("url ", words([1])))), table));
    return TV.joined([box("ftyp", words([0x69736f35, 0, 0x69736f35, 0x6d703431])),
      box("moov", box("mvhd", words([0, 0, 0, SCALE, 0, 0x10000, 0x1000000, 0, 0].concat(MATRIX, [0, 0, 0, 0, 0, 0, 2]))),
        box("trak", box("tkhd", words([3, 0, 0, 1, 0, 0, 0, 0, 0, video ? 0 : 0x1000000].concat(MATRIX, [size.width << 16, size.height << 16]))), media),
        box("mvex", box("trex", words([0, 1, 1, 0, 0, 0]))))]);
  };

  /* A fragment of samples, whose first is decoded at `at` ticks. */
  TV.fragmentOf = function (samples, at, number) {
    var rows = [], pieces = [], usual = samples[0].ticks || 3600, told = 0, begin = samples[0].dts;
    samples.forEach(function (one, index) {
      var next = samples[index + 1], ticks = next ? Math.round(TV.nearest(next.dts, begin) - begin) - told : Math.round(one.ticks || usual);
      ticks = Math.max(0, ticks);
      rows.push(ticks, one.size, one.key ? 0x2000000 : 0x1010000, Math.round(TV.nearest(one.pts, one.dts) - one.dts));
      told += ticks;
      usual = ticks || usual;
      pieces = pieces.concat(one.data);
    });
    function head(offset) {
      return box("moof", box("mfhd", words([0, number])), box("traf", box("tfhd", words([0x20000, 1])),
        box("tfdt", words([0x1000000, Math.floor(at / 4294967296), at % 4294967296])),
        box("trun", words([0x1000f01, samples.length, offset].concat(rows)))));
    }
    return TV.joined([head(head(0).length + 8), box.apply(null, ["mdat"].concat(pieces))]);
  };
}());

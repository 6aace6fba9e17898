// Repacks a transport stream, cut at the byte offsets given, as the television application does.
import { readFileSync, writeFileSync } from "node:fs";
import vm from "node:vm";
const [folder, source, out, ...cuts] = process.argv.slice(2);
const window = { TV: {} };
const context = vm.createContext({ window, Uint8Array, DataView, Math, document: {} });
for (const name of ["player-extras.js", "transport.js", "boxes.js"]) vm.runInContext(readFileSync(`${folder}/${name}`, "utf8"), context);
const TV = window.TV, reader = TV.Transport(), bytes = new Uint8Array(readFileSync(source));
const made = { video: [], sound: [] };
let number = 1, base = null;
cuts.map(Number).forEach((from, index, all) => {
  const found = reader.read(bytes.subarray(from, all[index + 1] ?? bytes.length));
  for (const [kind, format] of [["video", reader.picture], ["sound", reader.voice]]) {
    const samples = found[kind];
    if (!samples.length) continue;
    if (!made[kind].length) made[kind].push(TV.initOf(kind, format));
    base ??= samples[0].dts;
    made[kind].push(TV.fragmentOf(samples, Math.max(0, Math.round(samples[0].dts - base)), number++));
  }
});
for (const kind of ["video", "sound"]) writeFileSync(`${out}/${kind}.mp4`, Buffer.concat(made[kind]));

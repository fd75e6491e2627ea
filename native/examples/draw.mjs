// Draw a million categories in Node.js:
//
//   cp ../bindings/gsampler.mjs . && npm install
//   GSAMPLER_LIBRARY="$(pkg-config --variable=libdir gsampler)/libgsampler.so.1" node draw.mjs

import * as gs from "./gsampler.mjs";

const logits = Float64Array.of(-1.5, 0.0, 0.5, 1.0, 2.0);
const [seed, stream, offset, rows, k] = [42n, 0n, 0n, 1, logits.length];
const probability = new Float64Array(k);
const index = new BigInt64Array(1000000);

gs.softmaxF64(logits, rows, k, 1.0, probability, null);
const start = performance.now();
gs.gumbelMaxF64(seed, stream, offset, logits, rows, k, index.length, index, null);
const seconds = (performance.now() - start) / 1000;

const count = new Array(k).fill(0);
for (const j of index) count[Number(j)]++;
console.log("category  probability  frequency");
count.forEach((c, j) => {
  const cells = [`${j}`.padStart(8), probability[j].toFixed(6).padStart(11), (c / index.length).toFixed(6).padStart(9)];
  console.log(cells.join("  "));
});
console.log(`${((1e-6 * index.length) / seconds).toFixed(1)} million draws a second (${gs.isa()})`);

// Draw a million categories in Node.js:
//
//   npm install && GSAMPLER_LIBRARY="$(pkg-config --variable=libdir gsampler)/libgsampler.so.1" node draw.mjs

import koffi from "koffi";

const library = koffi.load(process.env.GSAMPLER_LIBRARY ?? "libgsampler.so.1");
const gs = {
  strerror: library.func("const char *gs_strerror(int32_t status)"),
  isa: library.func("const char *gs_isa(void)"),
  softmax: library.func(
    "int32_t gs_softmax_f64(const double *x, int64_t rows, int64_t k, double tau, _Out_ double *soft, " +
      "_Out_ int64_t *index)",
  ),
  gumbelMax: library.func(
    "int32_t gs_gumbel_max_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t rows, " +
      "int64_t k, int64_t draws, _Out_ int64_t *index, _Out_ double *maximum)",
  ),
};

function check(status) {
  if (status !== 0) throw new Error(`gsampler: ${gs.strerror(status)}`);
}

function softmax(logits, tau) {
  const soft = new Float64Array(logits.length);
  check(gs.softmax(logits, 1, logits.length, tau, soft, null));
  return soft;
}

// Fills index with draws from the one distribution that logits is.
function draw(seed, stream, offset, logits, index) {
  check(gs.gumbelMax(seed, stream, offset, logits, 1, logits.length, index.length, index, null));
}

// C reads and writes these arrays' own memory: koffi does not check that their types are those declared.
const logits = Float64Array.of(-1.5, 0.0, 0.5, 1.0, 2.0);
const [seed, stream, offset] = [42n, 0n, 0n];
const index = new BigInt64Array(1000000);

const probability = softmax(logits, 1.0);
const start = performance.now();
draw(seed, stream, offset, logits, index);
const seconds = (performance.now() - start) / 1000;

const count = new Array(logits.length).fill(0);
for (const j of index) count[Number(j)]++;
console.log("category  probability  frequency");
count.forEach((c, j) => {
  const cells = [`${j}`.padStart(8), probability[j].toFixed(6).padStart(11), (c / index.length).toFixed(6).padStart(9)];
  console.log(cells.join("  "));
});
console.log(`${((1e-6 * index.length) / seconds).toFixed(1)} million draws a second (${gs.isa()})`);

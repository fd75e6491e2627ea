// Makes the calls that standard input names and prints their results, in the words that vectors.c describes:
//
//   NODE_PATH=/where/koffi/is/node_modules node vectors.mjs < calls

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// require finds koffi beside this file, as import does, and also where NODE_PATH says.
const koffi = createRequire(import.meta.url)("koffi");
const library = koffi.load(process.env.GSAMPLER_LIBRARY ?? "libgsampler.so.1");
const strerror = library.func("const char *gs_strerror(int32_t status)");
const BITS = { 1: Uint8Array, 4: Uint32Array, 8: BigUint64Array };
const PLACE = "uint64_t seed, uint64_t stream, uint64_t offset";

const words = readFileSync(0, "utf8").split("\n").filter(Boolean);
let at = 0;
const hex = () => BigInt(`0x${words[at++]}`);
const size = () => Number(words[at++]);
const place = () => [hex(), hex(), hex()];

function declare(name, parameters) {
  const call = library.func(`int32_t gs_${name}(${parameters})`);
  return (...args) => {
    const status = call(...args);
    if (status !== 0) throw new Error(strerror(status));
  };
}

const bitsOf = (array) => new BITS[array.BYTES_PER_ELEMENT](array.buffer);

function show(...arrays) {
  for (const array of arrays) {
    const digits = 2 * array.BYTES_PER_ELEMENT;
    const line = (bits) => `${bits.toString(16).padStart(digits, "0")}\n`;
    process.stdout.write(Array.from(bitsOf(array), line).join(""));
  }
}

// The calls by name. T is the name that a type of numbers has in C, Numbers its arrays.
const calls = {};

function noise(name, T, Numbers) {
  const draw = declare(name, `${PLACE}, int64_t n, _Out_ ${T} *out`);
  calls[name] = () => {
    const start = place();
    const out = new Numbers(size());
    draw(...start, out.length, out);
    show(out);
  };
}

function addCalls(suffix, T, Numbers) {
  function numbers(n) {
    const x = new Numbers(n);
    const bits = bitsOf(x);
    for (let i = 0; i < n; i++) bits[i] = bits instanceof BigUint64Array ? hex() : Number(hex());
    return x;
  }

  for (const name of ["uniform", "exponential", "gumbel", "logistic", "normal"]) noise(name + suffix, T, Numbers);

  const bernoulli = declare(
    `bernoulli${suffix}`,
    `${PLACE}, const ${T} *logits, int64_t n, int64_t draws, _Out_ uint8_t *out`,
  );
  calls[`bernoulli${suffix}`] = () => {
    const [start, n, draws] = [place(), size(), size()];
    const out = new Uint8Array(n * draws);
    bernoulli(...start, numbers(n), n, draws, out);
    show(out);
  };

  const gumbelMax = declare(
    `gumbel_max${suffix}`,
    `${PLACE}, const ${T} *logits, int64_t rows, int64_t k, int64_t draws, _Out_ int64_t *index, _Out_ ${T} *maximum`,
  );
  calls[`gumbel_max${suffix}`] = () => {
    const [start, rows, k, draws] = [place(), size(), size(), size()];
    const index = new BigInt64Array(rows * draws);
    gumbelMax(...start, numbers(rows * k), rows, k, draws, index, null);
    show(index);
  };

  for (const name of ["alias", "cdf"]) {
    const sizes = "int64_t rows, int64_t k";
    const make = declare(`${name}_table${suffix}`, `const ${T} *logits, ${sizes}, _Out_ uint64_t *table`);
    const draw = declare(
      `${name}_draw`,
      `${PLACE}, const uint64_t *table, ${sizes}, int64_t draws, _Out_ int64_t *index`,
    );
    calls[name + suffix] = () => {
      const [start, rows, k, draws] = [place(), size(), size(), size()];
      const table = new BigUint64Array(rows * (2 * k + 2));
      const index = new BigInt64Array(rows * draws);
      make(numbers(rows * k), rows, k, table);
      draw(...start, table, rows, k, draws, index);
      show(index);
    };
  }

  // The relaxed samples take tau as one number, or as an array in functions named _taus.
  for (const taus of ["", "_taus"]) {
    const temperature = taus ? `const ${T} *tau` : `${T} tau`;
    const relaxed = (name, sizes, index) => [
      declare(name + taus + suffix, `${PLACE}, const ${T} *logits, ${sizes}, ${temperature}, _Out_ ${T} *soft${index}`),
      declare(
        `${name}_backward${taus}${suffix}`,
        `const ${T} *grad, const ${T} *soft, ${sizes}, ${temperature}, _Out_ ${T} *dlogits, _Out_ ${T} *dtau`,
      ),
    ];

    const [softmax, softmaxBackward] = relaxed("gumbel_softmax", "int64_t rows, int64_t k", ", _Out_ int64_t *index");
    calls[`gumbel_softmax${taus}${suffix}`] = () => {
      const [start, rows, k] = [place(), size(), size()];
      const [heats, logits, grad] = [numbers(taus ? rows : 1), numbers(rows * k), numbers(rows * k)];
      const [soft, dlogits, dtau] = [logits, logits, heats].map((x) => new Numbers(x.length));
      const index = new BigInt64Array(rows);
      const tau = taus ? heats : heats[0];
      softmax(...start, logits, rows, k, tau, soft, index);
      softmaxBackward(grad, soft, rows, k, tau, dlogits, dtau);
      show(soft, index, dlogits, dtau);
    };

    const [binary, binaryBackward] = relaxed("binary_concrete", "int64_t n", "");
    calls[`binary_concrete${taus}${suffix}`] = () => {
      const [start, n] = [place(), size()];
      const [heats, logits, grad] = [numbers(taus ? n : 1), numbers(n), numbers(n)];
      const [soft, dlogits, dtau] = [logits, logits, heats].map((x) => new Numbers(x.length));
      const tau = taus ? heats : heats[0];
      binary(...start, logits, n, tau, soft);
      binaryBackward(grad, soft, n, tau, dlogits, dtau);
      show(soft, dlogits, dtau);
    };
  }
}

noise("bits", "uint32_t", Uint32Array);
addCalls("_f32", "float", Float32Array);
addCalls("_f64", "double", Float64Array);

try {
  while (at < words.length) {
    const name = words[at++];
    if (!Object.hasOwn(calls, name)) throw new Error(`${name} is not a call`);
    calls[name]();
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

// Makes the calls that standard input describes and prints their outputs, in the words that vectors.c explains.

import { readFileSync } from "node:fs";
import * as gs from "./gsampler.mjs";

const ARRAYS = {
  u8: Uint8Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  i32: Int32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};
const BITS = { 1: Uint8Array, 4: Uint32Array, 8: BigUint64Array };

const words = readFileSync(0, "utf8").split("\n").filter(Boolean);
let position = 0;
const next = () => words[position++];
const bitsOf = (array) => new BITS[array.BYTES_PER_ELEMENT](array.buffer);
const slots = [];

function makeArray(slot, type, n) {
  slots[slot] = new ARRAYS[type](n);
  new Uint8Array(slots[slot].buffer).fill(0xa5);
  return bitsOf(slots[slot]);
}

function setBits(bits, i, digits) {
  bits[i] = bits instanceof BigUint64Array ? BigInt(`0x${digits}`) : Number(`0x${digits}`);
}

function argument(word) {
  if (word === "null") return null;
  const [type, value] = word.split(":");
  if (type === "array") return slots[value];
  const one = new ARRAYS[type](1);
  setBits(bitsOf(one), 0, value);
  return one[0];
}

const commands = {
  input() {
    const [slot, type, n] = [next(), next(), Number(next())];
    const bits = makeArray(slot, type, n);
    for (let i = 0; i < n; i++) setBits(bits, i, next());
  },
  output() {
    makeArray(next(), next(), Number(next()));
  },
  call() {
    const name = next();
    const args = Array.from({ length: Number(next()) }, () => argument(next()));
    const exported = name.replace(/^gs_/, "").replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    if (!name.startsWith("gs_") || typeof gs[exported] !== "function") throw new Error(`no such function: ${name}`);
    gs[exported](...args);
  },
  print() {
    const array = slots[next()];
    const line = (bits) => `${bits.toString(16).padStart(2 * array.BYTES_PER_ELEMENT, "0")}\n`;
    process.stdout.write(Array.from(bitsOf(array), line).join(""));
  },
};

try {
  while (position < words.length) {
    const word = next();
    if (!Object.hasOwn(commands, word)) throw new Error(`not a command: ${word}`);
    commands[word]();
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

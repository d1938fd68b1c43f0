import { describe, expect, it } from "vitest";
import { file, header } from "../test/npy-bytes.ts";
import { agrees } from "../test/oracle.ts";
import { random, shortest } from "../test/shared.ts";
import { archive, joined, type Part } from "../test/zip-bytes.ts";
import { FormatError, type NpyArray, readNpy, readNpz, writeNpy } from "./index.ts";

/** Milliseconds that one call may take; NumPy-sized headers and files of a few kilobytes need well under one. */
const SLOWEST = 250;
/** Array buffers alive or not yet collected, over what there was at the start. */
const MOST_BYTES = 64 * 1048576;

/** Rounds of four mutations each; set HML_FUZZ_ROUNDS to 125000 for the long run. */
const ROUNDS = Number(process.env["HML_FUZZ_ROUNDS"] ?? 1250);

const numbers = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 10 ** (i % 7));
const raw = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const npySeeds: readonly Uint8Array[] = [
  writeNpy({ data: numbers(12), shape: [3, 4] }),
  file(header(">f4", "(2, 3)", "True"), raw(Float32Array.from(numbers(6)))),
  file(header("<i4", "(5,)"), raw(Int32Array.of(1, -2, 3, -4, 5)), 2),
  file(header(">f8", "()"), raw(numbers(1)), 3),
  file(header("<f8", "(0, 4)"), new Uint8Array(0)),
  file(header("<i8", "(2, 1, 2)", "True"), raw(BigInt64Array.of(1n, -1n, 2n ** 40n, 0n))),
  file(header("|b1", "(3,)"), Uint8Array.of(0, 1, 1)),
  writeNpy(Uint8Array.from({ length: 300 }, (_, i) => i)),
];
const names = ["U", "T", "x", "__proto__", "../x", "a/b", "flags", "long"];
const parts = (deflate: boolean, zip64 = false): Part[] =>
  npySeeds.map((bytes, k) => ({ name: `${names[k]}.npy`, bytes, deflate, zip64 }));
const npzSeeds: readonly Uint8Array[] = [
  archive(parts(false).slice(0, 2)),
  archive(parts(true).slice(2, 5)),
  archive(parts(true, true).slice(0, 1), { zip64: true }),
  archive([...parts(true).slice(5), ...parts(false).slice(0, 1)], { comment: Uint8Array.of(1, 2, 3) }),
  archive([]),
];

interface Tally {
  read: number;
  readonly refused: Map<string, number>;
  slowest: number;
}
const tally = (): Tally => ({ read: 0, refused: new Map(), slowest: 0 });

/** Reads; a value must pass `right`, anything thrown must be a FormatError; both must come in time. */
function attempt<T>(result: Tally, read: () => T, right: (value: T) => boolean, what: () => string): void {
  let value: T | undefined;
  let thrown: unknown;
  const run = (): void => {
    thrown = undefined;
    try {
      value = read();
    } catch (error) {
      thrown = error;
    }
  };
  result.slowest = Math.max(result.slowest, shortest(run, SLOWEST));
  if (thrown instanceof FormatError) result.refused.set(thrown.code, (result.refused.get(thrown.code) ?? 0) + 1);
  else if (thrown !== undefined) throw new Error(`${what()} threw ${String(thrown)}`, { cause: thrown });
  else if (value === undefined || !right(value)) throw new Error(`${what()} was read as something else`);
  else result.read++;
}

const tryNpy = (result: Tally, bytes: Uint8Array, what: string): void =>
  attempt(
    result,
    () => readNpy(bytes),
    (array) => agrees(array, bytes),
    () => `${what} ${Buffer.from(bytes).toString("base64")}`,
  );
/** Contents are protected by their CRC-32, so whatever is read of a damaged archive must be one of the seeds. */
const isSeed = (array: NpyArray): boolean => npySeeds.some((seed) => safely(() => agrees(array, seed)));
const safely = (test: () => boolean): boolean => {
  try {
    return test();
  } catch {
    return false;
  }
};
const tryNpz = (result: Tally, bytes: Uint8Array, what: string): void =>
  attempt(
    result,
    () => readNpz(bytes),
    (arrays) => [...arrays.values()].every(isSeed),
    () => `${what} ${Buffer.from(bytes).toString("base64")}`,
  );

/** Bytes changed, taken out, doubled, or set to values that matter, at 1 to 4 places. */
function flip(seed: Uint8Array, next: () => number): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  const times = 1 + Math.floor(next() * next() * 4);
  for (let k = 0; k < times; k++) {
    const at = Math.floor(next() * bytes.length);
    const kind = Math.max(0, Math.floor(next() * 8) - 3);
    if (kind === 0) bytes[at] = bytes[at]! ^ (1 << Math.floor(next() * 8));
    else if (kind === 1) bytes[at] = [0, 1, 127, 128, 255][Math.floor(next() * 5)]!;
    else if (kind === 2) bytes.fill(255, at, at + [2, 4, 8][Math.floor(next() * 3)]!);
    else if (kind === 3) bytes = joined([bytes.subarray(0, at), bytes.subarray(at + 1 + Math.floor(next() * 9))]);
    else bytes = joined([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 20), at), bytes.subarray(at)]);
  }
  return bytes;
}

const tokens = [
  "{",
  "}",
  "(",
  ")",
  ",",
  ":",
  "'",
  '"',
  " ",
  "\n",
  "True",
  "False",
  "None",
  "0",
  "1",
  "3",
  "12",
  "007",
  "-1",
  "2L",
];
tokens.push(
  "18446744073709551616",
  "4294967296",
  "1e9",
  "1.5",
  "\\x41",
  "'descr'",
  "'shape'",
  "'fortran_order'",
  "'<f8'",
  "'|O'",
);
tokens.push(
  "'>i4'",
  "[",
  "]",
  "(1, ",
  "((",
  "9".repeat(50),
  "()",
  "(((((((((((((((((",
  "\u0000",
  "+",
  "lambda: 0",
  "__import__('os')",
);

/** A header with up to 2 of its tokens left out, repeated, exchanged or replaced; its length field is right again. */
function garble(next: () => number): Uint8Array {
  const [descr, shape] = [
    ["<f8", ">f4", "|O", "<i4", "<u2", "|b1"][Math.floor(next() * 6)]!,
    ["(2, 3)", "(6,)", "()", "(0,)", "(3, 2, 1)", "(4294967296, 4294967296)"][Math.floor(next() * 6)]!,
  ];
  const text = header(descr, shape, next() < 0.5 ? "True" : "False");
  const list = text.match(/'[^']*'|[A-Za-z0-9]+|\s+|./gs) ?? [];
  for (let k = Math.floor(next() * 3); k > 0; k--) {
    const at = Math.floor(next() * list.length);
    const kind = Math.floor(next() * 4);
    if (kind === 0) list.splice(at, 1);
    else if (kind === 1) list.splice(at, 0, list[Math.floor(next() * list.length)] ?? "");
    else if (kind === 2) list[at] = tokens[Math.floor(next() * tokens.length)]!;
    else list.splice(at, 0, tokens[Math.floor(next() * tokens.length)]!);
  }
  const payload = raw(numbers(6)).subarray(0, next() < 0.7 ? 48 : Math.floor(next() * 49));
  return file(list.join(""), payload, [1, 2, 3][Math.floor(next() * 3)] as 1 | 2 | 3);
}

/** Entries of all seeds mixed, some with one field that lies; or the halves of two archives. */
function splice(next: () => number): Uint8Array {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  if (next() < 0.25) {
    const [a, b] = [pick(npzSeeds), pick(npzSeeds)];
    return joined([a.subarray(0, Math.floor(next() * a.length)), b.subarray(Math.floor(next() * b.length))]);
  }
  const value = (): number => pick([0, 1, 22, 46, 100, 65535, 65536, 1048576, 4294967294, 4294967295]);
  const chosen = Array.from({ length: 1 + Math.floor(next() * 4) }, (): Part => {
    const part = pick(parts(next() < 0.5, next() < 0.3));
    const lie = Math.floor(next() * 10);
    if (lie === 0) return { ...part, size: value() };
    if (lie === 1) return { ...part, packed: value() };
    if (lie === 2) return { ...part, offset: value() };
    if (lie === 3) return { ...part, crc: value() };
    if (lie === 4) return { ...part, method: pick([0, 8, 1, 12]) };
    if (lie === 5) return { ...part, flags: pick([0, 1, 8, 0x800, 65535]) };
    if (lie === 6) return { ...part, localName: "other.npy" };
    return part;
  });
  const end =
    next() < 0.3
      ? pick([{ count: value() % 65536 }, { size: value() }, { offset: value() }, { record: value(), zip64: true }])
      : {};
  return archive(chosen, end);
}

describe("damaged files give a FormatError or the right value", () => {
  const started = process.memoryUsage().arrayBuffers;
  const report = (result: Tally): void => {
    expect(result.slowest).toBeLessThan(SLOWEST);
    expect(process.memoryUsage().arrayBuffers - started).toBeLessThan(MOST_BYTES);
  };

  it("the seeds themselves are read", () => {
    const result = tally();
    for (const seed of npySeeds) tryNpy(result, seed, "seed");
    for (const seed of npzSeeds) tryNpz(result, seed, "seed");
    expect(result.read).toBe(npySeeds.length + npzSeeds.length);
  });

  it("cut at every length, and with bytes appended", () => {
    const result = tally();
    let cuts = 0;
    for (const seed of npySeeds) {
      for (let n = 0; n < seed.length; n++, cuts++) tryNpy(result, seed.subarray(0, n), `cut ${n}`);
    }
    for (const seed of npzSeeds) {
      for (let n = 0; n < seed.length; n++, cuts++) tryNpz(result, seed.subarray(0, n), `cut ${n}`);
    }
    // No proper beginning of a file is a file.
    expect(result.read).toBe(0);
    expect(cuts).toBeGreaterThan(3000);
    for (const seed of npySeeds) tryNpy(result, joined([seed, Uint8Array.of(0)]), "appended");
    for (const seed of npzSeeds) tryNpz(result, joined([seed, Uint8Array.of(0)]), "appended");
    expect(result.read).toBe(0);
    report(result);
  });

  it(`${4 * ROUNDS} seeded mutations of bytes, header tokens and archive entries`, () => {
    const next = random(20261122);
    const result = tally();
    for (let k = 0; k < ROUNDS; k++) {
      const byte = npySeeds[k % npySeeds.length]!;
      tryNpy(result, flip(byte, next), `flipped npy ${k}`);
      tryNpz(result, flip(npzSeeds[k % npzSeeds.length]!, next), `flipped npz ${k}`);
      tryNpy(result, garble(next), `garbled ${k}`);
      tryNpz(result, splice(next), `spliced ${k}`);
    }
    const refused = [...result.refused.values()].reduce((a, b) => a + b, 0);
    expect(result.read + refused).toBe(4 * ROUNDS);
    // The mutators reach deep: some files survive, and most kinds of refusal occur.
    expect(result.read).toBeGreaterThan(ROUNDS / 5);
    for (const code of [
      "magic",
      "version",
      "header",
      "pickle",
      "dtype",
      "shape",
      "too-large",
      "truncated",
      "trailing",
    ]) {
      expect(result.refused.get(code) ?? 0, code).toBeGreaterThan(0);
    }
    for (const code of ["offsets", "size", "crc", "duplicate", "unsupported", "ratio"]) {
      expect(result.refused.get(code) ?? 0, code).toBeGreaterThan(0);
    }
    report(result);
  }, 3_600_000);
});

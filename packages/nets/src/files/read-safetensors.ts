import { checkOptions, FormatError, integer, show } from "@hml/guard";
import { type JsonValue, parseJson } from "./json.ts";
import {
  FORMAT_HEADER_BYTES,
  METADATA,
  type NumberType,
  NUMBER_TYPES,
  swapUnlessLittleEndian,
} from "./safetensors-format.ts";
import type { Tensor, Weights } from "./weights.ts";

declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

/** The contents of a safetensors file. Names are data: look them up, never use them as paths or property names. */
export interface Safetensors {
  /** Tensors by name. */
  readonly tensors: Weights;
  /** Free text by name. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** How much `readSafetensors` will take from a file that is not trusted. */
export interface SafetensorsLimits {
  /** Longest file in bytes; default 2^30. */
  readonly bytes?: number;
  /** Longest header in bytes; default 65,536. The format's own bound, 100,000,000, holds above it. */
  readonly headerBytes?: number;
  /** Most tensors; default 1,024. */
  readonly entries?: number;
  /** Most values over all tensors; default 2^27. */
  readonly elements?: number;
}

/**
 * Reads a safetensors file that is not trusted. Everything is checked against the bytes present before anything is
 * allocated for values: the header's length and text, known keys only, no key twice, shapes whose exact product fits
 * their bytes, offsets that cover the data from its start to its end with no gap and no overlap, the limits. Stricter
 * than the reference reader in refusing duplicate and unknown keys.
 *
 * @throws FormatError: `truncated`, `header`, `duplicate`, `dtype` (a number type this reader does not have: BF16, F16,
 * I64, ...), `shape`, `offsets`, `trailing`, `too-large`; TypeError when `bytes` is not a Uint8Array
 */
export function readSafetensors(bytes: Uint8Array, limits: SafetensorsLimits = {}): Safetensors {
  const where = "readSafetensors";
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${where}: bytes must be a Uint8Array, got ${show(bytes)}`);
  checkOptions(where, limits, ["bytes", "headerBytes", "entries", "elements"], "limits");
  const {
    bytes: maxBytes = 1_073_741_824,
    headerBytes = 65_536,
    entries: maxEntries = 1024,
    elements = 134_217_728,
  } = limits;
  for (const [name, limit] of Object.entries({ bytes: maxBytes, headerBytes, entries: maxEntries, elements })) {
    integer(where, `limits.${name}`, limit);
  }
  atMost("bytes", bytes.length, maxBytes);

  if (bytes.length < 8) refuse("truncated", `must hold at least 8 bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Exact below 2^53, and far above every bound where it is rounded.
  const headerLength = view.getUint32(4, true) * 4_294_967_296 + view.getUint32(0, true);
  if (headerLength > Math.min(headerBytes, FORMAT_HEADER_BYTES)) {
    refuse("header", `length must be at most ${Math.min(headerBytes, FORMAT_HEADER_BYTES)}, got ${headerLength}`);
  }
  if (headerLength > bytes.length - 8) {
    refuse("header", `length must be at most the ${bytes.length - 8} bytes that follow, got ${headerLength}`);
  }
  const start = 8 + headerLength;
  const root = parseJson(where, decode(bytes.subarray(8, start)), true);
  if (bytes[8] !== 0x7b || !(root instanceof Map)) return refuse("header", "must begin with {");

  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  let total = 0;
  atMost("entries", root.size, maxEntries + 1);
  for (const [name, value] of root) {
    if (name === METADATA) {
      for (const [key, words] of object(name, value)) {
        if (typeof words !== "string") return refuse("header", `${METADATA} must hold texts, got ${show(words)}`);
        metadata.set(key, words);
      }
      continue;
    }
    const entry = readEntry(name, value);
    total += entry.length;
    atMost("elements", total, elements);
    entries.push(entry);
  }
  atMost("entries", entries.length, maxEntries);

  // Sorted by what they cover; tensors without values share an offset and keep the order of the header.
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      refuse("offsets", `of ${show(name)} must begin at ${covered}, got ${begin}; tensors lie end to end`);
    }
    covered = end;
  }
  const present = bytes.length - start;
  if (covered > present) refuse("truncated", `must hold ${covered} bytes of values, got ${present}`);
  if (covered < present) refuse("trailing", `must end after ${covered} bytes of values, got ${present}`);

  const tensors = new Map<string, Tensor>();
  for (const { name, type, shape, begin, end } of entries) {
    // A copy with a buffer of its own, which the `slice` of Node's Buffer is not.
    const values = new Uint8Array(end - begin);
    values.set(bytes.subarray(start + begin, start + end));
    swapUnlessLittleEndian(values, type.bytes);
    tensors.set(name, { shape, data: type.make(values.buffer) });
  }
  return { tensors, metadata };
}

interface Entry {
  readonly name: string;
  readonly type: NumberType;
  readonly shape: readonly number[];
  readonly length: number;
  readonly begin: number;
  readonly end: number;
}

/** One tensor of the header: its number type, shape and offsets agree. */
function readEntry(name: string, value: JsonValue): Entry {
  const info = object(name, value);
  for (const key of info.keys()) {
    if (key !== "dtype" && key !== "shape" && key !== "data_offsets") {
      refuse("header", `of ${show(name)} must hold dtype, shape and data_offsets, got ${show(key)}`);
    }
  }
  const dtype = info.get("dtype");
  const type = NUMBER_TYPES.find((candidate) => candidate.name === dtype);
  if (type === undefined) {
    return refuse(
      "dtype",
      `of ${show(name)} must be one of ${NUMBER_TYPES.map((t) => t.name).join(", ")}, got ${show(dtype)}`,
    );
  }
  const shape = wholeNumbers("shape", name, info.get("shape"));
  const offsets = wholeNumbers("offsets", name, info.get("data_offsets"));
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || end < begin) {
    return refuse("offsets", `of ${show(name)} must be two numbers in order, got ${offsets.slice(0, 4).join(", ")}`);
  }
  let length = 1;
  for (const n of shape) {
    // By division, so that no product is ever rounded; a zero anywhere makes the product zero.
    if (n > 0 && length > Number.MAX_SAFE_INTEGER / n) return refuse("shape", `of ${show(name)} must not overflow`);
    length *= n;
  }
  if ((end - begin) / type.bytes !== length) {
    return refuse("shape", `of ${show(name)} must fit ${end - begin} bytes of ${type.name}, got ${length} values`);
  }
  return { name, type, shape, length, begin, end };
}

function object(name: string, value: JsonValue): ReadonlyMap<string, JsonValue> {
  return value instanceof Map ? value : refuse("header", `of ${show(name)} must be an object`);
}

function wholeNumbers(what: "shape" | "offsets", name: string, value: JsonValue | undefined): readonly number[] {
  if (!Array.isArray(value)) return refuse(what, `of ${show(name)} must be an array, got ${show(value)}`);
  return value.map((n: JsonValue) => {
    if (typeof n === "number" && Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0)) return n;
    return refuse(what, `of ${show(name)} must hold whole numbers from 0, got ${show(n)}`);
  });
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse("header", "must be UTF-8");
  }
}

function refuse(code: FormatError["code"], what: string): never {
  throw new FormatError(
    code,
    `readSafetensors: ${code === "truncated" || code === "trailing" ? "the file" : code} ${what}`,
  );
}

function atMost(name: string, got: number, limit: number): void {
  if (got > limit) {
    throw new FormatError(
      "too-large",
      `readSafetensors: ${name} must be at most ${limit}, got ${got}; raise limits.${name}`,
    );
  }
}

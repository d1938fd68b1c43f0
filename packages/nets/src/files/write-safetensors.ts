import { integer, lengthOf, show } from "@hml/guard";
import { FORMAT_HEADER_BYTES, METADATA, NUMBER_TYPES, swapUnlessLittleEndian } from "./safetensors-format.ts";
import type { Tensor, Weights } from "./weights.ts";

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

/**
 * Tensors and free text as the bytes of a safetensors file, which Python, PyTorch and the reference reader read: the
 * header's length (8 bytes, little-endian), a JSON header padded with spaces to a multiple of 8, the values
 * little-endian with no gap, widest number type first, then by name.
 *
 * @throws TypeError or RangeError for tensors whose shape does not fit their data, or a tensor named `__metadata__`
 */
export function writeSafetensors(tensors: Weights, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const where = "writeSafetensors";
  if (!(tensors instanceof Map)) throw new TypeError(`${where}: tensors must be a Map, got ${show(tensors)}`);
  if (!(metadata instanceof Map)) throw new TypeError(`${where}: metadata must be a Map, got ${show(metadata)}`);
  const entries = [...tensors].map(([name, tensor]) => checkTensor(where, name, tensor));
  entries.sort((a, b) => a.rank - b.rank || byCodePoint(a.name, b.name));

  const parts: string[] = [];
  if (metadata.size > 0) {
    const pairs = [...metadata]
      .map(([key, value]) => [text(where, key), text(where, value)] as const)
      .toSorted(([a], [b]) => byCodePoint(a, b));
    parts.push(
      `"${METADATA}":{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`,
    );
  }
  let offset = 0;
  for (const { name, shape, bytes, rank } of entries) {
    const type = NUMBER_TYPES[rank]!.name;
    const end = offset + bytes.length;
    parts.push(
      `${JSON.stringify(name)}:{"dtype":"${type}","shape":[${shape.join(",")}],"data_offsets":[${offset},${end}]}`,
    );
    offset = end;
  }
  const header = new TextEncoder().encode(`{${parts.join(",")}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  if (padded > FORMAT_HEADER_BYTES) {
    throw new RangeError(`${where}: the header must not exceed ${FORMAT_HEADER_BYTES} bytes, got ${padded}`);
  }
  const out = new Uint8Array(8 + padded + offset);
  new DataView(out.buffer).setUint32(0, padded, true);
  out.fill(0x20, 8, 8 + padded);
  out.set(header, 8);
  let at = 8 + padded;
  for (const { bytes } of entries) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

/** A tensor to be written: its rank among the number types and its bytes in file order. */
interface Entry {
  readonly name: string;
  readonly rank: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

function checkTensor(where: string, name: string, tensor: Tensor): Entry {
  const { shape, data } = tensor;
  const rank = NUMBER_TYPES.findIndex((type) => type.matches(data));
  if (rank < 0) throw new TypeError(`${where}: ${show(name)}.data must be a typed array of numbers, got ${show(data)}`);
  if (name === METADATA) throw new RangeError(`${where}: a tensor must not be named ${METADATA}`);
  let length = 1;
  const sizes = Array.from({ length: lengthOf(where, `${show(name)}.shape`, shape) }, (_, axis) => {
    const n = integer(where, `${show(name)}.shape[${axis}]`, shape[axis]);
    length *= n;
    return n;
  });
  lengthOf(where, `${show(name)}.data`, data, length);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  swapUnlessLittleEndian(bytes, NUMBER_TYPES[rank]!.bytes);
  return { name: text(where, name), rank, shape: sizes, bytes };
}

/** A text that has a UTF-8 form. */
function text(where: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`${where}: names and metadata must be texts, got ${show(value)}`);
  if (/\p{Surrogate}/u.test(value)) throw new RangeError(`${where}: a text must not hold half a surrogate pair`);
  return value;
}

/** The order of UTF-8 bytes, which is that of code points; `<` on strings compares UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

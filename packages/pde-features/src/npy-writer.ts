import { checkOptions, integer, show } from "@hml/guard";
import { littleEndianHost, swapBytes } from "./byte-order.ts";
import type { NpyData, NpyType } from "./npy.ts";
import { float64Copy } from "./numeric.ts";

/** What can be written: values with a shape, or plain numbers, which become float64. */
export type NpyInput =
  | {
      /** The values in C order. */
      readonly data: NpyData;
      /** Default one axis. */
      readonly shape?: readonly number[];
      /** Default the type of `data`; `"b1"` writes a `Uint8Array` as Booleans. */
      readonly dtype?: NpyType;
    }
  | NpyData
  | readonly number[];

/**
 * Writes one array as npy version 1.0, little-endian, C order, the header padded so that the data begin at a multiple of
 * 64 bytes, as NumPy does.
 *
 * Throws a RangeError when the shape does not match the number of values, a TypeError for other types.
 */
export function writeNpy(array: NpyInput): Uint8Array {
  const { data, shape, dtype } = inputOf(array);
  const order = dtype === "u1" || dtype === "b1" ? "|" : "<";
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${order}${dtype}', 'fortran_order': False, 'shape': (${extents}), }`;
  const header = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const out = new Uint8Array(10 + header.length + data.byteLength);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
  out.set([1, 0, header.length & 255, header.length >> 8], 6);
  for (let i = 0; i < header.length; i++) out[10 + i] = header.charCodeAt(i);
  const payload = out.subarray(10 + header.length);
  payload.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (!littleEndianHost) swapBytes(payload, data.BYTES_PER_ELEMENT);
  return out;
}

/** Values, shape and type of what is to be written, checked. */
function inputOf(array: NpyInput): { data: NpyData; shape: readonly number[]; dtype: NpyType } {
  let given: { readonly data: NpyData | readonly number[]; readonly shape?: unknown; readonly dtype?: unknown };
  if (isBare(array)) given = { data: array };
  else {
    checkOptions("writeNpy", array, ["data", "shape", "dtype"], "array");
    given = array;
  }
  const data = isPlain(given.data) ? float64Copy("writeNpy", "data", given.data) : given.data;
  const natural = typeOf(data);
  if (natural === undefined) {
    throw new TypeError(`writeNpy: data must be numbers or one of their typed arrays, got ${show(data)}`);
  }
  const dtype = given.dtype === "b1" && natural === "u1" ? "b1" : natural;
  if (given.dtype !== undefined && given.dtype !== dtype) {
    throw new TypeError(`writeNpy: dtype must be ${natural} for this array, got ${show(given.dtype)}`);
  }
  const shape = given.shape ?? [data.length];
  if (!Array.isArray(shape) || shape.length > 64) {
    throw new TypeError(`writeNpy: shape must be an array of at most 64 extents, got ${show(shape)}`);
  }
  const extents = shape.map((extent, k) => integer("writeNpy", `shape[${k}]`, extent, 0));
  let left = data.length;
  for (const extent of extents) left /= extent;
  if (extents.includes(0) ? data.length > 0 : left !== 1) {
    throw new RangeError(`writeNpy: shape (${extents.join(", ")}) must multiply to ${data.length} values`);
  }
  return { data, shape: extents, dtype };
}

function isPlain(data: unknown): data is readonly number[] {
  return Array.isArray(data);
}

function isBare(array: NpyInput): array is NpyData | readonly number[] {
  return Array.isArray(array) || ArrayBuffer.isView(array);
}

function typeOf(data: unknown): NpyType | undefined {
  if (data instanceof Float64Array) return "f8";
  if (data instanceof Float32Array) return "f4";
  if (data instanceof Int32Array) return "i4";
  if (data instanceof BigInt64Array) return "i8";
  return data instanceof Uint8Array ? "u1" : undefined;
}

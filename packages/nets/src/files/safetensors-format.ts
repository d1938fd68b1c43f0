import type { TensorData } from "./weights.ts";

/** One number type of the format: its name, its width, and the typed array that holds it. */
export interface NumberType {
  readonly name: string;
  readonly bytes: number;
  readonly matches: (data: TensorData) => boolean;
  readonly make: (buffer: ArrayBuffer) => TensorData;
}

/** Number types in the order in which the reference writer lays tensors out: widest alignment first. */
export const NUMBER_TYPES: readonly NumberType[] = [
  { name: "F64", bytes: 8, matches: (d) => d instanceof Float64Array, make: (b) => new Float64Array(b) },
  { name: "F32", bytes: 4, matches: (d) => d instanceof Float32Array, make: (b) => new Float32Array(b) },
  { name: "U32", bytes: 4, matches: (d) => d instanceof Uint32Array, make: (b) => new Uint32Array(b) },
  { name: "I32", bytes: 4, matches: (d) => d instanceof Int32Array, make: (b) => new Int32Array(b) },
  { name: "U16", bytes: 2, matches: (d) => d instanceof Uint16Array, make: (b) => new Uint16Array(b) },
  { name: "I16", bytes: 2, matches: (d) => d instanceof Int16Array, make: (b) => new Int16Array(b) },
  { name: "I8", bytes: 1, matches: (d) => d instanceof Int8Array, make: (b) => new Int8Array(b) },
  { name: "U8", bytes: 1, matches: (d) => d instanceof Uint8Array, make: (b) => new Uint8Array(b) },
];

/** The one name that is not a tensor's. */
export const METADATA = "__metadata__";
/** The format's own bound on the header. */
export const FORMAT_HEADER_BYTES = 100_000_000;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Files are little-endian; so is nearly every machine. */
export function swapUnlessLittleEndian(bytes: Uint8Array, width: number): void {
  if (LITTLE_ENDIAN) return;
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
}

import { FormatError, show } from "@hml/guard";
import { type Limits, limitsOf, type ReadOptions } from "./limits.ts";
import { littleEndianHost, swapBytes } from "./byte-order.ts";
import { parseNpyHeader } from "./npy-header.ts";

/** The typed arrays that npy files are read into and written from. */
export type NpyData = Float64Array | Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** Element types: float64, float32, int32, int64, uint8 and Boolean (0 or 1 in a Uint8Array). */
export type NpyType = "f8" | "f4" | "i4" | "i8" | "u1" | "b1";

/** An array with its shape, in C order whatever the file's order was. */
export interface NpyArray {
  /** The values, row-major, in memory of their own. */
  readonly data: NpyData;
  /** Extents; empty for a single number. */
  readonly shape: readonly number[];
  /** Element type of the file. */
  readonly dtype: NpyType;
}

interface Kind {
  readonly bytes: number;
  readonly view: (buffer: ArrayBuffer) => NpyData;
}

const kinds: ReadonlyMap<NpyType, Kind> = new Map<NpyType, Kind>([
  ["f8", { bytes: 8, view: (buffer) => new Float64Array(buffer) }],
  ["f4", { bytes: 4, view: (buffer) => new Float32Array(buffer) }],
  ["i4", { bytes: 4, view: (buffer) => new Int32Array(buffer) }],
  ["i8", { bytes: 8, view: (buffer) => new BigInt64Array(buffer) }],
  ["u1", { bytes: 1, view: (buffer) => new Uint8Array(buffer) }],
  ["b1", { bytes: 1, view: (buffer) => new Uint8Array(buffer) }],
]);

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads one array in NumPy's npy format, versions 1.0, 2.0 and 3.0: float64, float32, int32, int64, uint8 and Boolean,
 * either byte order, C or Fortran order (delivered in C order).
 *
 * The file is not trusted: the size it declares is compared with the bytes present before any memory is taken, bytes
 * left over are refused, object arrays are never read. Throws a FormatError whose `code` tells what is wrong ("magic",
 * "version", "header", "pickle", "dtype", "shape", "too-large", "truncated", "trailing"), a TypeError for anything but a
 * Uint8Array.
 *
 * Source: NumPy enhancement proposal 1 and `numpy.lib.format`.
 */
export function readNpy(bytes: Uint8Array, options: ReadOptions = {}): NpyArray {
  const limits = limitsOf("readNpy", options);
  return parseNpy(checkBytes("readNpy", bytes, limits), limits);
}

/** `readNpy` after its arguments are checked; also reads the entries of an archive. */
export function parseNpy(file: Uint8Array, limits: Limits): NpyArray {
  if (MAGIC.some((byte, i) => i < file.length && file[i] !== byte)) {
    throw new FormatError("magic", "npy: file must begin with \\x93NUMPY");
  }
  need(file, 8, "the version");
  const [major, minor] = [file[6]!, file[7]!];
  if (major < 1 || major > 3 || minor !== 0) {
    throw new FormatError("version", `npy: version must be 1.0, 2.0 or 3.0, got ${major}.${minor}`);
  }
  const start = major === 1 ? 10 : 12;
  need(file, start, "the header length");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerBytes > limits.headerBytes) {
    throw new FormatError(
      "too-large",
      `npy: header must hold at most ${limits.headerBytes} bytes, declares ${headerBytes}`,
    );
  }
  need(file, start + headerBytes, "the header");
  const { descr, fortran, shape } = parseNpyHeader(ascii(file.subarray(start, start + headerBytes)));
  const { dtype, kind, swap } = kindOf(descr);
  const offset = start + headerBytes;
  const count = countOf(shape, limits, kind.bytes, file.length - offset);
  const payload = file.length - offset;
  if (payload > count * kind.bytes) {
    throw new FormatError(
      "trailing",
      `npy: file must end after ${count} values of ${kind.bytes} bytes, got ${payload} bytes`,
    );
  }

  let copy = new Uint8Array(payload);
  copy.set(file.subarray(offset));
  if (swap) swapBytes(copy, kind.bytes);
  if (fortran && shape.length > 1) copy = toCOrder(copy, kind.bytes, shape);
  if (dtype === "b1") for (let i = 0; i < copy.length; i++) copy[i] = copy[i] === 0 ? 0 : 1;
  return { data: kind.view(copy.buffer), shape, dtype };
}

/** The bytes of a file, checked to be a Uint8Array within the limit. */
export function checkBytes(where: string, bytes: unknown, limits: Limits): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${where}: bytes must be a Uint8Array, got ${show(bytes)}`);
  if (bytes.length > limits.bytes) {
    throw new FormatError("too-large", `${where}: file must hold at most ${limits.bytes} bytes, got ${bytes.length}`);
  }
  return bytes;
}

function need(file: Uint8Array, length: number, what: string): void {
  if (file.length < length) {
    throw new FormatError("truncated", `npy: file must hold ${length} bytes for ${what}, got ${file.length}`);
  }
}

function ascii(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    if (byte > 126) throw new FormatError("header", `npy: header must be ASCII, got byte ${byte}`);
    text += String.fromCharCode(byte);
  }
  return text;
}

function kindOf(descr: string): { dtype: NpyType; kind: Kind; swap: boolean } {
  if (/^[<>|=]?O/.test(descr)) {
    throw new FormatError("pickle", "npy: object arrays are never read; save numbers, for instance by astype(float)");
  }
  const [, order, name] = /^([<>|])([a-z]\d+)$/.exec(descr) ?? [];
  for (const [dtype, kind] of kinds) {
    if (dtype !== name || (kind.bytes === 1) !== (order === "|")) continue;
    return { dtype, kind, swap: kind.bytes > 1 && (order === "<") !== littleEndianHost };
  }
  throw new FormatError(
    "dtype",
    `npy: dtype must be one of ${[...kinds.keys()].join(", ")} with byte order < or >, got ${show(descr)}`,
  );
}

/** The number of elements, by divisions only, so that no product can wrap; refused unless the bytes are present. */
function countOf(shape: readonly number[], limits: Limits, itemBytes: number, present: number): number {
  if (shape.includes(0)) return 0;
  const most = Math.min(limits.elements, Math.floor(limits.bytes / itemBytes));
  let count = 1;
  for (const extent of shape) {
    if (extent > Math.floor(most / count)) {
      throw new FormatError("too-large", `npy: shape (${shape.join(", ")}) must hold at most ${most} elements`);
    }
    count *= extent;
  }
  if (count > Math.floor(present / itemBytes)) {
    throw new FormatError(
      "truncated",
      `npy: shape (${shape.join(", ")}) needs ${count} values of ${itemBytes} bytes, got ${present} bytes`,
    );
  }
  return count;
}

/** Reorders items from first-axis-fastest to last-axis-fastest, walking the target in order. */
function toCOrder(bytes: Uint8Array, itemBytes: number, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const stride: number[] = [];
  let size = itemBytes;
  for (const extent of shape) {
    stride.push(size);
    size *= extent;
  }
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < bytes.length; to += itemBytes) {
    for (let b = 0; b < itemBytes; b++) out[to + b] = bytes[from + b]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      from += stride[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

import { checkOptions, FormatError, show } from "@hml/guard";
import { limitsOf, type ReadOptions } from "./limits.ts";
import { checkBytes, type NpyArray, parseNpy } from "./npy.ts";
import { type NpyInput, writeNpy } from "./npy-writer.ts";
import { unzip } from "./unzip.ts";
import { zip } from "./zip.ts";

/**
 * Reads all arrays of a NumPy npz archive, as `numpy.savez` and `numpy.savez_compressed` write it.
 *
 * Keys are the entry names without ".npy", any name at all, "__proto__" and "../x" included: they are keys of a `Map` and
 * nothing else. The archive is not trusted: sizes are compared with the bytes present before memory is taken, what comes
 * out is counted, every CRC-32 is checked. Throws a FormatError whose `code` tells what is wrong, and which entry.
 */
export function readNpz(bytes: Uint8Array, options: ReadOptions = {}): Map<string, NpyArray> {
  const limits = limitsOf("readNpz", options);
  const arrays = new Map<string, NpyArray>();
  for (const [name, entry] of unzip(checkBytes("readNpz", bytes, limits), limits)) {
    if (!name.endsWith(".npy")) {
      throw new FormatError("unsupported", `npz: entries must be .npy files, got ${show(name)}`);
    }
    try {
      arrays.set(name.slice(0, -4), parseNpy(entry, limits));
    } catch (error) {
      if (error instanceof FormatError) throw new FormatError(error.code, `npz: entry ${show(name)}: ${error.message}`);
      throw error;
    }
  }
  return arrays;
}

/** Options of `writeNpz`. */
export interface WriteNpzOptions {
  /** Whether entries are deflated, default false, as `numpy.savez`. */
  readonly compress?: boolean;
}

/**
 * Writes arrays as an npz archive that NumPy reads. Equal arrays give equal bytes: entries bear the date 1980-01-01.
 *
 * Throws as `writeNpy`, and a RangeError beyond 4 GiB or 65,535 arrays.
 */
export function writeNpz(
  arrays: ReadonlyMap<string, NpyInput> | Readonly<Record<string, NpyInput>>,
  options: WriteNpzOptions = {},
): Uint8Array {
  checkOptions("writeNpz", options, ["compress"]);
  if (arrays === null || typeof arrays !== "object") {
    throw new TypeError(`writeNpz: arrays must be a Map or an object of arrays, got ${show(arrays)}`);
  }
  const entries = new Map<string, Uint8Array>();
  for (const [name, array] of arrays instanceof Map ? arrays : Object.entries(arrays)) {
    entries.set(`${name}.npy`, writeNpy(array));
  }
  return zip(entries, options.compress === true);
}

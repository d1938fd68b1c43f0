import { FormatError, show } from "@hml/guard";
import { Inflate, strFromU8, strToU8 } from "fflate";
import { crc32 } from "./crc32.ts";
import type { Limits } from "./limits.ts";

/** One entry of a central directory, its place in the file checked. */
interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Start of the local header. */
  readonly header: number;
  /** Start of the packed bytes. */
  readonly start: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const MIB = 1048576;
/** Packed bytes given to the inflater at a time: deflate expands at most 1032:1, so at most 4.1 MiB come back. */
const CHUNK = 4096;
/** Pieces in a row that may give nothing. A stored block waits for 64 KiB, 16 pieces; a stream that has ended gives no more. */
const IDLE = 32;

/**
 * Walks the entries of a zip archive in memory, stored or deflated, with 64-bit extensions, in the order of the central
 * directory; each entry's bytes are checked against its declared size and CRC-32 and are then the caller's.
 *
 * Nothing the file declares is believed before it is compared with the bytes present: places by bounds, sizes by limits
 * and by counting what comes out. Names are data: any name but a repeated one is passed on as it is. Throws a FormatError
 * ("magic", "truncated", "offsets", "header", "unsupported", "duplicate", "too-large", "ratio", "size", "crc").
 *
 * Source: PKWARE APPNOTE 6.3.
 */
export function* unzip(
  file: Uint8Array,
  limits: Limits,
): Generator<readonly [name: string, bytes: Uint8Array], void, void> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let declared = 0;
  const entries = directory(file, view, limits);
  for (const entry of entries) {
    declared += entry.size;
    if (declared > limits.bytes) {
      throw new FormatError(
        "too-large",
        `zip: entries must expand to at most ${limits.bytes} bytes, declare ${declared}`,
      );
    }
    if (entry.size >= MIB && entry.size > limits.ratio * entry.packed) {
      throw new FormatError(
        "ratio",
        `zip: ${show(entry.name)} must expand at most ${limits.ratio}:1, declares ${entry.size} bytes of ${entry.packed}`,
      );
    }
  }
  for (const entry of entries) {
    const packed = file.subarray(entry.start, entry.start + entry.packed);
    const bytes = entry.method === 0 ? stored(entry, packed) : inflated(entry, packed);
    const crc = crc32(bytes);
    if (crc !== entry.crc) {
      throw new FormatError("crc", `zip: ${show(entry.name)} must have CRC-32 ${hex(entry.crc)}, got ${hex(crc)}`);
    }
    yield [entry.name, bytes];
  }
}

/** All entries, after their places are checked: inside the file, not overlapping, names not repeated. */
function directory(file: Uint8Array, view: DataView, limits: Limits): Entry[] {
  if (file.length >= 4 && view.getUint32(0, true) !== LOCAL && view.getUint32(0, true) !== END) {
    throw new FormatError("magic", "zip: file must begin with PK\\x03\\x04");
  }
  const { count, size, offset, end } = endOfDirectory(file, view);
  if (count > limits.entries) {
    throw new FormatError("too-large", `zip: archive must hold at most ${limits.entries} entries, declares ${count}`);
  }
  if (!(offset <= end) || size !== end - offset) {
    throw new FormatError("offsets", `zip: directory must end at byte ${end}, declares ${offset} + ${size}`);
  }
  if (count > Math.floor(size / 46)) {
    throw new FormatError(
      "truncated",
      `zip: directory of ${size} bytes must hold ${count} entries of 46 bytes and more`,
    );
  }
  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = offset;
  for (let k = 0; k < count; k++) {
    if (end - at < 46 || view.getUint32(at, true) !== CENTRAL) {
      throw new FormatError("header", `zip: entry ${k} must have a directory record at byte ${at}`);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > end)
      throw new FormatError("truncated", `zip: record of entry ${k} must end by byte ${end}, declares ${next}`);
    const entry = entryAt(file, view, at, nameBytes, extraBytes, offset);
    if (names.has(entry.name))
      throw new FormatError("duplicate", `zip: names must be distinct, got ${show(entry.name)} twice`);
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  if (at !== end) throw new FormatError("trailing", `zip: directory must end at byte ${end}, its records end at ${at}`);
  const byPlace = entries.toSorted((a, b) => a.header - b.header);
  for (let k = 1; k < byPlace.length; k++) {
    if (byPlace[k]!.header < byPlace[k - 1]!.start + byPlace[k - 1]!.packed) {
      throw new FormatError("offsets", `zip: entries must not overlap, got ${show(byPlace[k]!.name)} inside another`);
    }
  }
  return entries;
}

/** The end-of-directory record, whose comment must reach exactly to the end of the file, with its 64-bit extension. */
function endOfDirectory(
  file: Uint8Array,
  view: DataView,
): { count: number; size: number; offset: number; end: number } {
  let at = file.length - 22;
  const first = Math.max(0, at - 65535);
  while (at >= first && !(view.getUint32(at, true) === END && view.getUint16(at + 20, true) === file.length - at - 22))
    at--;
  if (at < first) throw new FormatError("truncated", "zip: file must end with a directory, got none");
  if (view.getUint16(at + 4, true) !== 0 && view.getUint16(at + 4, true) !== 65535) {
    throw new FormatError("unsupported", "zip: archive must be in one part");
  }
  const plain = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
    end: at,
  };
  if (plain.count !== 65535 && plain.size !== 4294967295 && plain.offset !== 4294967295) return plain;
  if (at < 20 || view.getUint32(at - 20, true) !== LOCATOR64) return plain;
  const record = uint64(view, at - 12);
  if (!(record <= at - 20 - 56) || view.getUint32(record, true) !== END64) {
    throw new FormatError("offsets", "zip: 64-bit end record must lie before its locator");
  }
  return {
    count: uint64(view, record + 32),
    size: uint64(view, record + 40),
    offset: uint64(view, record + 48),
    end: record,
  };
}

function entryAt(
  file: Uint8Array,
  view: DataView,
  at: number,
  nameBytes: number,
  extraBytes: number,
  directoryStart: number,
): Entry {
  const flags = view.getUint16(at + 8, true);
  const label = file.subarray(at + 46, at + 46 + nameBytes);
  const name = decodeName(label, (flags & 0x800) !== 0);
  const method = view.getUint16(at + 10, true);
  if ((flags & 1) !== 0) throw new FormatError("unsupported", `zip: ${show(name)} must not be encrypted`);
  if (method !== 0 && method !== 8) {
    throw new FormatError("unsupported", `zip: ${show(name)} must be stored or deflated, got method ${method}`);
  }
  // In this order a 64-bit extension replaces those fields that hold all ones.
  const fields = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  if (fields.includes(4294967295)) readExtension(view, at + 46 + nameBytes, extraBytes, fields, name);
  const [size, packed, header] = [fields[0]!, fields[1]!, fields[2]!];
  if (!(header <= directoryStart - 30) || view.getUint32(header, true) !== LOCAL) {
    throw new FormatError(
      "offsets",
      `zip: ${show(name)} must have its header before the directory, declares byte ${header}`,
    );
  }
  const localName = view.getUint16(header + 26, true);
  const start = header + 30 + localName + view.getUint16(header + 28, true);
  if (!(start + packed <= directoryStart)) {
    throw new FormatError("offsets", `zip: ${show(name)} must end before the directory, declares ${packed} bytes`);
  }
  if (localName !== nameBytes || label.some((byte, i) => file[header + 30 + i] !== byte)) {
    throw new FormatError("header", `zip: ${show(name)} must bear the same name in its header and the directory`);
  }
  return { name, method, crc: view.getUint32(at + 16, true), packed, size, header, start };
}

/** Fills the fields that hold all ones from the extra field 0x0001. */
function readExtension(view: DataView, from: number, length: number, fields: number[], name: string): void {
  for (let at = from; at + 4 <= from + length; ) {
    const [tag, bytes] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const end = at + 4 + bytes;
    if (end > from + length) break;
    if (tag === 1) {
      let value = at + 4;
      for (const [k, field] of fields.entries()) {
        if (field !== 4294967295) continue;
        if (value + 8 > end) break;
        fields[k] = uint64(view, value);
        value += 8;
      }
      return;
    }
    at = end;
  }
  throw new FormatError("header", `zip: ${show(name)} must have a 64-bit extension for its sizes`);
}

function stored(entry: Entry, packed: Uint8Array): Uint8Array {
  if (entry.packed !== entry.size) {
    throw new FormatError(
      "size",
      `zip: ${show(entry.name)} is stored and must have one size, declares ${entry.packed} and ${entry.size}`,
    );
  }
  return packed;
}

/** Inflates in small pieces into memory of the declared size and stops at the first byte too many. */
function inflated(entry: Entry, packed: Uint8Array): Uint8Array {
  const out = new Uint8Array(entry.size);
  let filled = 0;
  let idle = 0;
  const wrong = (): never => {
    throw new FormatError("size", `zip: ${show(entry.name)} must expand to the declared ${entry.size} bytes`);
  };
  const inflate = new Inflate((piece) => {
    if (piece.length > entry.size - filled) wrong();
    out.set(piece, filled);
    filled += piece.length;
    idle = piece.length > 0 ? 0 : idle + 1;
    if (idle > IDLE) wrong();
  });
  try {
    for (let at = 0; at < packed.length || at === 0; at += CHUNK) {
      inflate.push(packed.subarray(at, at + CHUNK), at + CHUNK >= packed.length);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError("crc", `zip: ${show(entry.name)} must be a whole deflate stream, it is damaged`);
  }
  if (filled !== entry.size) wrong();
  return out;
}

/** UTF-8 where flagged, else ASCII; bytes that are neither are refused rather than guessed. */
function decodeName(bytes: Uint8Array, utf8: boolean): string {
  const name = strFromU8(bytes, !utf8);
  const back = strToU8(name, !utf8);
  const ascii = utf8 || bytes.every((byte) => byte < 128);
  if (!ascii || back.length !== bytes.length || back.some((byte, i) => byte !== bytes[i])) {
    throw new FormatError("unsupported", "zip: names must be ASCII, or UTF-8 with its flag");
  }
  return name;
}

/** A 64-bit size as a number; one beyond 2^53 becomes Infinity, which no bound accepts. */
function uint64(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  return high > 2097151 ? Number.POSITIVE_INFINITY : high * 4294967296 + view.getUint32(at, true);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

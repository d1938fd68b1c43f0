import { deflateSync, strToU8 } from "fflate";

/** One entry of an archive under construction; every field can be made to lie. */
export interface Part {
  readonly name: string | Uint8Array;
  readonly bytes: Uint8Array;
  readonly deflate?: boolean;
  /** The packed bytes themselves, in place of `bytes` stored or deflated. */
  readonly raw?: Uint8Array;
  readonly crc?: number;
  /** Declared sizes and place in the directory. */
  readonly size?: number;
  readonly packed?: number;
  readonly offset?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Name in the local header, when it differs. */
  readonly localName?: string;
  /** Sizes and place go into a 64-bit extension of the directory record, as archives beyond 4 GiB have them. */
  readonly zip64?: boolean;
}

/** Lies of the end record. */
export interface End {
  readonly count?: number;
  readonly size?: number;
  readonly offset?: number;
  readonly comment?: Uint8Array;
  /** Adds a 64-bit end record and locator, and all ones in the plain one. */
  readonly zip64?: boolean;
  readonly record?: number;
}

/** CRC-32 bit by bit, independent of the table in src. */
export function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Little-endian numbers as bytes: [value, width in bytes]... */
function fields(...pairs: ReadonlyArray<readonly [value: number | bigint, width: 2 | 4 | 8]>): Uint8Array {
  const out = new Uint8Array(pairs.reduce((sum, [, width]) => sum + width, 0));
  let at = 0;
  for (const [value, width] of pairs) {
    for (let k = 0; k < width; k++) out[at + k] = Number((BigInt(value) >> BigInt(8 * k)) & 255n);
    at += width;
  }
  return out;
}

/** Concatenates. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A zip archive of the given parts, as honest as they are. */
export function archive(parts: readonly Part[], end: End = {}): Uint8Array {
  const bodies: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  let place = 0;
  for (const part of parts) {
    const name = typeof part.name === "string" ? strToU8(part.name) : part.name;
    const localName = part.localName === undefined ? name : strToU8(part.localName);
    const method = part.method ?? (part.deflate === true ? 8 : 0);
    const packed = part.raw ?? (part.deflate === true ? deflateSync(part.bytes) : part.bytes);
    const crc = part.crc ?? slowCrc(part.bytes);
    const flags = part.flags ?? 0;
    const [size, stored, offset] = [part.size ?? part.bytes.length, part.packed ?? packed.length, part.offset ?? place];
    const ones = 4294967295;
    const extra =
      part.zip64 === true ? fields([1, 2], [24, 2], [size, 8], [stored, 8], [offset, 8]) : new Uint8Array(0);
    const common = (a: number, b: number): Uint8Array =>
      fields([20, 2], [flags, 2], [method, 2], [0, 2], [0x21, 2], [crc, 4], [a, 4], [b, 4]);
    const body = joined([
      fields([0x04034b50, 4]),
      common(Math.min(stored, ones), Math.min(size, ones)),
      fields([localName.length, 2], [0, 2]),
      localName,
      packed,
    ]);
    const wide = part.zip64 === true;
    records.push(
      joined([
        fields([0x02014b50, 4], [20, 2]),
        common(wide ? ones : stored, wide ? ones : size),
        fields([name.length, 2], [extra.length, 2], [0, 2], [0, 2], [0, 2], [0, 4], [wide ? ones : offset, 4]),
        name,
        extra,
      ]),
    );
    bodies.push(body);
    place += body.length;
  }
  const directory = joined(records);
  const [count, size, offset] = [end.count ?? parts.length, end.size ?? directory.length, end.offset ?? place];
  const comment = end.comment ?? new Uint8Array(0);
  const wide = end.zip64 === true;
  const tail = wide
    ? joined([
        fields(
          [0x06064b50, 4],
          [44, 8],
          [45, 2],
          [45, 2],
          [0, 4],
          [0, 4],
          [count, 8],
          [count, 8],
          [size, 8],
          [offset, 8],
        ),
        fields([0x07064b50, 4], [0, 4], [end.record ?? place + directory.length, 8], [1, 4]),
      ])
    : new Uint8Array(0);
  const plain = fields(
    [0x06054b50, 4],
    [0, 4],
    [wide ? 65535 : count, 2],
    [wide ? 65535 : count, 2],
    [wide ? 4294967295 : size, 4],
    [wide ? 4294967295 : offset, 4],
    [comment.length, 2],
  );
  return joined([...bodies, directory, tail, plain, comment]);
}

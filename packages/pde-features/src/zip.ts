import { deflateSync, strToU8 } from "fflate";
import { crc32 } from "./crc32.ts";

/** Packs named bytes into an archive: UTF-8 names, dates of 1980-01-01, so equal input gives equal bytes. */
export function zip(files: ReadonlyMap<string, Uint8Array>, compress: boolean): Uint8Array {
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const label = strToU8(name);
    const packed = compress ? deflateSync(bytes) : bytes;
    const local = new Uint8Array(30 + label.length);
    const central = new Uint8Array(46 + label.length);
    const common = new DataView(new ArrayBuffer(26));
    common.setUint16(0, 20, true); // version needed
    common.setUint16(2, label.length === name.length ? 0 : 0x800, true); // UTF-8 flag
    common.setUint16(4, compress ? 8 : 0, true);
    common.setUint16(8, 0x21, true); // 1980-01-01
    common.setUint32(10, crc32(bytes), true);
    common.setUint32(14, packed.length, true);
    common.setUint32(18, bytes.length, true);
    common.setUint16(22, label.length, true);
    const head = new DataView(local.buffer);
    head.setUint32(0, 0x04034b50, true);
    local.set(new Uint8Array(common.buffer), 4);
    local.set(label, 30);
    const tail = new DataView(central.buffer);
    tail.setUint32(0, 0x02014b50, true);
    tail.setUint16(4, 20, true);
    central.set(new Uint8Array(common.buffer), 6);
    tail.setUint32(42, offset, true);
    central.set(label, 46);
    locals.push(local, packed);
    centrals.push(central);
    offset += local.length + packed.length;
    if (label.length > 65535 || files.size > 65535 || offset > 4294967295) {
      throw new RangeError("zip: arrays must fit 65,535 entries with names of 65,535 bytes and 4 GiB in all");
    }
  }
  const size = centrals.reduce((sum, part) => sum + part.length, 0);
  if (offset + size > 4294967295) throw new RangeError("zip: arrays must fit 4 GiB in all");
  const end = new Uint8Array(22);
  const last = new DataView(end.buffer);
  last.setUint32(0, 0x06054b50, true);
  last.setUint16(8, files.size, true);
  last.setUint16(10, files.size, true);
  last.setUint32(12, size, true);
  last.setUint32(16, offset, true);
  const out = new Uint8Array(offset + size + 22);
  let at = 0;
  for (const part of [...locals, ...centrals, end]) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

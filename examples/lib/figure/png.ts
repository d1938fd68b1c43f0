import { crc32, deflateSync } from "node:zlib";

/** An 8-bit RGB image as a PNG file; `rgb` is row-major from the top, three bytes a pixel. */
export function encodePng(width: number, height: number, rgb: Uint8Array): Uint8Array {
  if (rgb.length !== 3 * width * height) {
    throw new RangeError(`encodePng: rgb must have length ${3 * width * height}, got ${rgb.length}`);
  }
  const stride = 3 * width;
  const filtered = new Uint8Array((stride + 1) * height);
  for (let row = 0; row < height; row++) {
    filtered.set(rgb.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(filtered, { level: 9 })),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** The same image as a `data:` address, for use inside an SVG. */
export function pngAddress(width: number, height: number, rgb: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(encodePng(width, height, rgb)).toString("base64")}`;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

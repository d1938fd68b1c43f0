import type { NpyArray } from "../src/index.ts";

/** Values of an npy file by the plainest means: header through JSON, one DataView call a value, indices by arithmetic. */
function oracle(bytes: Uint8Array): { values: Array<number | bigint>; shape: number[]; dtype: string } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6]! > 1;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (long ? 12 : 10) + length;
  const json = new TextDecoder("latin1")
    .decode(bytes.subarray(start - length, start))
    .replace(/'/g, '"')
    .replace(/True/, "true")
    .replace(/False/, "false")
    .replace(/\(/g, "[")
    .replace(/\)/g, "]")
    .replace(/(\d)L/g, "$1")
    .replace(/,(\s*[\]}])/g, "$1");
  const { descr, fortran_order, shape } = JSON.parse(json) as {
    descr: string;
    fortran_order: boolean;
    shape: number[];
  };
  const little = descr.startsWith("<");
  const dtype = descr.slice(1);
  const size = Number(dtype.slice(1));
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, c) => {
    let rest = c;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      const stride = (fortran_order ? shape.slice(0, axis) : shape.slice(axis + 1)).reduce((a, b) => a * b, 1);
      place += index * stride;
    }
    const at = start + place * size;
    if (dtype === "f8") return view.getFloat64(at, little);
    if (dtype === "f4") return view.getFloat32(at, little);
    if (dtype === "i4") return view.getInt32(at, little);
    if (dtype === "i8") return view.getBigInt64(at, little);
    return dtype === "b1" ? Math.min(view.getUint8(at), 1) : view.getUint8(at);
  });
  return { values, shape, dtype };
}

/** Whether a read array is the oracle's. */
export function agrees(array: NpyArray, bytes: Uint8Array): boolean {
  const { values, shape, dtype } = oracle(bytes);
  return (
    dtype === array.dtype &&
    shape.length === array.shape.length &&
    shape.every((extent, k) => extent === array.shape[k]) &&
    values.length === array.data.length &&
    values.every((value, i) => Object.is(value, array.data[i]))
  );
}

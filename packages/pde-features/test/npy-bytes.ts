/** An npy header as NumPy writes it, from raw parts that may be wrong. */
export function header(descr: string, shape: string, fortran = "False"): string {
  return `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
}

/** An npy file of the given header text and payload; the length of the header is right, nothing else is checked. */
export function file(text: string, payload: Uint8Array, version: 1 | 2 | 3 = 1): Uint8Array {
  const start = version === 1 ? 10 : 12;
  const out = new Uint8Array(start + text.length + payload.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(out.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  for (let i = 0; i < text.length; i++) out[start + i] = text.charCodeAt(i);
  out.set(payload, start + text.length);
  return out;
}

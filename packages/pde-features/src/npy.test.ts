import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { file, header } from "../test/npy-bytes.ts";
import { shortest } from "../test/shared.ts";
import { FormatError, type NpyData, readNpy, writeNpy } from "./index.ts";

/** The code of the FormatError that a call throws. */
const refusal = (bytes: Uint8Array, limits = {}): string => {
  try {
    readNpy(bytes, { limits });
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return "read";
};
const le = (values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
const be = (values: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [i, v] of values.entries()) view.setFloat64(8 * i, v, false);
  return new Uint8Array(view.buffer);
};
const f8 = (shape: string, order = "False"): string => header("<f8", shape, order);

describe("readNpy", () => {
  it("reads little- and big-endian, versions 1.0, 2.0 and 3.0, no axes and no elements", () => {
    for (const version of [1, 2, 3] as const) {
      expect([...readNpy(file(f8("(3,)"), le([1, -2, 0.5]), version)).data]).toEqual([1, -2, 0.5]);
      expect([...readNpy(file(header(">f8", "(3,)"), be([1, -2, 0.5]), version)).data]).toEqual([1, -2, 0.5]);
    }
    expect(readNpy(file(f8("()"), le([7])))).toEqual({ data: Float64Array.of(7), shape: [], dtype: "f8" });
    expect(readNpy(file(f8("(0,)"), le([]))).shape).toEqual([0]);
    expect(readNpy(file(f8("(4, 0, 2)"), le([]))).data).toHaveLength(0);
  });
  it("delivers Fortran order in C order", () => {
    const flat = readNpy(file(f8("(2, 3)", "True"), le([1, 4, 2, 5, 3, 6])));
    expect([...flat.data]).toEqual([1, 2, 3, 4, 5, 6]);
    const cube = Float64Array.from({ length: 24 }, (_, i) => i);
    const fortran = Float64Array.from({ length: 24 }, (_, i) => {
      const [a, b, c] = [i % 2, Math.floor(i / 2) % 3, Math.floor(i / 6)];
      return (a * 3 + b) * 4 + c;
    });
    expect(readNpy(file(f8("(2, 3, 4)", "True"), new Uint8Array(fortran.buffer))).data).toEqual(cube);
    expect(readNpy(file(header(">f8", "(2, 2)", "True"), be([1, 3, 2, 4]))).data).toEqual(Float64Array.of(1, 2, 3, 4));
  });
  it("reads every type it knows", () => {
    const four = new DataView(new ArrayBuffer(4));
    four.setFloat32(0, 1.5, false);
    expect(readNpy(file(header(">f4", "(1,)"), new Uint8Array(four.buffer))).data).toEqual(Float32Array.of(1.5));
    four.setInt32(0, -70000, false);
    expect(readNpy(file(header(">i4", "(1,)"), new Uint8Array(four.buffer))).data).toEqual(Int32Array.of(-70000));
    expect(readNpy(file(header("<i8", "(1,)"), new Uint8Array(BigInt64Array.of(-5n).buffer))).data).toEqual(
      BigInt64Array.of(-5n),
    );
    expect(readNpy(file(header("|u1", "(2,)"), Uint8Array.of(3, 255))).data).toEqual(Uint8Array.of(3, 255));
    expect(readNpy(file(header("|b1", "(3,)"), Uint8Array.of(0, 1, 2))).data).toEqual(Uint8Array.of(0, 1, 1));
  });
  it("keeps the bits of NaN, infinities and minus zero, and memory of its own", () => {
    const bytes = file(f8("(4,)"), le([Number.NaN, Infinity, -Infinity, -0]));
    const { data } = readNpy(bytes);
    expect([...data]).toEqual([Number.NaN, Infinity, -Infinity, -0]);
    bytes.fill(0);
    expect(data[1]).toBe(Infinity);
  });
  it("reads from any offset of a larger buffer", () => {
    const bytes = file(f8("(2,)"), le([1, 2]));
    const shifted = new Uint8Array(bytes.length + 8);
    shifted.set(bytes, 3);
    expect([...readNpy(shifted.subarray(3, 3 + bytes.length)).data]).toEqual([1, 2]);
    expect([...readNpy(Buffer.from(bytes)).data]).toEqual([1, 2]);
  });
  it("reads headers in other spellings of the same dict", () => {
    for (const text of [
      `{"shape": (2,), "fortran_order": False, "descr": "<f8"}`,
      `{'descr':'<f8','fortran_order':False,'shape':(2,)}\n`,
      ` { 'descr' : '<f8' , 'fortran_order' : False , 'shape' : ( 2 , ) , } `,
      `{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }`,
      `{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2,), }`,
    ]) {
      expect([...readNpy(file(text, le([1, 2]))).data], text).toEqual([1, 2]);
    }
  });

  it("refuses object arrays, structured and unknown types", () => {
    expect(refusal(file(header("|O", "(1,)"), le([1])))).toBe("pickle");
    expect(() => readNpy(file(header("|O", "(1,)"), le([1])))).toThrow("object arrays are never read");
    expect(refusal(file(header("O8", "(1,)"), le([1])))).toBe("pickle");
    for (const type of ["<c16", "<U3", "|S8", "<f2", "<i2", "=f8", "f8", "|f8", "<u1", "<b1", "<f16", "<M8[ns]", ""]) {
      expect(refusal(file(header(type, "(1,)"), le([1]))), type).toBe("dtype");
    }
    expect(refusal(file(`{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}`, le([1])))).toBe("dtype");
    expect(refusal(file(`{'descr': ('<f8', (2,)), 'fortran_order': False, 'shape': (1,)}`, le([1, 2])))).toBe("dtype");
  });
  it("refuses sizes beyond the bytes present before it takes memory, without a product that could wrap", () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["(1099511627776,)", "too-large"],
      ["(4294967296, 4294967296)", "too-large"],
      ["(9007199254740993,)", "too-large"],
      [`(${"9".repeat(300)},)`, "too-large"],
      [`(${Array.from({ length: 64 }, () => "65536").join(", ")})`, "too-large"],
      ["(134217729,)", "too-large"],
      ["(134217728,)", "truncated"],
      ["(3,)", "truncated"],
      ["(2, 2)", "truncated"],
      [`(${Array.from({ length: 65 }, () => "1").join(", ")})`, "shape"],
      ["(-1,)", "header"],
      ["(1.5,)", "header"],
      ["(02,)", "header"],
      ["(2)", "header"],
      ["(,)", "header"],
      ["(1, 2", "header"],
      ["2", "shape"],
      ["[2]", "shape"],
      ["None", "shape"],
    ];
    for (const [shape, code] of cases) expect(refusal(file(f8(shape), le([1, 2]))), shape).toBe(code);
    const claim = file(f8("(1099511627776,)"), new Uint8Array(0));
    expect(shortest(() => void refusal(claim), 1)).toBeLessThan(1);
    expect(refusal(file(f8("(0, 9007199254740992)"), le([])))).toBe("too-large");
    expect(refusal(file(f8("(1099511627776, 1099511627776, 0)"), le([])))).toBe("read");
  });
  it("refuses what is not one whole npy file", () => {
    const good = file(f8("(1,)"), le([1]));
    expect(refusal(new Uint8Array(0))).toBe("truncated");
    expect(refusal(Uint8Array.of(1, 2, 3))).toBe("magic");
    expect(refusal(new Uint8Array([...good, 0]))).toBe("trailing");
    expect(refusal(good.with(6, 4))).toBe("version");
    expect(refusal(good.with(6, 0))).toBe("version");
    expect(refusal(good.with(7, 1))).toBe("version");
    expect(refusal(file(f8("(1,)"), le([1]), 2).with(11, 255))).toBe("too-large");
    for (const text of [
      "",
      "{}",
      "{",
      "}",
      `{'descr': '<f8'}`,
      `{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}`,
      `{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}`,
      `{'descr': '<f8', 'fortran_order': false, 'shape': (1,)}`,
      `{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}`,
      `{'descr': '<f8' 'fortran_order': False, 'shape': (1,)}`,
      `{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} + x`,
      `{'descr': '<\\x668', 'fortran_order': False, 'shape': (1,)}`,
      `{'descr': '<f8', 'fortran_order': False, 'shape': (1,),,}`,
      `{'descr: '<f8', 'fortran_order': False, 'shape': (1,)}`,
      `__import__('os')`,
      `{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}\u0000`,
    ]) {
      expect(refusal(file(text, le([1]))), text).toBe("header");
    }
    expect(refusal(file(`{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}\u00e9`, le([1])))).toBe("header");
  });
  it("keeps to tighter limits, and says which option is unknown", () => {
    const bytes = file(f8("(4,)"), le([1, 2, 3, 4]));
    expect(refusal(bytes, { bytes: 31 })).toBe("too-large");
    expect(refusal(bytes, { elements: 3 })).toBe("too-large");
    expect(refusal(bytes, { headerBytes: 10 })).toBe("too-large");
    expect(refusal(bytes, { elements: 4, bytes: bytes.length })).toBe("read");
    expect(() => readNpy(bytes, { limits: { byte: 1 } as object })).toThrow("did you mean bytes?");
    expect(() => readNpy(bytes, { limit: {} } as object)).toThrow("did you mean limits?");
    expect(() => readNpy(bytes, { limits: { bytes: 1.5 } })).toThrow(RangeError);
    expect(() => readNpy("x" as unknown as Uint8Array)).toThrow(TypeError);
  });
});

describe("writeNpy", () => {
  it("pads the header so that the data begin at a multiple of 64 bytes", () => {
    for (let axes = 0; axes < 30; axes++) {
      const bytes = writeNpy({ data: Float64Array.of(1), shape: Array.from({ length: axes }, () => 1) });
      expect((bytes.length - 8) % 64).toBe(0);
      expect(readNpy(bytes).shape).toHaveLength(axes);
    }
  });
  it("then read is the identity for every type and shape", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    const make = fc.constantFrom<(n: number) => NpyData>(
      (n) => Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 1e300),
      (n) => Float32Array.from({ length: n }, (_, i) => i / 3),
      (n) => Int32Array.from({ length: n }, (_, i) => -i * 1e8),
      (n) => BigInt64Array.from({ length: n }, (_, i) => BigInt(i) ** 30n),
      (n) => Uint8Array.from({ length: n }, (_, i) => i * 7),
    );
    fc.assert(
      fc.property(shape, make, (extents, of) => {
        const data = of(extents.reduce((a, b) => a * b, 1));
        const back = readNpy(writeNpy({ data, shape: extents }));
        expect(back.data).toEqual(data);
        expect(back.shape).toEqual(extents);
      }),
    );
  });
  it("writes plain numbers as float64, views at an offset, and Booleans", () => {
    expect(readNpy(writeNpy([1, Number.NaN])).data).toEqual(Float64Array.of(1, Number.NaN));
    expect(readNpy(writeNpy(Float64Array.of(1, 2, 3).subarray(1))).data).toEqual(Float64Array.of(2, 3));
    expect(readNpy(writeNpy({ data: Uint8Array.of(1, 0), dtype: "b1" })).dtype).toBe("b1");
  });
  it("refuses shapes and types that do not fit", () => {
    expect(() => writeNpy({ data: Float64Array.of(1, 2), shape: [3] })).toThrow("shape (3) must multiply to 2 values");
    expect(() => writeNpy({ data: Float64Array.of(1, 2), shape: [0, 2] })).toThrow(RangeError);
    expect(() => writeNpy({ data: Float64Array.of(1), shape: [-1] })).toThrow(RangeError);
    expect(() => writeNpy({ data: Float64Array.of(1), dtype: "f4" })).toThrow("dtype must be f8");
    expect(() => writeNpy(new Uint16Array(1) as never)).toThrow(TypeError);
    expect(() => writeNpy({ values: [1] } as never)).toThrow("unknown option values");
    expect(() => writeNpy(["1"] as never)).toThrow('data[0] must be a number, got "1"');
  });
});

import { execFileSync } from "node:child_process";
import { random } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "@hml/guard";
import { readSafetensors, type SafetensorsLimits } from "./read-safetensors.ts";
import type { Tensor, TensorData } from "./weights.ts";
import { writeSafetensors } from "./write-safetensors.ts";

/** A file from its header text, padded or not, and bytes of values. */
function file(header: string, values = 0, length?: number | bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + values);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const one = (dtype: string, shape: string, offsets: string): string =>
  `{"a":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`;
const tensors = (...offsets: string[]): string =>
  `{${offsets.map((o, i) => `"t${i}":{"dtype":"U8","shape":[4],"data_offsets":[${o}]}`).join(",")}}`;

function codeOf(bytes: Uint8Array, limits?: SafetensorsLimits): string {
  try {
    readSafetensors(bytes, limits);
    return "accepted";
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
}

describe("readSafetensors", () => {
  it("reads the example of the reference reader's documentation", () => {
    const bytes = file('{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}', 16);
    expect(bytes[0]).toBe("<".charCodeAt(0));
    expect([...readSafetensors(bytes).tensors]).toEqual([["test", { shape: [2, 2], data: new Int32Array(4) }]]);
  });

  it("reads bytes whose slices are views, as those of Node's Buffer are", () => {
    class Views extends Uint8Array {
      override slice(from?: number, to?: number): Uint8Array<ArrayBuffer> {
        return new Uint8Array(this.buffer as ArrayBuffer, this.byteOffset, this.length).subarray(from, to);
      }
    }
    const written = writeSafetensors(new Map([["a", { shape: [2], data: Float64Array.of(1.5, -2) }]]));
    const given = new Views(written.length + 3).subarray(3);
    given.set(written);
    expect([...readSafetensors(given).tensors]).toEqual([["a", { shape: [2], data: Float64Array.of(1.5, -2) }]]);
  });

  it.each([
    ["nothing", new Uint8Array(0), "truncated"],
    ["seven bytes", new Uint8Array(7), "truncated"],
    ["a header length of 2^63", file("{}", 0, 2n ** 63n), "header"],
    ["a header length above the format's bound", file("{}", 0, 100_000_001), "header"],
    ["a header longer than the file", file("{}", 0, 3), "header"],
    ["an empty header", file(""), "header"],
    ["a header that is not UTF-8", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff), "header"],
    ["a header with a byte order mark", file("\uFEFF{}"), "header"],
    ["a header that begins with a space", file(" {}"), "header"],
    ["a header that is an array", file("[]"), "header"],
    ["a header cut short", file('{"a":'), "header"],
    ["text after the header's object", file("{}x"), "header"],
    ["half a surrogate pair in a name", file('{"\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), "header"],
    ["a million open brackets", file(`{"a":${"[".repeat(1e6)}`), "header"],
    ["a tensor that is a number", file('{"a":3}'), "header"],
    ["an unknown key", file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}'), "header"],
    ["metadata that is a text", file('{"__metadata__":"x"}'), "header"],
    ["metadata that holds a number", file('{"__metadata__":{"x":1}}'), "header"],
    ["a name given twice", file(tensors("0,4", "4,8").replace("t1", "t0"), 8), "duplicate"],
    ["a name given twice in two spellings", file(tensors("0,4", "4,8").replace("t1", "\\u00740"), 8), "duplicate"],
    [
      "a key of a tensor given twice",
      file('{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      "duplicate",
    ],
    ["an unknown number type", file(one("F7", "[2]", "[0,14]"), 14), "dtype"],
    ["a number type without an array here", file(one("BF16", "[2]", "[0,4]"), 4), "dtype"],
    ["no number type", file('{"a":{"shape":[0],"data_offsets":[0,0]}}'), "dtype"],
    ["no shape", file('{"a":{"dtype":"U8","data_offsets":[0,0]}}'), "shape"],
    ["a negative axis", file(one("U8", "[-1]", "[0,0]")), "shape"],
    ["an axis of minus zero", file(one("U8", "[-0]", "[0,0]")), "shape"],
    ["half an axis", file(one("U8", "[1.5]", "[0,1]"), 1), "shape"],
    ["an axis in floating notation", file(one("U8", "[1e0]", "[0,1]"), 1), "header"],
    ["an axis of 2^60", file(one("U8", "[1152921504606846976]", "[0,1]"), 1), "shape"],
    ["a product that wraps to 0 in 64 bits", file(one("U8", "[4294967296,4294967296]", "[0,0]")), "shape"],
    ["a product that wraps before a zero", file(one("U8", "[4294967296,4294967296,0]", "[0,0]")), "shape"],
    ["bytes that do not fit the shape", file(one("F64", "[2]", "[0,8]"), 8), "shape"],
    ["bytes that are no whole values", file(one("F64", "[1]", "[0,9]"), 9), "shape"],
    ["no offsets", file('{"a":{"dtype":"U8","shape":[0]}}'), "offsets"],
    ["one offset", file(one("U8", "[0]", "[0]")), "offsets"],
    ["negative offsets", file(one("U8", "[4]", "[-4,0]")), "offsets"],
    ["reversed offsets", file(one("U8", "[4]", "[4,0]"), 4), "offsets"],
    ["values that begin late", file(tensors("1,5"), 5), "offsets"],
    ["overlapping tensors", file(tensors("0,4", "2,6"), 6), "offsets"],
    ["the same bytes twice", file(tensors("0,4", "0,4"), 4), "offsets"],
    ["a hole", file(tensors("0,4", "5,9"), 9), "offsets"],
    ["values cut short", file(one("F64", "[2]", "[0,16]"), 15), "truncated"],
    ["values that are not there at all", file(one("F64", "[134217728]", "[0,1073741824]")), "truncated"],
    ["trailing bytes", file(one("F64", "[2]", "[0,16]"), 17), "trailing"],
    ["trailing bytes and no tensor", file("{}", 1), "trailing"],
  ])("refuses %s", (_what, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  it("multiplies a shape in order, as the reference reader: a leading zero keeps the product at zero", () => {
    expect(codeOf(file(one("U8", "[0,4294967296,4294967296]", "[0,0]")))).toBe("accepted");
  });

  it("holds its limits and names the one to raise", () => {
    const two = file(tensors("0,4", "4,8"), 8);
    expect(codeOf(two, { entries: 2, elements: 8, bytes: two.length, headerBytes: two.length - 16 })).toBe("accepted");
    expect(codeOf(two, { entries: 1 })).toBe("too-large");
    expect(codeOf(two, { elements: 7 })).toBe("too-large");
    expect(codeOf(two, { bytes: two.length - 1 })).toBe("too-large");
    expect(codeOf(two, { headerBytes: two.length - 17 })).toBe("header");
    expect(() => readSafetensors(two, { entries: 1 })).toThrow("raise limits.entries");
    expect(() => readSafetensors(two, { entries: -1 })).toThrow(RangeError);
    expect(() => readSafetensors(two, { entires: 1 } as SafetensorsLimits)).toThrow("did you mean entries?");
    expect(() => readSafetensors([1] as unknown as Uint8Array)).toThrow(TypeError);
  });

  it("takes names as data: __proto__ is a tensor like any other", () => {
    const data = Float64Array.of(1);
    const names = ["__proto__", "constructor", "../x", ""];
    const bytes = writeSafetensors(new Map(names.map((name) => [name, { shape: [1], data }])));
    const { tensors: read } = readSafetensors(bytes);
    expect([...read.keys()].toSorted()).toEqual(names.toSorted());
    expect(Object.getPrototypeOf(read)).toBe(Map.prototype);
    expect(({} as { shape?: unknown }).shape).toBeUndefined();
  });

  it("copies, so a view into the middle of a buffer is read right and the file may be reused", () => {
    const bytes = writeSafetensors(new Map([["a", { shape: [2], data: Float64Array.of(1.5, -2) }]]));
    const odd = new Uint8Array(bytes.length + 3).subarray(3);
    odd.set(bytes);
    const { tensors: read } = readSafetensors(odd);
    odd.fill(0);
    expect(read.get("a")).toEqual({ shape: [2], data: Float64Array.of(1.5, -2) });
  });
});

describe("writeSafetensors", () => {
  it("lays bytes out as the reference writer: padded header, widest type first, then names by their UTF-8", () => {
    const bytes = writeSafetensors(
      new Map<string, Tensor>([
        ["b", { shape: [], data: Float32Array.of(1) }],
        ["\u{1F600}", { shape: [1], data: Float64Array.of(2) }],
        ["\uFF5E", { shape: [1], data: Float64Array.of(3) }],
      ]),
      new Map([["k", "v"]]),
    );
    const length = new DataView(bytes.buffer).getUint32(0, true);
    expect(length % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd()).toBe(
      '{"__metadata__":{"k":"v"},"\uFF5E":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},' +
        '"\u{1F600}":{"dtype":"F64","shape":[1],"data_offsets":[8,16]},"b":{"dtype":"F32","shape":[],"data_offsets":[16,20]}}',
    );
    expect(bytes.length).toBe(8 + length + 20);
  });

  it("comes back bit for bit whatever the types, shapes, names and values", () => {
    const tensor: fc.Arbitrary<Tensor> = fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
        fc.constantFrom<(b: ArrayBuffer) => TensorData>(
          (b) => new Float64Array(b),
          (b) => new Float32Array(b),
          (b) => new Int32Array(b),
          (b) => new Uint32Array(b),
          (b) => new Int16Array(b),
          (b) => new Uint16Array(b),
          (b) => new Int8Array(b),
          (b) => new Uint8Array(b),
        ),
        fc.nat(),
      )
      .map(([shape, make, seed]) => {
        const source = random(seed);
        const length = shape.reduce((n, axis) => n * axis, 1);
        const bytes = Uint8Array.from(
          { length: length * make(new ArrayBuffer(0)).BYTES_PER_ELEMENT },
          () => 256 * source(),
        );
        return { shape, data: make(bytes.buffer) };
      });
    const name = fc
      .string({ unit: "grapheme", maxLength: 8 })
      .filter((s) => s !== "__metadata__" && !/\p{Surrogate}/u.test(s));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, tensor), { maxLength: 6 }),
        fc.array(fc.tuple(name, name), { maxLength: 3 }),
        (entries, meta) => {
          const bytes = writeSafetensors(new Map(entries), new Map(meta));
          const read = readSafetensors(bytes);
          expect(read.metadata).toEqual(new Map(meta));
          expect(new Set(read.tensors.keys())).toEqual(new Set(entries.map(([key]) => key)));
          for (const [key, { shape, data }] of new Map(entries)) {
            const got = read.tensors.get(key)!;
            expect(got.shape).toEqual(shape);
            expect(got.data.constructor).toBe(data.constructor);
            expect(new Uint8Array(got.data.buffer)).toEqual(new Uint8Array(data.buffer));
          }
          expect(writeSafetensors(read.tensors, read.metadata)).toEqual(bytes);
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  it("writes the part of a buffer that a view shows", () => {
    const data = Float64Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(readSafetensors(writeSafetensors(new Map([["a", { shape: [2], data }]]))).tensors.get("a")!.data).toEqual(
      Float64Array.of(1, 2),
    );
  });

  it("refuses what the format cannot hold", () => {
    const data = new Float64Array(2);
    const write = (tensorsToWrite: unknown, metadata?: unknown) => () =>
      writeSafetensors(tensorsToWrite as Map<string, Tensor>, metadata as Map<string, string>);
    expect(write({})).toThrow(TypeError);
    expect(write(new Map(), {})).toThrow(TypeError);
    expect(write(new Map([["a", { shape: [3], data }]]))).toThrow('"a".data must have length 3, got 2');
    expect(write(new Map([["a", { shape: [-2], data }]]))).toThrow(RangeError);
    expect(write(new Map([["a", { shape: [2], data: [1, 2] }]]))).toThrow("must be a typed array of numbers");
    expect(write(new Map([["__metadata__", { shape: [2], data }]]))).toThrow("must not be named __metadata__");
    expect(write(new Map([["\uD800", { shape: [2], data }]]))).toThrow("half a surrogate pair");
    expect(write(new Map(), new Map([["a", 1]]))).toThrow(TypeError);
  });

  const python = (() => {
    try {
      execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  })();

  it.skipIf(!python)("is read by Python with struct, json and numpy, and Python's bytes are read here", () => {
    const data = Float64Array.of(0.1, -1e300, 5e-324, Math.PI, -0, 7);
    const bytes = writeSafetensors(
      new Map<string, Tensor>([
        ["w", { shape: [2, 3], data }],
        ["n", { shape: [2], data: Int32Array.of(-5, 2147483647) }],
        ["f", { shape: [], data: Float32Array.of(1.5) }],
      ]),
      new Map([["spec", '{"a":"\u00e9"}']]),
    );
    const script = `
import sys, json, struct, numpy as np
raw = sys.stdin.buffer.read()
n, = struct.unpack("<Q", raw[:8])
assert n % 8 == 0
header = json.loads(raw[8:8 + n])
meta = header.pop("__metadata__")
types = {"F64": "<f8", "F32": "<f4", "I32": "<i4"}
body = raw[8 + n:]
arrays = {}
for name, info in header.items():
    begin, end = info["data_offsets"]
    arrays[name] = np.frombuffer(body[begin:end], types[info["dtype"]]).reshape(info["shape"])
assert meta == {"spec": '{"a":"\\u00e9"}'}, meta
assert arrays["w"].shape == (2, 3) and arrays["f"].shape == () and arrays["f"] == 1.5
assert arrays["w"].tolist() == [[0.1, -1e300, 5e-324], [3.141592653589793, -0.0, 7.0]] and np.signbit(arrays["w"][1, 1])
assert arrays["n"].tolist() == [-5, 2147483647]
assert sum(a.nbytes for a in arrays.values()) == len(body)
w = np.asfortranarray(arrays["w"] * 2)
text = json.dumps({"__metadata__": {"by": "numpy"}, "w2": {"dtype": "F64", "shape": list(w.shape), "data_offsets": [0, w.nbytes]}}).encode()
text += b" " * (-len(text) % 8)
sys.stdout.buffer.write(struct.pack("<Q", len(text)) + text + np.ascontiguousarray(w).tobytes())
`;
    const answer = execFileSync("python3", ["-c", script], { input: bytes });
    const read = readSafetensors(new Uint8Array(answer));
    expect(read.metadata).toEqual(new Map([["by", "numpy"]]));
    expect(read.tensors.get("w2")).toEqual({ shape: [2, 3], data: data.map((x) => 2 * x) });
  });
});

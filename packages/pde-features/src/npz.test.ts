import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { deflateSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { bufferBytes, shared, shortest } from "../test/shared.ts";
import { archive, joined, type Part, slowCrc } from "../test/zip-bytes.ts";
import { crc32 } from "./crc32.ts";
import { FormatError, readNpy, readNpz, writeNpy, writeNpz } from "./index.ts";

const values = Float64Array.from({ length: 50 }, (_, i) => Math.sqrt(i));
const npy = writeNpy({ data: values, shape: [5, 10] });
const part = (more: Partial<Part> = {}): Part => ({ name: "U.npy", bytes: npy, deflate: true, ...more });

/** The code of the FormatError that reading throws, "read" when it does not. */
const refusal = (bytes: Uint8Array, limits = {}): string => {
  try {
    readNpz(bytes, { limits });
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return "read";
};

describe("crc32", () => {
  it("has the check value of the standard, and equals the bitwise definition", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => crc32(bytes) === slowCrc(bytes)));
  });
});

describe("readNpz", () => {
  it("reads stored and deflated entries, 64-bit records, comments, in order", () => {
    for (const bytes of [
      archive([part()]),
      archive([part({ deflate: false })]),
      archive([part({ zip64: true })]),
      archive([part()], { zip64: true }),
      archive([part({ zip64: true, deflate: false })], { zip64: true, comment: Uint8Array.of(80, 75, 5, 6) }),
    ]) {
      expect(readNpz(bytes).get("U")).toEqual({ data: values, shape: [5, 10], dtype: "f8" });
    }
    const many = archive([part({ name: "b.npy" }), part({ name: "a.npy", deflate: false })]);
    expect([...readNpz(many).keys()]).toEqual(["b", "a"]);
    expect(readNpz(archive([])).size).toBe(0);
  });

  it("takes any name as a plain key", () => {
    const names = ["__proto__", "../x", "constructor", "a/b", "", "größe"];
    const bytes = writeNpz(new Map(names.map((name, k) => [name, [k]])));
    const read = readNpz(bytes);
    expect([...read.keys()]).toEqual(names);
    for (const [k, name] of names.entries()) expect([...read.get(name)!.data]).toEqual([k]);
    expect(Object.prototype).not.toHaveProperty("data");
  });

  it("refuses a bomb of 1024:1 before it expands, and another that lies about its size", () => {
    const zeros = new Uint8Array(64 * 1048576);
    const raw = deflateSync(zeros);
    const bomb = (size: number): Uint8Array => archive([part({ bytes: zeros, raw, method: 8, crc: 0, size })]);
    expect(refusal(bomb(zeros.length))).toBe("ratio");
    for (const size of [0, 100, npy.length, 1048575]) {
      const bytes = bomb(size);
      expect(refusal(bytes), String(size)).toBe("size");
      // One piece of 4 KiB expands to 4.2 MB, in a buffer that was doubled on the way there, and is sliced: four times.
      expect(bufferBytes(() => void refusal(bytes))).toBeLessThan(20 * 1048576);
      expect(shortest(() => void refusal(bytes), 250)).toBeLessThan(250);
    }
  });

  it("refuses a claim of 4 GiB for 1,000 bytes at once and takes no memory for it", () => {
    const small = new Uint8Array(1000);
    for (const size of [4294967294, 2 ** 40, 2 ** 53 + 2, 2 ** 63]) {
      for (const method of [0, 8]) {
        const bytes = archive([part({ bytes: small, raw: small, method, size, zip64: true })]);
        expect(["ratio", "too-large"]).toContain(refusal(bytes));
        expect(shortest(() => void refusal(bytes), 50)).toBeLessThan(50);
        expect(bufferBytes(() => void refusal(bytes))).toBeLessThan(1048576);
      }
    }
  });

  it("refuses declared sizes that lie either way, wrong checksums, damaged streams", () => {
    const cases: ReadonlyArray<readonly [Partial<Part>, string]> = [
      [{ size: npy.length - 1 }, "size"],
      [{ size: npy.length + 1 }, "size"],
      [{ deflate: false, size: npy.length + 1 }, "size"],
      [{ deflate: false, size: npy.length - 1 }, "size"],
      [{ crc: 1 }, "crc"],
      [{ raw: Uint8Array.of(7, 7, 7, 7), method: 8 }, "crc"],
      [{ raw: deflateSync(npy).subarray(0, 100), method: 8 }, "crc"],
      [{ raw: new Uint8Array(0), method: 8 }, "size"],
      [{ method: 12 }, "unsupported"],
      [{ flags: 1 }, "unsupported"],
      [{ name: Uint8Array.of(0xff, 46, 110, 112, 121) }, "unsupported"],
      [{ name: Uint8Array.of(0xff, 46, 110, 112, 121), flags: 0x800 }, "unsupported"],
      [{ name: "U.txt" }, "unsupported"],
      [{ localName: "V.npy" }, "header"],
      [{ localName: "UU.npy" }, "header"],
      [{ packed: 100_000 }, "offsets"],
      [{ offset: 5 }, "offsets"],
      [{ offset: 4_000_000_000 }, "offsets"],
    ];
    for (const [change, code] of cases) expect(refusal(archive([part(change)])), JSON.stringify(change)).toBe(code);
  });

  it("stops at a stream that has ended but goes on in the file", () => {
    const raw = joined([deflateSync(npy), new Uint8Array(32 * 1048576)]);
    const bytes = archive([part({ raw, method: 8 })]);
    expect(refusal(bytes)).toBe("size");
    expect(shortest(() => void refusal(bytes), 250)).toBeLessThan(250);
  });

  it("refuses repeated names, overlapping entries and directories that lie", () => {
    expect(refusal(archive([part(), part()]))).toBe("duplicate");
    expect(refusal(archive([part(), part({ name: "V.npy", offset: 0, localName: "V.npy" })]))).toBe("header");
    expect(refusal(archive([part(), part({ name: "U.npy", offset: 0 })]))).toBe("duplicate");
    const inner = archive([part({ deflate: false })]);
    const nested = archive([{ name: "outer.npy", bytes: inner }, part({ offset: 39 })]);
    expect(refusal(nested)).toBe("offsets");
    expect(refusal(archive([part()], { count: 2 }))).toBe("truncated");
    expect(refusal(archive([part(), part({ name: "V.npy" })], { count: 1 }))).toBe("trailing");
    expect(refusal(archive([part()], { count: 65534 }))).toBe("too-large");
    expect(refusal(archive([part()], { zip64: true, count: 2 ** 60 }))).toBe("too-large");
    expect(refusal(archive([part()], { offset: 4_000_000_000 }))).toBe("offsets");
    expect(refusal(archive([part()], { size: 1 }))).toBe("offsets");
    expect(refusal(archive([part()], { zip64: true, record: 2 ** 60 }))).toBe("offsets");
    expect(refusal(archive([part()], { zip64: true, record: 0 }))).toBe("offsets");
    expect(refusal(new Uint8Array(0))).toBe("truncated");
    expect(refusal(npy)).toBe("magic");
    expect(refusal(joined([Uint8Array.of(0), archive([part()])]))).toBe("magic");
    expect(refusal(joined([archive([part()]), Uint8Array.of(0)]))).toBe("truncated");
  });

  it("refuses more entries or bytes than the limits, and says which entry is bad", () => {
    const three = archive(["a", "b", "c"].map((name) => part({ name: `${name}.npy` })));
    expect(refusal(three, { entries: 2 })).toBe("too-large");
    expect(refusal(three, { bytes: three.length })).toBe("too-large");
    expect(refusal(three, { bytes: 3 * npy.length })).toBe("read");
    expect(refusal(three, { elements: 49 })).toBe("too-large");
    const bad = archive([part({ bytes: npy.with(0, 0) })]);
    expect(() => readNpz(bad)).toThrow('npz: entry "U.npy": npy: file must begin with');
    expect(() => readNpz("PK" as unknown as Uint8Array)).toThrow(TypeError);
    expect(() => readNpz(three, { limits: { entrys: 3 } as object })).toThrow("did you mean entries?");
  });

  it("reads a highly compressible array when the ratio is raised", () => {
    const zeros = writeNpz({ z: new Float64Array(500_000) }, { compress: true });
    expect(refusal(zeros)).toBe("ratio");
    expect(readNpz(zeros, { limits: { ratio: 1032 } }).get("z")!.data).toHaveLength(500_000);
  });
});

describe("writeNpz", () => {
  it("then read is the identity, and equal arrays give equal bytes", () => {
    const arrays = fc.dictionary(fc.string({ maxLength: 6 }), fc.array(fc.double(), { maxLength: 40 }), { maxKeys: 5 });
    fc.assert(
      fc.property(arrays, fc.boolean(), (record, compress) => {
        const bytes = writeNpz(record, { compress });
        const read = readNpz(bytes);
        const well = Object.keys(record).map((name) => new TextDecoder().decode(new TextEncoder().encode(name)));
        expect([...read.keys()]).toEqual(well);
        for (const [k, name] of Object.keys(record).entries()) {
          expect([...read.get(well[k]!)!.data]).toEqual(record[name]);
        }
        expect(writeNpz(new Map(Object.entries(record)), { compress })).toEqual(bytes);
      }),
    );
  });
  it("refuses what is not a table of arrays", () => {
    expect(() => writeNpz(null as never)).toThrow(TypeError);
    expect(() => writeNpz({ a: "x" as never })).toThrow(TypeError);
    expect(() => writeNpz({}, { compressed: true } as object)).toThrow("did you mean compress?");
  });
});

const python = "/usr/bin/python3";
const numpy = spawnSync(python, ["-c", "import numpy"]).status === 0;
if (!numpy) process.stderr.write("python3 with numpy is absent; the tests against it are skipped\n");

describe.skipIf(!numpy)("NumPy", () => {
  const folder = mkdtempSync(join(tmpdir(), "npz-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (script: string): string => {
    const { status, stdout, stderr } = spawnSync(python, ["-c", script], { cwd: folder, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    return stdout;
  };

  it("reads what we write, stored and deflated, with names, shapes and types kept", () => {
    for (const compress of [false, true]) {
      const arrays = {
        f8: { data: values, shape: [5, 10] },
        f4: { data: Float32Array.of(1.5, -2), shape: [2, 1] },
        i4: Int32Array.of(-7, 70000),
        i8: BigInt64Array.of(-(2n ** 60n)),
        u1: Uint8Array.of(0, 255),
        b1: { data: Uint8Array.of(1, 0), dtype: "b1" as const },
        one: { data: Float64Array.of(2.5), shape: [] },
        none: { data: new Float64Array(0), shape: [0, 3] },
        größe: [1, 2],
      };
      writeFileSync(join(folder, "ours.npz"), writeNpz(arrays, { compress }));
      const out = run(`
import numpy as np, zipfile
assert zipfile.ZipFile("ours.npz").testzip() is None
z = np.load("ours.npz", allow_pickle=False)
assert np.array_equal(z["f8"], np.sqrt(np.arange(50.0)).reshape(5, 10)) and z["f8"].dtype == "<f8"
assert z["f4"].tolist() == [[1.5], [-2.0]] and z["f4"].dtype == "<f4"
assert z["i4"].tolist() == [-7, 70000] and z["i4"].dtype == "<i4"
assert z["i8"].tolist() == [-2**60] and z["u1"].tolist() == [0, 255]
assert z["b1"].tolist() == [True, False] and z["b1"].dtype == bool
assert z["one"].shape == () and z["one"] == 2.5 and z["none"].shape == (0, 3)
assert z["gr\\u00f6\\u00dfe"].tolist() == [1, 2]
print(len(z.files))`);
      expect(out.trim()).toBe("9");
    }
  });

  it("writes what we read: both orders, both byte orders, all versions, savez and savez_compressed", () => {
    run(`
import numpy as np
a = np.arange(24.0).reshape(2, 3, 4) / 7
arrays = {"c": a, "fortran": np.asfortranarray(a), "big": a.astype(">f8"), "big_fortran": np.asfortranarray(a.astype(">f8")),
  "single": a.astype(">f4"), "ints": np.arange(-3, 3, dtype=">i4"), "long": np.array([2**40, -1]), "bytes": np.arange(3, dtype="u1"),
  "flags": np.array([True, False]), "one": np.float64(3.25), "none": np.zeros((0, 2)), "slice": a[:, ::2, 1]}
np.savez("stored.npz", **arrays)
np.savez_compressed("deflated.npz", **arrays)
for version in [(1, 0), (2, 0), (3, 0)]:
    with open("v%d.npy" % version[0], "wb") as f: np.lib.format.write_array(f, np.asfortranarray(a), version=version)
np.save("object.npy", np.array([{}, 1], dtype=object), allow_pickle=True)`);
    const a = Float64Array.from({ length: 24 }, (_, i) => i / 7);
    for (const name of ["stored.npz", "deflated.npz"]) {
      const read = readNpz(readFileSync(join(folder, name)));
      for (const key of ["c", "fortran", "big", "big_fortran"]) {
        expect(read.get(key), key).toEqual({ data: a, shape: [2, 3, 4], dtype: "f8" });
      }
      expect(read.get("single")!.data).toEqual(Float32Array.from(a));
      expect([...read.get("ints")!.data]).toEqual([-3, -2, -1, 0, 1, 2]);
      expect([...read.get("long")!.data]).toEqual([2n ** 40n, -1n]);
      expect([...read.get("bytes")!.data]).toEqual([0, 1, 2]);
      expect([...read.get("flags")!.data]).toEqual([1, 0]);
      expect(read.get("one")).toEqual({ data: Float64Array.of(3.25), shape: [], dtype: "f8" });
      expect(read.get("none")!.shape).toEqual([0, 2]);
      expect([...read.get("slice")!.data]).toEqual([1, 9, 13, 21].map((i) => i / 7));
    }
    for (const version of [1, 2, 3]) {
      expect(readNpy(readFileSync(join(folder, `v${version}.npy`))).data).toEqual(a);
    }
    expect(() => readNpy(readFileSync(join(folder, "object.npy")))).toThrow("object arrays are never read");
  });

  it("streams with data descriptors and 64-bit local headers are read", () => {
    run(`
import numpy as np, zipfile, io
buffer = io.BytesIO()
np.save(buffer, np.arange(5.0))
class Pipe(io.RawIOBase):
    def __init__(self, f): self.f = f
    def writable(self): return True
    def write(self, b): return self.f.write(b)
with open("piped.npz", "wb") as f, zipfile.ZipFile(Pipe(f), "w", zipfile.ZIP_DEFLATED) as z:
    with z.open("a.npy", "w", force_zip64=True) as e: e.write(buffer.getvalue())`);
    expect([...readNpz(readFileSync(join(folder, "piped.npz"))).get("a")!.data]).toEqual([0, 1, 2, 3, 4]);
  });

  const data = shared("data/hdiff_1d_regen.npz");
  it.skipIf(data === undefined)("and we agree on every bit of the diffusion data", () => {
    const read = readNpz(readFileSync(data!));
    const sums = run(`
import numpy as np, zlib
z = np.load(${JSON.stringify(data)})
for name in z.files: print(name, z[name].shape, zlib.crc32(np.ascontiguousarray(z[name]).tobytes()))`);
    const ours = [...read].map(([name, { data: numbers, shape }]) => {
      const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
      return `${name} (${extents}) ${slowCrc(new Uint8Array(numbers.buffer))}`;
    });
    expect(ours).toEqual(sums.trim().split("\n"));
  });
});

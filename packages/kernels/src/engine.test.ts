import { afterEach, describe, expect, it, vi } from "vitest";
import { denseFamily } from "./families.ts";
import { elementwise, kernelEngine, ready } from "./index.ts";

/** A page keeps its modules: only Node can load them anew beside another WebAssembly. */
const inPage = "document" in globalThis;

afterEach(() => {
  vi.resetModules();
  vi.unstubAllGlobals();
});

describe("kernelEngine", () => {
  it("gives arrays of zeros that do not overlap, and says how much is taken", () => {
    const engine = kernelEngine({ bytes: 256 });
    const arrays = [engine.float64(3), engine.float32(5), engine.float64(1)];
    arrays.forEach((array, i) => {
      expect(array.every((x) => x === 0)).toBe(true);
      array.fill(i + 1);
    });
    expect(arrays.map((array) => Array.from(array))).toEqual([[1, 1, 1], [2, 2, 2, 2, 2], [3]]);
    expect(engine.used).toBe(32 + 32 + 16);
  });

  it("fills its memory to the last byte and no further, and the kernels keep within it", () => {
    for (const use of ["auto", "plain"] as const) {
      const engine = kernelEngine({ bytes: 65536, use });
      const x = engine.float64(8192);
      expect(() => engine.float32(1)).toThrow("kernelEngine.float32: length must fit into the 0 bytes left of 65536");
      elementwise(engine, "exp", x)();
      expect(x.every((value) => value === 1)).toBe(true);
    }
  });

  it("refuses bad options and lengths", () => {
    expect(() => kernelEngine({ bytes: 0 })).toThrow(RangeError);
    expect(() => kernelEngine({ bytes: 1e12 })).toThrow(RangeError);
    expect(() => kernelEngine({ bytes: Number.NaN })).toThrow(RangeError);
    // @ts-expect-error unknown key
    expect(() => kernelEngine({ byte: 100 })).toThrow(/did you mean bytes/);
    // @ts-expect-error unknown value
    expect(() => kernelEngine({ use: "gpu" })).toThrow(/use must be one of/);
    expect(() => kernelEngine().float64(0)).toThrow(RangeError);
    expect(() => kernelEngine().float64(1.5)).toThrow(RangeError);
  });

  it.skipIf(inPage).each<[string, unknown, RegExp]>([
    ["is missing", undefined, /missing/],
    ["has no SIMD", { validate: () => false }, /no SIMD/],
    ["is refused by a policy", { validate: () => true, Module: refuse("policy") }, /policy/],
    [
      "gives no memory",
      { validate: () => true, compile: () => ({}), Module: function accept() {}, Memory: refuse("out of memory") },
      /memory is refused: out of memory/,
    ],
  ])("is plain, says why and works where WebAssembly %s", async (_, stub, reason) => {
    vi.stubGlobal("WebAssembly", stub);
    const fresh = await import("./index.ts");
    await fresh.ready();
    const engine = fresh.kernelEngine({ bytes: 1024 });
    expect(engine.kind).toBe("plain");
    expect(engine.reason).toMatch(reason);
    const x = engine.float64(3);
    x.fill(1);
    fresh.elementwise(engine, "exp", x)();
    expect([...x]).toEqual([Math.E, Math.E, Math.E]);
  });

  it.skipIf(inPage)("says to await ready() where a module may not be compiled at once", async () => {
    function small(bytes: Uint8Array): void {
      if (bytes.length > 4096) throw new RangeError("too large for the main thread");
    }
    const real = WebAssembly;
    vi.stubGlobal("WebAssembly", {
      validate: real.validate,
      compile: real.compile,
      Memory: real.Memory,
      Instance: real.Instance,
      Module: small,
    });
    const fresh = await import("./index.ts");
    const engine = fresh.kernelEngine({ bytes: 1024 });
    const x = engine.float64(3);
    expect(() => fresh.elementwise(engine, "exp", x)).toThrow(/await ready\(\)/);
    await fresh.ready();
    fresh.elementwise(engine, "exp", x)();
    expect([...x]).toEqual([1, 1, 1]);
  });

  it("shares compiled modules and survives being asked for them twice", async () => {
    await ready();
    await denseFamily.compile();
    const x = kernelEngine({ bytes: 100 });
    expect(x.kind).toBe("wasm");
  });
});

/** A constructor that fails. */
function refuse(message: string): () => never {
  return function fail() {
    throw new Error(message);
  };
}

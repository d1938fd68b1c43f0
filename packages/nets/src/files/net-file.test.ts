import { FormatError } from "@hml/guard";
import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { heatData, periodicHeatData } from "../../test/heat-data.ts";
import { loadNet, saveNet } from "./net-file.ts";
import { discretisedNet, fluxNet, functionalNet } from "../spec/field-net.ts";
import { readSafetensors } from "./read-safetensors.ts";
import { train } from "../training/train.ts";
import type { Trained } from "../rollout/trained.ts";
import type { Tensor } from "./weights.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const small = discretisedNet({
  layers: [
    { units: 4, activation: "relu", bias: false },
    { units: 1, activation: "linear" },
  ],
});
const trainSmall = (): Promise<Trained> =>
  train(small, heatData(20, 7, 0.1, random(1)), { epochs: 2, random: random(2) });
const trainScaled = (): Promise<Trained> =>
  train(small, heatData(20, 7, 0.1, random(1)), { epochs: 2, random: random(2), scale: "standard" });

/** The file of a net with its metadata or tensors changed. */
function altered(
  bytes: Uint8Array,
  change: (tensors: Map<string, Tensor>, metadata: Map<string, string>) => void,
): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  const [t, m] = [new Map(tensors), new Map(metadata)];
  change(t, m);
  return writeSafetensors(t, m);
}

describe("saveNet and loadNet", () => {
  it("read a file written before nets could be odd or have a skip", async () => {
    const made = await trainSmall();
    const old = altered(saveNet(made), (_, metadata) => {
      const { odd: _odd, skip: _skip, ...spec } = JSON.parse(metadata.get("spec")!) as Record<string, unknown>;
      metadata.set("spec", JSON.stringify(spec));
    });
    expect(new TextDecoder().decode(old)).not.toContain("skip");
    const loaded = loadNet(old);
    expect(loaded.spec).toEqual(made.spec);
    expect(loaded.weights()).toEqual(made.weights());
  });

  it("give back the same net: specification, weights and predictions to the bit", async () => {
    const heat = heatData(20, 7, 0.1, random(1));
    const options = { epochs: 2, random: random(2) };
    const features = {
      inputs: Float64Array.from({ length: 60 }, (_, i) => Math.sin(i)),
      targets: new Float64Array(20),
      points: 4,
    };
    const nets = [
      await trainSmall(),
      await train(
        functionalNet({
          layers: [
            { units: 3, activation: "tanh" },
            { units: 1, activation: "linear" },
          ],
          init: "he",
        }),
        features,
        options,
      ),
      await train(fluxNet({ spacing: 0.1 }), periodicHeatData(20, 7, 0.1, 0.1, random(1)), options),
    ];
    for (const trained of nets) {
      const bytes = saveNet(trained);
      const loaded = loadNet(bytes);
      expect(loaded.spec).toEqual(trained.spec);
      expect(loaded.weights()).toEqual(trained.weights());
      expect(loaded.history).toMatchObject({ status: "loaded", keptEpoch: 0 });
      const x = Float64Array.from(heat.inputs).subarray(0, 9);
      const out = [trained, loaded].map((net) => {
        const y = new Float64Array(net.spec.kind === "functionalNet" ? 3 : 9);
        net.predict(x, y);
        return y;
      });
      expect(out[1]).toEqual(out[0]);
      expect(saveNet(loaded)).toEqual(bytes);
    }
  });

  it("keep the scaling in every digit, and refuse one that is none", async () => {
    const trained = await trainScaled();
    const bytes = saveNet(trained);
    const loaded = loadNet(bytes);
    expect(trained.scaling).toBeDefined();
    expect(loaded.scaling).toEqual(trained.scaling);
    const u = Float64Array.from({ length: 9 }, (_, i) => Math.sin(i));
    const out = [trained, loaded].map((net) => {
      const y = new Float64Array(9);
      net.predict(u, y);
      return y;
    });
    expect(out[1]).toEqual(out[0]);
    expect(saveNet(loaded)).toEqual(bytes);
    const refused = (name: string, tensor: Tensor | undefined): (() => Trained) => {
      const bad = altered(bytes, (tensors) =>
        tensor === undefined ? tensors.delete(name) : tensors.set(name, tensor),
      );
      return () => loadNet(bad);
    };
    const list = (...values: number[]): Tensor => ({ shape: [values.length], data: Float64Array.from(values) });
    expect(refused("scaling.inputs.scale", list(0))).toThrow(/scaling.inputs.scale must be a list of positive numbers/);
    expect(refused("scaling.inputs.offset", list(Number.NaN))).toThrow(/must be a list of finite numbers, got NaN/);
    expect(refused("scaling.targets.offset", list(1, 2))).toThrow(/of equal length, got 2 and 1/);
    expect(refused("scaling.targets.offset", undefined)).toThrow(/of equal length, got none and 1/);
    expect(refused("scaling.inputs.scale", { shape: [1, 1], data: Float64Array.of(1) })).toThrow(/got shape \[1, 1\]/);
    expect(refused("scaling.inputs.size", list(1))).toThrow(/unexpected scaling.inputs.size/);
  });

  it("names tensors as PyTorch does and keeps the specification as JSON", async () => {
    const { tensors, metadata } = readSafetensors(saveNet(await trainSmall()));
    expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ["layers.0.weight", [4, 3]],
      ["layers.1.bias", [1]],
      ["layers.1.weight", [1, 4]],
    ]);
    expect(JSON.parse(metadata.get("spec")!)).toEqual(small);
  });

  it("reads weights of another number type", async () => {
    const bytes = saveNet(await trainSmall());
    const single = altered(bytes, (tensors) => {
      for (const [name, { shape, data }] of tensors) tensors.set(name, { shape, data: Float32Array.from(data) });
    });
    const weight = loadNet(bytes).weights().get("layers.0.weight")!.data;
    expect(loadNet(single).weights().get("layers.0.weight")!.data).toEqual(Float64Array.from(weight, Math.fround));
  });

  it("refuses weights of another net, naming what is missing, unexpected and of another shape", async () => {
    const bytes = saveNet(await trainSmall());
    const other = altered(bytes, (tensors) => {
      tensors.set("layers.0.bias", { shape: [4], data: new Float64Array(4) });
      tensors.delete("layers.1.bias");
      tensors.set("layers.1.weight", { shape: [2, 2], data: new Float64Array(4) });
    });
    expect(() => loadNet(other)).toThrow(
      new RangeError(
        "loadNet: weights must be those of a discretisedNet: missing layers.1.bias; unexpected layers.0.bias; " +
          "layers.1.weight must have shape [1, 4], got [2, 2]",
      ),
    );
  });

  it("refuses a weight that is not finite, a file of something else, another version", async () => {
    const bytes = saveNet(await trainSmall());
    const code = (change: Parameters<typeof altered>[1]): string => {
      try {
        loadNet(altered(bytes, change));
      } catch (error) {
        return error instanceof FormatError ? error.code : `${(error as Error).name}: ${(error as Error).message}`;
      }
      return "accepted";
    };
    expect(code((t) => t.set("layers.1.bias", { shape: [1], data: Float64Array.of(Number.NaN) }))).toBe("nonfinite");
    expect(code((t) => t.set("layers.1.bias", { shape: [1], data: Float32Array.of(Infinity) }))).toBe("nonfinite");
    expect(code((_, m) => m.delete("format"))).toBe("header");
    expect(code((_, m) => m.set("version", "2"))).toBe("version");
    expect(code((_, m) => m.delete("spec"))).toBe("header");
    expect(code((_, m) => m.set("spec", "{"))).toBe("header");
    expect(code((_, m) => m.set("spec", '{"kind":"discretisedNet","kind":"fluxNet"}'))).toBe("duplicate");
    expect(code((_, m) => m.set("spec", "[".repeat(9999)))).toBe("header");
    expect(code((_, m) => m.set("spec", "3"))).toContain("TypeError: checkNetSpec: spec must be an object");
    expect(code((_, m) => m.set("spec", '{"kind":"perceptron"}'))).toContain("RangeError: checkNetSpec: kind");
    expect(code((_, m) => m.set("spec", JSON.stringify({ ...small, __proto__: null, extra: 1 })))).toContain(
      "unknown option extra",
    );
    const huge = { ...small, layers: [{ units: 1e9, activation: "relu" }] };
    expect(code((_, m) => m.set("spec", JSON.stringify(huge)))).toContain(
      "RangeError: discretisedNet: layers[0].units",
    );
    const wide = { ...small, layers: Array.from({ length: 4 }, () => ({ units: 65536, activation: "relu" })) };
    expect(code((_, m) => m.set("spec", JSON.stringify(wide)))).toContain("at most 134217728 parameters");
  });

  it("gives a typed error or a sound net for each of 5,000 mutated files, quickly and without bounds broken", async () => {
    const original = saveNet(await trainScaled());
    const headerEnd = 8 + new DataView(original.buffer).getUint32(0, true);
    const source = random(7);
    const below = (n: number): number => Math.floor(source() * n);
    const header = new TextDecoder().decode(original.subarray(8, headerEnd));
    const reheaded = (text: string): Uint8Array => {
      const words = new TextEncoder().encode(text);
      const bytes = new Uint8Array(8 + words.length + original.length - headerEnd);
      new DataView(bytes.buffer).setUint32(0, words.length, true);
      bytes.set(words, 8);
      bytes.set(original.subarray(headerEnd), 8 + words.length);
      return bytes;
    };
    const at = below;
    const mutations: readonly (() => Uint8Array)[] = [
      // One byte anywhere; one byte of the values; the length field; a cut; a tail.
      () => original.slice().fill(below(256), ...span(at(original.length))),
      () => original.slice().fill(below(256), ...span(headerEnd + at(original.length - headerEnd))),
      () => original.slice().fill(below(256), ...span(at(8))),
      () => original.slice(0, at(original.length)),
      () => Uint8Array.from([...original, ...original.subarray(at(original.length))]),
      // A number, a character, a token or a repeated piece of the header.
      () => reheaded(header.replace(/\d+/g, (n) => (source() < 0.1 ? NUMBERS[below(NUMBERS.length)]! : n))),
      () => reheaded(splice(header, at(header.length), 1, String.fromCharCode(32 + below(95)))),
      () => reheaded(splice(header, at(header.length), 0, TOKENS[below(TOKENS.length)]!)),
      () => reheaded(splice(header, at(header.length), 0, header.slice(at(header.length)).slice(0, 1 + below(60)))),
      () => reheaded(splice(header, at(header.length), 1 + below(60), "")),
    ];
    const outcomes = new Map<string, number>();
    let slow = 0;
    const count = (name: string): void => void outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    for (let k = 0; k < 5000; k++) {
      const which = k % mutations.length;
      const bytes = mutations[which]!();
      const before = performance.now();
      try {
        const { tensors, metadata } = readSafetensors(bytes);
        const again = writeSafetensors(tensors, metadata);
        const back = readSafetensors(again);
        expect(writeSafetensors(back.tensors, back.metadata)).toEqual(again);
        if (which === 1) expect(again).toEqual(bytes);
        count("file accepted");
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        count(error.code);
      }
      try {
        const net = loadNet(bytes);
        expect([...net.weights().values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
        count("net accepted");
      } catch (error) {
        if (!(error instanceof FormatError || error instanceof RangeError || error instanceof TypeError)) throw error;
        // A RangeError of ours names the function; one of the engine (a stack or an allocation) does not.
        if (!(error instanceof FormatError))
          expect(error.message).toMatch(/^(loadNet|checkNetSpec|discretisedNet|functionalNet|fluxNet): /);
      }
      if (performance.now() - before > 250) slow++;
    }
    // Each kind of refusal was reached, and so was acceptance: the mutations are worth their time.
    for (const code of [
      "header",
      "duplicate",
      "dtype",
      "shape",
      "offsets",
      "truncated",
      "trailing",
      "file accepted",
      "net accepted",
    ]) {
      expect(outcomes.get(code) ?? 0, code).toBeGreaterThan(5);
    }
    // A header that traps the reader would do so in every one of its many mutations; a busy machine delays a few.
    expect(slow).toBeLessThan(10);
  });
});

const NUMBERS = [
  "-1",
  "-0",
  "1.5",
  "1e3",
  "0",
  "4294967296",
  "9007199254740993",
  "1152921504606846976",
  "99999999999999999999999",
];
const TOKENS = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"a":1,',
  "null",
  '"__proto__":{},',
  "\\u0000",
  "\u00e9",
  "\u0000",
  "[[[[[[",
];

function span(from: number): [number, number] {
  return [from, from + 1];
}

function splice(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove);
}

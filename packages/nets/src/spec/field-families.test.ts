import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cnnLstm } from "./cnn-lstm.ts";
import { convolutionalAutoencoder } from "./convolutional-autoencoder.ts";
import { fieldCnn } from "./field-cnn.ts";
import { fluxNet } from "./field-net.ts";
import { checkNetSpec, layoutOf, type NetSpec, parameterCount } from "./net-spec.ts";

describe("specifications of fields", () => {
  it("lay out every tensor once, trainable ones first, statistics behind", () => {
    const specs: NetSpec[] = [
      fieldCnn(),
      fieldCnn({ widths: [3], inputs: 2, outputs: 4 }),
      cnnLstm(),
      convolutionalAutoencoder({ points: 16, latentSize: 2 }),
      fluxNet({ spacing: [1, 1, 1], stencil: [4, 3], mobility: "positive" }),
    ];
    for (const spec of specs) {
      const { tensors, parameters, numbers } = layoutOf(spec);
      let at = 0;
      for (const tensor of tensors) {
        expect(tensor.at).toBe(at);
        at += tensor.length;
        const statistic = tensor.name.includes("moving");
        expect(tensor.at >= parameters).toBe(statistic);
        if (statistic) expect(tensor.centre).toBe(tensor.name.endsWith("variance") ? 1 : 0);
      }
      expect(at).toBe(numbers);
      expect(parameterCount(spec)).toBe(parameters);
      expect(checkNetSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
      expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length);
    }
  });

  it("start as they say: uniform in +-sqrt(6 / (in + out)), +-sqrt(6 / in), +-1 / sqrt(in) of all taps together", () => {
    const spread = (init: "glorot" | "he" | "torch"): number =>
      layoutOf(fieldCnn({ init })).tensors.find(({ name }) => name === "conv6.kernel")!.spread;
    // 64 channels to 32 through 9 taps.
    expect(spread("glorot")).toBe(Math.sqrt(6 / (9 * 96)));
    expect(spread("he")).toBe(Math.sqrt(6 / (9 * 64)));
    expect(spread("torch")).toBe(Math.sqrt(1 / (9 * 64)));
  });

  it("are checked with a TypeError or a RangeError, whatever the value", () => {
    const kinds = ["fieldCnn", "cnnLstm", "convolutionalAutoencoder", "fluxNet"];
    const few = fc.oneof(fc.anything(), fc.array(fc.integer({ min: -1, max: 9 }), { maxLength: 4 }), fc.integer());
    const spec = fc.record(
      {
        kind: fc.constantFrom(...kinds),
        widths: few,
        inputs: few,
        outputs: few,
        padding: fc.oneof(fc.anything(), fc.constant("periodic")),
        momentum: few,
        epsilon: few,
        offsets: fc.oneof(few, fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 3 }), { maxLength: 6 })),
        pool: few,
        filters: few,
        units: few,
        points: few,
        latentSize: few,
        kernel: few,
        spacing: few,
        stencil: few,
        mobility: fc.oneof(fc.anything(), fc.constant("positive")),
        layers: fc.anything(),
        init: fc.anything(),
      },
      { requiredKeys: ["kind"] },
    );
    let sound = 0;
    fc.assert(
      fc.property(
        fc.oneof(spec, fc.record({ kind: fc.constantFrom(...kinds), widths: few }), fc.anything()),
        (value) => {
          try {
            checkNetSpec(value);
            sound++;
          } catch (error) {
            if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
            expect(error.message).toMatch(/^(checkNetSpec|fieldCnn|cnnLstm|convolutionalAutoencoder|fluxNet): /);
          }
        },
      ),
      { seed: 3, numRuns: 3000 },
    );
    expect(sound).toBeGreaterThan(0);
  });
});

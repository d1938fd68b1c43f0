import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkNetSpec } from "./net-spec.ts";
import { discretisedNet, divergenceNet, fluxNet, functionalNet } from "./field-net.ts";
import { parameterCount } from "./net-spec.ts";

const linear = [{ units: 1, activation: "linear" }] as const;

describe("net specifications", () => {
  it("default to the nets of the paper's code: 1,217 parameters", () => {
    expect(parameterCount(discretisedNet())).toBe(1217);
    expect(parameterCount(functionalNet())).toBe(1217);
    // One neighbour fewer than three: 32 weights fewer.
    expect(parameterCount(fluxNet({ spacing: 0.1 }))).toBe(1217 - 32);
    expect(parameterCount(functionalNet({ layers: [{ units: 4, activation: "relu", bias: false }, ...linear] }))).toBe(
      12 + 5,
    );
  });

  it("survive JSON and are frozen to the bottom", () => {
    for (const spec of [
      functionalNet({ features: ["u", "v"] }),
      discretisedNet({ stencil: 5 }),
      discretisedNet({ stencil: [3, 5], odd: true }),
      fluxNet({ spacing: 0.1, skip: true }),
      divergenceNet({ period: [1, 2], derivative: 4, odd: false }),
    ]) {
      expect(checkNetSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
      expect([spec, spec.layers, spec.layers[0]].every(Object.isFrozen)).toBe(true);
    }
  });

  it("do not keep the caller's arrays", () => {
    const layers = [{ units: 2, activation: "relu" as const }, ...linear];
    const features = ["u"];
    const spec = functionalNet({ layers, features });
    layers.length = 1;
    features.push("v");
    expect(spec.layers.length).toBe(2);
    expect(spec.features).toEqual(["u"]);
  });

  it.each<[string, () => unknown, string]>([
    [
      "an unknown key",
      () => discretisedNet({ stencill: 3 } as object),
      "discretisedNet: unknown option stencill; did you mean stencil?",
    ],
    [
      "an unknown key of a layer",
      () => discretisedNet({ layers: [{ units: 1, activation: "linear", biass: true } as never] }),
      "unknown option biass; did you mean bias?",
    ],
    ["an even stencil about a point", () => discretisedNet({ stencil: 4 }), "stencil must be odd, got 4"],
    ["an odd stencil about a face", () => fluxNet({ spacing: 1, stencil: 3 }), "stencil must be even, got 3"],
    ["no spacing", () => fluxNet({} as { spacing: number }), "fluxNet: spacing must be a number"],
    ["a spacing of zero", () => fluxNet({ spacing: 0 }), "fluxNet: spacing must be positive"],
    [
      "two outputs of a field net",
      () => discretisedNet({ layers: [{ units: 2, activation: "linear" }] }),
      "layers[0].units must be 1, got 2",
    ],
    ["no layer", () => functionalNet({ layers: [] }), "layers.length must be an integer between 1 and 256, got 0"],
    [
      "an unknown activation",
      () => functionalNet({ layers: [{ units: 1, activation: "gelu" as "relu" }] }),
      "layers[0].activation must be one of",
    ],
    ["a feature named twice", () => functionalNet({ features: ["u", "u"] }), 'feature "u" is named twice'],
    ["no feature", () => functionalNet({ features: [] }), "features.length"],
    [
      "a feature that is a number",
      () => functionalNet({ features: [3 as unknown as string] }),
      "each feature must be a non-empty name, got 3",
    ],
    [
      "too many units",
      () => functionalNet({ layers: [{ units: 1e9, activation: "relu" }] }),
      "layers[0].units must be an integer between 1 and 65536",
    ],
    [
      "too many parameters",
      () => functionalNet({ layers: Array.from({ length: 3 }, () => ({ units: 65536, activation: "relu" as const })) }),
      "at most 134217728 parameters",
    ],
    ["an unknown padding", () => discretisedNet({ padding: "same" as "valid" }), "padding must be one of"],
    ["an unknown start", () => discretisedNet({ init: "lecun" as "he" }), "init must be one of"],
    ["an unknown kind", () => checkNetSpec({ kind: "toString" }), "kind must be one of"],
    [
      "a key of another kind",
      () => checkNetSpec({ kind: "functionalNet", stencil: 3 }),
      "functionalNet: unknown option stencil",
    ],
  ])("refuse %s", (_what, build, message) => {
    expect(build).toThrow(message);
  });

  it("are checked with a TypeError or a RangeError, whatever the value", () => {
    const kinds = ["functionalNet", "discretisedNet", "fluxNet", "divergenceNet"];
    const value = fc.oneof(
      fc.anything(),
      fc.record({ kind: fc.constantFrom(...kinds), layers: fc.anything() }, { requiredKeys: [] }),
      fc.record(
        {
          kind: fc.constantFrom(...kinds),
          features: fc.anything(),
          stencil: fc.anything(),
          spacing: fc.anything(),
          period: fc.anything(),
        },
        { requiredKeys: ["kind"] },
      ),
      fc.record({ kind: fc.constantFrom(...kinds), layers: fc.array(fc.object(), { maxLength: 3 }) }),
    );
    fc.assert(
      fc.property(value, (spec) => {
        try {
          checkNetSpec(spec);
        } catch (error) {
          if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
          expect(error.message).toMatch(/^(checkNetSpec|functionalNet|discretisedNet|fluxNet|divergenceNet): /);
        }
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});

import { describe, expect, it } from "vitest";
import { trainedNet } from "../rollout/trained.ts";
import { autoencoder } from "./autoencoder.ts";
import { deepSet } from "./deep-set.ts";
import { mixtureDensity } from "./mixture-density.ts";
import { mlp } from "./mlp.ts";
import { checkNetSpec, layoutOf, type NetSpec, parameterCount } from "./net-spec.ts";
import { setAutoencoder } from "./set-autoencoder.ts";
import { variationalAutoencoder } from "./variational-autoencoder.ts";

const tanh = (count: number, units: number) =>
  Array.from({ length: count }, () => ({ units, activation: "tanh" as const }));
const set = { size: 3, element: tanh(5, 100), pooled: tanh(5, 100), latentSize: 8 };

const SPECS: readonly [name: string, spec: NetSpec][] = [
  ["autoencoder", autoencoder({ inputs: 4, encoder: tanh(2, 5), latentSize: 2, output: "sigmoid", residual: false })],
  ["variational autoencoder", variationalAutoencoder({ inputs: 4, encoder: tanh(2, 5), latentSize: 2, warmup: 3 })],
  ["set net", deepSet({ size: 2, element: tanh(2, 4), pooled: tanh(1, 3), init: "he" })],
  [
    "mixture",
    mixtureDensity({ inputs: 2, layers: [], size: 2, components: 3, support: { kind: "logit", low: -1, high: 1 } }),
  ],
  ["particle autoencoder", setAutoencoder({ ...set, decoder: tanh(5, 100), components: 5, variational: true })],
];

describe.each(SPECS)("the specification of a %s", (_name, spec) => {
  it("survives JSON with nothing left to default, frozen to the bottom", () => {
    expect(checkNetSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(spec)).toBe(true);
  });

  it("lays its tensors out one behind the other, with names of their own", () => {
    const { tensors, numbers } = layoutOf(spec);
    let at = 0;
    for (const tensor of tensors) {
      expect(tensor.at).toBe(at);
      at += tensor.length;
    }
    expect(at).toBe(numbers);
    expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length);
  });
});

describe("the nets of the LED paper", () => {
  const dense = (...sizes: number[]) => sizes.slice(1).reduce((sum, units, l) => sum + (sizes[l]! + 1) * units, 0);

  it("have as many parameters as their layers say", () => {
    const ks = autoencoder({ inputs: 64, encoder: tanh(5, 50), latentSize: 8 });
    expect(parameterCount(ks)).toBe(dense(64, 50, 50, 50, 50, 50, 8) + dense(8, 50, 50, 50, 50, 50, 64));
    const fhn = variationalAutoencoder({ inputs: 202, encoder: tanh(3, 100), latentSize: 8 });
    expect(parameterCount(fhn)).toBe(dense(202, 100, 100, 100, 16) + dense(8, 100, 100, 100, 202));
    // Five kernels in three dimensions: 5 (1 + 3 + 3 + 3) = 50 numbers from 50 hidden units.
    const particles = setAutoencoder({
      ...set,
      element: [...tanh(5, 100), { units: 200, activation: "linear" }],
      decoder: [...tanh(5, 100), ...tanh(1, 50)],
      components: 5,
    });
    expect(parameterCount(particles)).toBe(
      dense(3, 100, 100, 100, 100, 100, 200) +
        dense(200, 100, 100, 100, 100, 100, 8) +
        dense(8, 100, 100, 100, 100, 100, 50, 50),
    );
  });
});

describe("a residual stack", () => {
  // The LED references: 2-3-3-2, tanh, W_s[i, j] = 0.5 sin(1 + s + 0.7 (i cols + j)), b_s[i] = 0.1 cos(i + s), in NumPy.
  it("has the values of the reference to rounding", () => {
    const spec = mlp({ inputs: 2, layers: [...tanh(2, 3), { units: 2, activation: "linear" }], residual: true });
    const parameters = layoutOf(spec).tensors.flatMap(({ length }, t) => {
      const s = Math.floor(t / 2);
      return Array.from({ length }, (_, i) => (t % 2 === 0 ? 0.5 * Math.sin(1 + s + 0.7 * i) : 0.1 * Math.cos(i + s)));
    });
    const none = new Float64Array(0);
    const history = { loss: none, validation: none, learningRate: none, keptEpoch: 0, engine: undefined };
    const out = new Float64Array(2);
    trainedNet(spec, Float64Array.from(parameters), { status: "loaded", ...history }).predict(
      Float64Array.of(0.3, -0.7),
      out,
    );
    expect(Math.abs(out[0]! + 0.1685718111676765)).toBeLessThan(1e-16);
    expect(Math.abs(out[1]! + 0.019619851169474428)).toBeLessThan(1e-16);
  });
});

describe("what is not allowed", () => {
  const coder = { inputs: 4, encoder: tanh(1, 3), latentSize: 2 };
  const mixture = { inputs: 2, layers: [], size: 2, components: 3 };
  it.each<[string, () => unknown, string]>([
    ["an unknown key", () => autoencoder({ ...coder, latent: 2 } as never), "autoencoder: unknown option latent"],
    ["no code", () => autoencoder({ ...coder, latentSize: 0 }), "autoencoder: latentSize must be"],
    [
      "no layers",
      () => autoencoder({ ...coder, encoder: undefined as never }),
      "autoencoder: encoder must be an array",
    ],
    ["an unknown output", () => autoencoder({ ...coder, output: "tanhplus" as never }), "output must be one of"],
    ["a negative beta", () => variationalAutoencoder({ ...coder, beta: -1 }), "beta must not be negative, got -1"],
    ["half an epoch", () => variationalAutoencoder({ ...coder, warmup: 0.5 }), "warmup must be an integer"],
    ["beta for a plain one", () => autoencoder({ ...coder, beta: 1 } as never), "unknown option beta"],
    ["no layers on elements", () => deepSet({ size: 1, element: [], pooled: tanh(1, 1) }), "deepSet: element.length"],
    ["no layers on the mean", () => deepSet({ size: 1, element: tanh(1, 1), pooled: [] }), "deepSet: pooled.length"],
    ["no components", () => mixtureDensity({ ...mixture, components: 0 }), "mixtureDensity: components must be"],
    [
      "too many coordinates",
      () => mixtureDensity({ ...mixture, size: 65 }),
      "size must be an integer between 1 and 64",
    ],
    [
      "an unknown support",
      () => mixtureDensity({ ...mixture, support: { kind: "box" } as never }),
      "mixtureDensity: support.kind must be one of",
    ],
    [
      "bounds where there are none",
      () => mixtureDensity({ ...mixture, support: { kind: "unbounded", low: 0 } as never }),
      "unknown option low",
    ],
    [
      "bounds in the wrong order",
      () => mixtureDensity({ ...mixture, support: { kind: "logit", low: 1, high: 0 } }),
      "support.high must be above support.low, got [1, 0]",
    ],
    [
      "a margin of the whole",
      () => mixtureDensity({ ...mixture, support: { kind: "logit", low: 0, high: 1, epsilon: 0.5 } }),
      "support.epsilon must lie in (0, 0.5), got 0.5",
    ],
    ["a negative floor", () => mixtureDensity({ ...mixture, floor: -1 }), "floor must not be negative"],
    [
      "a net too large",
      () => autoencoder({ inputs: 60_000, encoder: tanh(1, 60_000), latentSize: 1 }),
      "at most 134217728 parameters",
    ],
    [
      "a truth value that is none",
      () => setAutoencoder({ ...set, decoder: [], components: 1, variational: 1 as never }),
      "setAutoencoder: variational must be true or false",
    ],
    [
      "no data for a decoder",
      () => setAutoencoder({ ...set, decoder: undefined as never, components: 1 }),
      "setAutoencoder: decoder must be an array",
    ],
  ])("%s", (_name, make, message) => {
    expect(make).toThrow(message);
  });
});

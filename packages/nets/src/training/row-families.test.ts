import { describe, expect, it } from "vitest";
import { gradientError } from "../../test/gradient-check.ts";
import { rowProblem } from "../../test/row-problem.ts";
import { autoencoder } from "../spec/autoencoder.ts";
import { deepSet } from "../spec/deep-set.ts";
import { mixtureDensity } from "../spec/mixture-density.ts";
import { mlp } from "../spec/mlp.ts";
import type { RowNet } from "../spec/net-spec.ts";
import { setAutoencoder } from "../spec/set-autoencoder.ts";
import { variationalAutoencoder } from "../spec/variational-autoencoder.ts";

const tanh = (...units: number[]) => units.map((n) => ({ units: n, activation: "tanh" as const }));
const coder = { inputs: 4, encoder: tanh(5, 5), latentSize: 2 } as const;
const set = { size: 2, element: tanh(6, 6), pooled: tanh(5), latentSize: 2, decoder: tanh(5), components: 3 } as const;

const NETS: readonly [name: string, spec: RowNet, points: number][] = [
  [
    "residual mlp",
    mlp({ inputs: 3, layers: [...tanh(4, 4, 4), { units: 2, activation: "linear" }], residual: true }),
    1,
  ],
  [
    "residual mlp, odd, with a skip",
    mlp({ inputs: 3, layers: tanh(4, 4, 2), residual: true, odd: true, skip: true }),
    1,
  ],
  ["autoencoder", autoencoder(coder), 1],
  ["autoencoder of one layer each way, sigmoid", autoencoder({ ...coder, encoder: [], output: "sigmoid" }), 1],
  ["variational autoencoder", variationalAutoencoder({ ...coder, beta: 0.3 }), 1],
  ["variational autoencoder without hidden layers", variationalAutoencoder({ ...coder, encoder: [], beta: 0.3 }), 1],
  ["set net", deepSet({ size: 2, element: tanh(6, 6), pooled: [...tanh(5), { units: 3, activation: "linear" }] }), 7],
  [
    "set net whose phi ends linearly, elements in several tiles",
    deepSet({ size: 1, element: [...tanh(3), { units: 4, activation: "linear" }], pooled: tanh(2) }),
    150,
  ],
  ["mixture", mixtureDensity({ inputs: 2, layers: tanh(5), size: 3, components: 2 }), 4],
  [
    "mixture in bounds",
    mixtureDensity({
      inputs: 2,
      layers: [],
      size: 2,
      components: 3,
      support: { kind: "logit", low: 0, high: 1 },
      floor: 0,
    }),
    3,
  ],
  [
    "mixture of the paper",
    mixtureDensity({
      inputs: 2,
      layers: tanh(4),
      size: 1,
      components: 2,
      support: { kind: "softplus-inverse", low: 0, high: 2 },
    }),
    3,
  ],
  ["particle autoencoder", setAutoencoder(set), 5],
  ["variational particle autoencoder", setAutoencoder({ ...set, pooled: [], variational: true, beta: 0.4 }), 5],
];

describe.each(NETS)("%s", (_name, spec, points) => {
  // gradientError says why 1e-6 is far above its own errors.
  it("has the gradient of central differences to 1e-6", () => {
    const { loss, samples, order } = rowProblem(spec, { points, rows: 3 });
    expect(gradientError(loss, samples, order)).toBeLessThan(1e-6);
  });

  it("has the same bits on the plain twin, and in tiles of any length", () => {
    const run = (options: { engine?: "plain"; tile?: number }) => {
      const { loss, samples, order } = rowProblem(spec, { points, ...options });
      return { value: loss.valueAndGradient(samples, order, 0, order.length), gradient: loss.network.gradient };
    };
    const whole = run({});
    expect(run({ engine: "plain" })).toEqual(whole);
    // Rows of a variational code are drawn in order, whatever the tile. An odd net's mirrored rows lie behind those of their
    // tile, so its sums over rows depend on it.
    if (!("odd" in spec && spec.odd)) expect(run({ tile: 2 })).toEqual(whole);
  });

  it("has nearly the same loss and gradient in float32", () => {
    const run = (precision: "float32" | "float64") => {
      const { loss, samples, order } = rowProblem(spec, { points, precision });
      return { value: loss.valueAndGradient(samples, order, 0, order.length), gradient: [...loss.network.gradient] };
    };
    const [single, double] = [run("float32"), run("float64")];
    const largest = Math.max(...double.gradient.map(Math.abs));
    // 6e-8 a rounding; sums of some hundred terms of either sign.
    expect(Math.abs(single.value - double.value)).toBeLessThan(1e-5 * Math.abs(double.value) + 1e-6);
    double.gradient.forEach((g, i) => expect(Math.abs(single.gradient[i]! - g)).toBeLessThan(2e-5 * largest));
  });
});

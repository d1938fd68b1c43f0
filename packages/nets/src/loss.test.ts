import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { naiveForward, naiveLoss, naiveNet, naivePredict, naiveRows } from "../test/naive-net.ts";
import type { Activation } from "./activation.ts";
import { drawWeights } from "./init.ts";
import { meanSquaredError } from "./loss.ts";
import { type DenseLayer, discretisedNet, fluxNet, functionalNet, type NetSpec } from "./net-spec.ts";
import { stackShape } from "./stack-shape.ts";
import { trainedNet } from "./trained.ts";
import { samplesOf } from "./training-data.ts";

const layers = (activation: Activation, bias = true): DenseLayer[] => [
  { units: 7, activation, bias },
  { units: 5, activation },
  { units: 1, activation: "linear", bias },
];

const NETS: readonly [name: string, make: (activation: Activation) => NetSpec, points: number][] = [
  ["functional net", (a) => functionalNet({ layers: layers(a) }), 9],
  [
    "functional net with two outputs",
    (a) =>
      functionalNet({
        features: ["u", "v"],
        layers: [
          { units: 6, activation: a },
          { units: 2, activation: "linear" },
        ],
      }),
    4,
  ],
  ["functional net without biases", (a) => functionalNet({ layers: layers(a, false), init: "he" }), 3],
  ["discretised net", (a) => discretisedNet({ layers: layers(a) }), 11],
  [
    "discretised net, five points, periodic",
    (a) => discretisedNet({ stencil: 5, padding: "periodic", layers: layers(a) }),
    8,
  ],
  ["discretised net on rows longer than a tile", (a) => discretisedNet({ layers: layers(a) }), 80],
  ["flux net, periodic", (a) => fluxNet({ spacing: 0.1, layers: layers(a) }), 6],
  [
    "flux net, four points, valid",
    (a) => fluxNet({ spacing: 0.5, stencil: 4, padding: "valid", layers: layers(a) }),
    9,
  ],
];

/** A problem with seeded data, weights and parameters; biases are moved off zero so that their part is seen. */
function problem(spec: NetSpec, points: number, rows = 11) {
  const source = random(5);
  const shape = stackShape(spec);
  const width = spec.kind === "functionalNet" ? spec.features.length : 1;
  const draws = (length: number): number[] => Array.from({ length }, () => 2 * source() - 1);
  const inputs = draws(rows * points * width);
  const targets = draws(rows * points * shape.outputs);
  const weights = Array.from({ length: rows }, () => source());
  const drawn = new Float64Array(shape.parameters);
  drawWeights(shape, spec.init, source, drawn);
  const parameters = drawn.map((p) => (p === 0 ? source() - 0.5 : p));
  const samples = samplesOf("test", spec, { inputs, targets, points, weights });
  const gradient = new Float64Array(shape.parameters);
  const loss = meanSquaredError(spec, shape, samples.stackRows, parameters, gradient);
  const order = Int32Array.from({ length: rows }, (_, r) => (r * 7) % rows);
  const margin = spec.kind !== "functionalNet" && spec.padding === "valid" ? Math.floor(spec.stencil / 2) : 0;
  const snapshots = [...order].map((r) => inputs.slice(r * points * width, (r + 1) * points * width));
  const kept = [...order].map((r) => {
    const row = targets.slice(r * points * shape.outputs, (r + 1) * points * shape.outputs);
    return row.slice(margin * shape.outputs, row.length - margin * shape.outputs);
  });
  const rowWeights = [...order].map((r) => samples.weights[r]!);
  return { samples, parameters, gradient, loss, order, snapshots, kept, rowWeights, rows };
}

describe.each(NETS)("%s", (_name, make, points) => {
  it.each(["relu", "tanh", "linear"] as const)(
    "has the loss and the gradient of the textbook form, bit for bit, with %s",
    (activation) => {
      const spec = make(activation);
      const { samples, parameters, gradient, loss, order, snapshots, kept, rowWeights, rows } = problem(spec, points);
      const value = loss.valueAndGradient(samples, order, 0, rows);
      const naive = naiveLoss(spec, parameters, snapshots, kept, rowWeights);
      expect(value).toBe(naive.value);
      expect(gradient).toEqual(naive.gradient);
      expect(loss.value(samples, order, 0, rows)).toBe(value);
    },
  );

  // Central differences in one parameter. With tanh a fourth-order formula at h = 1e-3 leaves h^4 = 1e-12 of
  // truncation and 1e-13 of rounding; with ReLU the loss between kinks is a parabola in any one parameter, so the
  // second-order formula is exact and h only has to stay between kinks. The bound is 1e-6 of the component, or of 1e-3
  // of the largest one where a component is smaller still.
  it.each(["relu", "tanh"] as const)("has the gradient of central differences to 1e-6 with %s", (activation) => {
    const spec = make(activation);
    const { samples, parameters, gradient, loss, order, snapshots, rows } = problem(spec, points, points > 20 ? 1 : 3);
    let h = 1e-3;
    if (activation === "relu") {
      const net = naiveNet(spec, parameters);
      const sums = snapshots
        .flatMap((snapshot) => naiveRows(spec, snapshot))
        .flatMap((row) => {
          const values = naiveForward(spec, net, row);
          return spec.layers.flatMap((_, l) =>
            net.weights[l]!.map((w, j) => w.reduce((s, wk, k) => s + wk * values[l]![k]!, net.biases[l]?.[j] ?? 0)),
          );
        });
      // Values and weights stay below 2, so h moves no sum by more than 2 h.
      h = Math.min(h, 0.25 * Math.min(...sums.filter((s) => s !== 0).map(Math.abs)));
      expect(h).toBeGreaterThan(1e-6);
    }
    loss.valueAndGradient(samples, order, 0, rows);
    const largest = Math.max(...gradient.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-3);
    for (let i = 0; i < parameters.length; i++) {
      const start = parameters[i]!;
      const at = (shift: number): number => {
        parameters[i] = start + shift;
        const value = loss.value(samples, order, 0, rows);
        parameters[i] = start;
        return value;
      };
      const difference =
        activation === "relu"
          ? (at(h) - at(-h)) / (2 * h)
          : (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      const scale = Math.max(Math.abs(gradient[i]!), 1e-3 * largest);
      expect(Math.abs(difference - gradient[i]!) / scale).toBeLessThan(1e-6);
    }
  });

  it("predicts the bits of the textbook form, zero where the stencil does not fit", () => {
    const spec = make("tanh");
    const { parameters, snapshots } = problem(spec, points);
    const empty = new Float64Array(0);
    const trained = trainedNet(spec, parameters, {
      status: "loaded",
      loss: empty,
      validation: empty,
      learningRate: empty,
      keptEpoch: 0,
    });
    const net = naiveNet(spec, parameters);
    for (const snapshot of snapshots) {
      const expected = naivePredict(spec, net, snapshot);
      const length = spec.kind === "functionalNet" ? expected.length : snapshot.length;
      const margin = (length - expected.length) / 2;
      const out = new Float64Array(length).fill(9);
      trained.predict(Float64Array.from(snapshot), out);
      expect([...out]).toEqual([...Array(margin).fill(0), ...expected, ...Array(margin).fill(0)]);
    }
  });
});

import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { naiveForward, naiveLoss, naiveNet, naivePredict, naiveRows } from "../../test/naive-net.ts";
import type { Activation } from "@hml/kernels";
import { drawWeights } from "../spec/init.ts";
import { rowLoss } from "./row-loss.ts";
import { discretisedNet, divergenceNet, type FieldNet, fluxNet, functionalNet } from "../spec/field-net.ts";
import { ACTIVATIONS, type DenseLayer } from "../spec/stack-spec.ts";
import { stackShape } from "../spec/stack-net.ts";
import { trainedNet } from "../rollout/trained.ts";
import { samplesOf } from "./training-data.ts";

const layers = (activation: Activation, bias = true): DenseLayer[] => [
  { units: 7, activation, bias },
  { units: 5, activation },
  { units: 1, activation: "linear", bias },
];

/** A narrower stack with two outputs: on more points there are more kinks to keep away from. */
const narrow = (activation: Activation, bias = false): DenseLayer[] => [
  { units: 4, activation, bias },
  { units: 3, activation, bias },
  { units: 2, activation: "linear", bias },
];

const NETS: readonly [
  name: string,
  make: (activation: Activation) => FieldNet,
  points: number | readonly [number, number],
][] = [
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
  ["functional net on a grid, odd", (a) => functionalNet({ odd: true, layers: layers(a) }), [3, 2]],
  ["functional net with a skip", (a) => functionalNet({ skip: true, layers: layers(a) }), 5],
  ["discretised net, 3 x 5, valid", (a) => discretisedNet({ stencil: [3, 5], layers: layers(a) }), [4, 6]],
  [
    "discretised net, 5 x 3, periodic, odd, with a skip",
    (a) => discretisedNet({ stencil: [5, 3], padding: "periodic", odd: true, skip: true, layers: layers(a) }),
    [5, 3],
  ],
  ["flux net, odd, with a skip", (a) => fluxNet({ spacing: 0.5, odd: true, skip: true, layers: layers(a) }), 5],
  [
    "divergence net, spectral, odd",
    (a) => divergenceNet({ period: [2, 3], features: ["u", "u_x", "u_y"], layers: narrow(a) }),
    [5, 4],
  ],
  [
    "divergence net of order 4, with a skip",
    (a) => divergenceNet({ period: [6, 5], derivative: 4, odd: false, skip: true, layers: narrow(a, true) }),
    [6, 5],
  ],
];

/** A problem with seeded data, weights and parameters; biases are moved off zero so that their part is seen. */
function problem(spec: FieldNet, points: number | readonly [number, number], rows = 11) {
  const source = random(5);
  const shape = stackShape(spec);
  const grid = typeof points === "number" ? [points] : points;
  const size = grid.reduce((a, b) => a * b, 1);
  const width = "features" in spec ? spec.features.length : 1;
  const outputs = spec.kind === "functionalNet" ? shape.outputs : 1;
  const draws = (length: number): number[] => Array.from({ length }, () => 2 * source() - 1);
  const inputs = draws(rows * size * width);
  const targets = draws(rows * size * outputs);
  const weights = Array.from({ length: rows }, () => source());
  const drawn = new Float64Array(shape.layout.numbers);
  drawWeights(shape.layout, source, drawn);
  const started = drawn.map((p) => (p === 0 ? source() - 0.5 : p));
  const { samples, mapped, criterion } = samplesOf("test", spec, { inputs, targets, points, weights });
  const { map, tile = rows } = mapped;
  const network = mapped.network({ rows: tile * map.rows, engine: "wasm", precision: "float64", trainable: true });
  const loss = rowLoss(network, map, criterion, tile);
  const { gradient, parameters } = network;
  parameters.set(started);
  const order = Int32Array.from({ length: rows }, (_, r) => (r * 7) % rows);
  const snapshots = [...order].map((r) => inputs.slice(r * size * width, (r + 1) * size * width));
  const isKept = kept(spec, grid);
  const chosen = [...order].map((r) =>
    targets.slice(r * size * outputs, (r + 1) * size * outputs).filter((_, i) => isKept(Math.floor(i / outputs))),
  );
  const rowWeights = [...order].map((r) => samples.weights[r]!);
  return { samples, parameters, gradient, loss, order, snapshots, chosen, rowWeights, rows, grid, size, isKept };
}

/** Whether something is predicted at a point of the grid. */
function kept(spec: FieldNet, [nx, ny = 1]: readonly number[]): (point: number) => boolean {
  if (!("padding" in spec) || spec.padding === "periodic") return () => true;
  const [wx, wy = 1] = typeof spec.stencil === "number" ? [spec.stencil] : spec.stencil;
  const [mx, my] = [Math.floor(wx! / 2), Math.floor(wy / 2)];
  return (point) => {
    const [x, y] = [point % nx!, Math.floor(point / nx!)];
    return x >= mx && x < nx! - mx && y >= my && y < ny - my;
  };
}

describe.each(NETS)("%s", (_name, make, points) => {
  it.each(ACTIVATIONS)("has the loss and the gradient of the textbook form with %s", (activation) => {
    const spec = make(activation);
    const made = problem(spec, points);
    const { samples, parameters, gradient, loss, order, snapshots, chosen, rowWeights, rows, grid } = made;
    const value = loss.valueAndGradient(samples, order, 0, rows);
    const naive = naiveLoss(spec, parameters, snapshots, chosen, rowWeights, grid);
    if (bitEqual(spec) && ["relu", "tanh", "linear"].includes(activation)) {
      expect(value).toBe(naive.value);
      expect(gradient).toEqual(naive.gradient);
    } else {
      // The sums run in another order, or the activation has other last bits: some hundred terms, each rounded at
      // 1e-16 of values below 10.
      const largest = Math.max(...gradient.map(Math.abs));
      expect(Math.abs(value - naive.value)).toBeLessThan(1e-14 * value);
      gradient.forEach((g, i) => expect(Math.abs(g - naive.gradient[i]!)).toBeLessThan(1e-13 * largest));
    }
    expect(loss.value(samples, order, 0, rows)).toBe(value);
  });

  // Central differences in one parameter. With tanh a fourth-order formula at h = 1e-3 leaves h^4 = 1e-12 of
  // truncation and 1e-13 of rounding; with ReLU the loss between kinks is a parabola in any one parameter, so the
  // second-order formula is exact and h only has to stay between kinks. The bound is 1e-6 of the component, or of 1e-3
  // of the largest one where a component is smaller still.
  it.each(["relu", "tanh"] as const)("has the gradient of central differences to 1e-6 with %s", (activation) => {
    const spec = make(activation);
    const few = typeof points === "object" || points > 20 ? 1 : 3;
    const { samples, parameters, gradient, loss, order, snapshots, rows, grid } = problem(spec, points, few);
    let h = 1e-3;
    if (activation === "relu") {
      const net = naiveNet(spec, parameters);
      const sums = snapshots
        .flatMap((snapshot) => naiveRows(spec, snapshot, grid))
        .flatMap((row) => (spec.odd ? [row, row.map((x) => -x)] : [row]))
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
    const { parameters, snapshots, grid, size, isKept } = problem(spec, points);
    const empty = new Float64Array(0);
    const trained = trainedNet(spec, parameters, {
      status: "loaded",
      engine: undefined,
      loss: empty,
      validation: empty,
      learningRate: empty,
      keptEpoch: 0,
    });
    const net = naiveNet(spec, parameters);
    for (const snapshot of snapshots) {
      const predictions = naivePredict(spec, net, snapshot, grid);
      const outputs = spec.kind === "functionalNet" ? predictions.length / size : 1;
      let next = 0;
      const expected = Array.from({ length: size * outputs }, (_, i) =>
        isKept(Math.floor(i / outputs)) ? predictions[next++]! : 0,
      );
      const out = new Float64Array(expected.length).fill(9);
      trained.predict(Float64Array.from(snapshot), out, grid.length === 1 ? undefined : grid);
      if (bitEqual(spec)) expect([...out]).toEqual(expected);
      else out.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-13));
    }
  });
});

/** Whether the oracle's sums run in the order of the fast code. */
function bitEqual(spec: FieldNet): boolean {
  return !spec.odd && spec.kind !== "divergenceNet";
}

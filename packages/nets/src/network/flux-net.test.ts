import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { gradientError } from "../../test/gradient-check.ts";
import { naiveForward, naiveNet } from "../../test/naive-net.ts";
import { type FluxNet, fluxNet } from "../spec/field-net.ts";
import { drawWeights } from "../spec/init.ts";
import { checkNetSpec, layoutOf, parameterCount } from "../spec/net-spec.ts";
import { learnedRhs } from "../rollout/learned-rhs.ts";
import { loadNet, saveNet } from "../files/net-file.ts";
import { weightsOf } from "../files/weights.ts";
import { rowLoss } from "../training/row-loss.ts";
import { samplesOf } from "../training/training-data.ts";
import { train } from "../training/train.ts";

const layers = (units: number, activation: "tanh" | "relu" = "tanh"): FluxNet["layers"] => [
  { units: 5, activation },
  { units, activation: "linear" },
];

/** The law of a net by its definition, point by point and face by face. */
function byDefinition(spec: FluxNet, parameters: Float64Array, u: Float64Array, extents: readonly number[]): number[] {
  const net = naiveNet({ ...spec, stencil: [layoutOf(spec).tensors[0]!.shape[1]!] }, parameters);
  const spacing = typeof spec.spacing === "number" ? [spec.spacing] : spec.spacing;
  const [along, across = 1] = typeof spec.stencil === "number" ? [spec.stencil] : (spec.stencil as [number, number]);
  const value = (place: readonly number[]): number => {
    let index = 0;
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      index = index * extents[axis]! + ((place[axis]! + extents[axis]!) % extents[axis]!);
    }
    return u[index]!;
  };
  const move = (place: readonly number[], axis: number, by: number): number[] =>
    place.map((i, other) => (other === axis ? i + by : i));
  const flux = (place: readonly number[], axis: number): number => {
    let places = Array.from({ length: along }, (_, k) => move(place, axis, k - along / 2));
    for (const other of extents.keys()) {
      if (other === axis) continue;
      places = Array.from({ length: across }, (_, k) => k - (across - 1) / 2).flatMap((by) =>
        places.map((at) => move(at, other, by)),
      );
    }
    const z = places.map(value);
    const stack = (row: number[]): number[] => naiveForward(spec, net, row).at(-1)!;
    const plus = stack(z);
    const pick = plus.length === 1 ? 0 : axis;
    const minus = stack(z.map((x) => -x));
    const positive = spec.mobility === "positive";
    const f = spec.odd ? 0.5 * (plus[pick]! + (positive ? 1 : -1) * minus[pick]!) : plus[pick]!;
    if (!positive) return f;
    return (-Math.log1p(Math.exp(f)) * (value(place) - value(move(place, axis, -1)))) / spacing[axis]!;
  };
  return Array.from(u, (_, p) => {
    let rest = p;
    const place = extents.map((n) => {
      const i = rest % n;
      rest = (rest - i) / n;
      return i;
    });
    return extents.reduce(
      (sum, _n, axis) => sum + (flux(place, axis) - flux(move(place, axis, 1), axis)) / spacing[axis]!,
      0,
    );
  });
}

const CASES: readonly (readonly [name: string, spec: FluxNet, extents: readonly number[]])[] = [
  ["a line, positive", fluxNet({ spacing: 0.5, mobility: "positive", stencil: 4, layers: layers(1) }), [7]],
  ["a plane, one law", fluxNet({ spacing: [0.5, 0.7], layers: layers(1) }), [4, 3]],
  [
    "a plane, a law an axis, with a skip",
    fluxNet({ spacing: [0.5, 0.7], stencil: [4, 3], skip: true, layers: layers(2) }),
    [5, 4],
  ],
  ["a plane, odd", fluxNet({ spacing: [1, 1], stencil: [2, 3], odd: true, layers: layers(1) }), [3, 4]],
  [
    "a plane, positive, odd",
    fluxNet({ spacing: [0.5, 0.7], stencil: [2, 3], odd: true, mobility: "positive", layers: layers(2) }),
    [4, 5],
  ],
  ["space, positive", fluxNet({ spacing: [1, 0.5, 2], mobility: "positive", layers: layers(3) }), [3, 2, 4]],
  ["space, wide", fluxNet({ spacing: [1, 0.5, 2], stencil: [2, 3], layers: layers(1) }), [3, 4, 3]],
];

function drawn(spec: FluxNet, seed: number): Float64Array {
  const parameters = new Float64Array(layoutOf(spec).numbers);
  drawWeights(layoutOf(spec), random(seed), parameters);
  // Skips and biases start at zero, which would hide them.
  return parameters.map((p) => (p === 0 ? 0.3 : p));
}

const field = (points: number, seed: number): Float64Array => {
  const source = random(seed);
  return Float64Array.from({ length: points }, () => 2 * source() - 1);
};

describe.each(CASES)("a flux net on %s", (_name, spec, extents) => {
  const points = extents.reduce((a, b) => a * b, 1);
  const parameters = drawn(spec, 3);
  const rhs = learnedRhs({ spec, weights: () => weightsOf(spec, parameters) }, { size: extents, ends: "periodic" });

  it("is the difference of fluxes through faces, by the definition, and conserves", () => {
    const u = field(points, 4);
    const out = new Float64Array(points);
    rhs(0, u, out);
    // Sums of some ten terms of order 1 over spacings squared, 4: 1e-14.
    byDefinition(spec, parameters, u, extents).forEach((slope, p) =>
      expect(Math.abs(out[p]! - slope)).toBeLessThan(1e-13),
    );
    expect(out.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
    const size = out.reduce((sum, slope) => sum + Math.abs(slope), 0);
    expect(Math.abs(out.reduce((sum, slope) => sum + slope, 0))).toBeLessThan(1e-14 * size);
  });

  it("has the gradient of central differences to 1e-6", () => {
    const data = { inputs: field(2 * points, 5), targets: field(2 * points, 6), points: extents };
    const { samples, mapped: net, criterion } = samplesOf("test", spec, data);
    const tile = net.tile ?? 2;
    const network = net.network({ rows: tile * net.map.rows, engine: "wasm", precision: "float64", trainable: true });
    network.parameters.set(parameters);
    expect(gradientError(rowLoss(network, net.map, criterion, tile), samples, Int32Array.of(1, 0))).toBeLessThan(1e-6);
  });

  it("dissipates with positive mobility, however it is drawn, and need not with a free flux", () => {
    let grew = 0;
    for (let seed = 0; seed < 20; seed++) {
      const numbers = drawn(spec, seed).map((p) => 3 * p);
      const law = learnedRhs({ spec, weights: () => weightsOf(spec, numbers) }, { size: extents, ends: "periodic" });
      const u = field(points, 100 + seed);
      const out = new Float64Array(points);
      law(0, u, out);
      if (!(u.reduce((sum, value, p) => sum + value * out[p]!, 0) <= 0)) grew++;
    }
    if (spec.mobility === "positive") expect(grew).toBe(0);
    else expect(grew).toBeGreaterThan(0);
  });

  it("is odd where it is said to be", () => {
    const u = field(points, 8);
    const [plus, minus] = [new Float64Array(points), new Float64Array(points)];
    rhs(0, u, plus);
    rhs(
      0,
      u.map((x) => -x),
      minus,
    );
    const differ = plus.some((slope, p) => slope !== -minus[p]!);
    expect(differ).toBe(!spec.odd);
  });

  it("survives JSON and files", () => {
    expect(checkNetSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    const weights = weightsOf(spec, parameters);
    const again = loadNet(saveNet({ spec, precision: "float64", scaling: undefined, weights: () => weights }));
    expect(again.weights()).toEqual(weights);
    expect(again.spec).toEqual(spec);
    const u = field(points, 9);
    const [a, b] = [new Float64Array(points), new Float64Array(points)];
    rhs(0, u, a);
    again.predict(u, b, extents);
    expect(b).toEqual(a);
  });
});

describe("flux nets", () => {
  it("learn anisotropic diffusion on a plane: two mobilities, to 1 % of the slopes' size", async () => {
    const [n, rows] = [6, 40];
    const u = field(rows * n * n, 1);
    const at = (r: number, x: number, y: number): number => u[r * n * n + ((y + n) % n) * n + ((x + n) % n)]!;
    const targets = u.map((here, i) => {
      const [r, p] = [Math.floor(i / (n * n)), i % (n * n)];
      const [x, y] = [p % n, Math.floor(p / n)];
      return (
        1.5 * (at(r, x - 1, y) + at(r, x + 1, y) - 2 * here) + 0.5 * (at(r, x, y - 1) + at(r, x, y + 1) - 2 * here)
      );
    });
    const linear = [{ units: 2, activation: "linear" }] as const;
    const spec = fluxNet({ spacing: [1, 1], mobility: "positive", layers: linear });
    const trained = await train(
      spec,
      { inputs: u, targets, points: [n, n] },
      {
        epochs: 60,
        batchSize: 4,
        learningRate: 0.05,
        schedule: { kind: "cosine" },
        random: random(2),
        loss: "relative",
      },
    );
    expect(trained.history.loss.at(-1)).toBeLessThan(1e-4);
    const bias = [...trained.weights().get("layers.0.bias")!.data];
    // softplus of the biases are the mobilities, up to what the weights on the values add, which is small.
    [1.5, 0.5].forEach((k, axis) => expect(Math.abs(Math.log1p(Math.exp(bias[axis]!)) - k)).toBeLessThan(0.01));
    expect(parameterCount(spec)).toBe(6);
  });

  it.each<[string, () => unknown, string]>([
    ["an even width across", () => fluxNet({ spacing: [1, 1], stencil: [2, 2] }), "stencil[1] must be odd, got 2"],
    ["an odd one along", () => fluxNet({ spacing: [1, 1], stencil: [3, 3] }), "stencil must be even, got 3"],
    ["two widths on a line", () => fluxNet({ spacing: 1, stencil: [2, 3] }), "stencil must be a number on a line"],
    ["valid padding on a plane", () => fluxNet({ spacing: [1, 1], padding: "valid" }), "padding must be periodic"],
    ["three fluxes on a plane", () => fluxNet({ spacing: [1, 1], layers: layers(3) }), "units must be 1 or 2, got 3"],
    ["an unknown mobility", () => fluxNet({ spacing: 1, mobility: "negative" as "free" }), "mobility must be one of"],
    [
      "held ends on a plane",
      () => {
        const spec = fluxNet({ spacing: [1, 1] });
        return learnedRhs(
          { spec, weights: () => weightsOf(spec, drawn(spec, 1)) },
          { size: [4, 4], ends: "dirichlet" },
        );
      },
      "a fluxNet on a plane or in space needs a periodic grid",
    ],
    [
      "a narrow grid",
      () =>
        samplesOf("train", fluxNet({ spacing: [1, 1], stencil: [2, 5] }), {
          inputs: [1],
          targets: [1],
          points: [4, 8],
        }),
      "points[0] must be at least 5",
    ],
  ])("refuse %s", (_what, build, message) => {
    expect(build).toThrow(message);
  });
});

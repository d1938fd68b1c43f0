import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { gradientError } from "../../test/gradient-check.ts";
import { loadNet, saveNet } from "../files/net-file.ts";
import { initialWeights } from "../files/initial-weights.ts";
import { learnedRhs } from "../rollout/learned-rhs.ts";
import { type GradientFlowNet, gradientFlowNet } from "../spec/gradient-flow-net.ts";
import { drawWeights } from "../spec/init.ts";
import { layoutOf } from "../spec/net-spec.ts";
import { rowLoss } from "../training/row-loss.ts";
import { train } from "../training/train.ts";
import { samplesOf } from "../training/training-data.ts";
import { gradientSymbol } from "./gradient-symbol.ts";
import { mapped } from "./network-of.ts";

/** Parameters of a net by name, the others as they are drawn. */
function parametersOf(spec: GradientFlowNet, named: Readonly<Record<string, readonly number[]>>): Float64Array {
  const layout = layoutOf(spec);
  const parameters = new Float64Array(layout.numbers);
  drawWeights(layout, random(5), parameters);
  for (const { name, at } of layout.tensors) parameters.set(named[name] ?? [], at);
  return parameters;
}

const draws = (seed: number, length: number): Float64Array => {
  const source = random(seed);
  return Float64Array.from({ length }, () => 2 * source() - 1);
};

/** One field through a net. */
function slopes(
  spec: GradientFlowNet,
  parameters: Float64Array,
  points: readonly number[],
  u: Float64Array,
  engine: "wasm" | "plain" = "wasm",
): Float64Array {
  const net = mapped("test", spec, points).network({
    rows: 1,
    engine,
    precision: "float64",
    trainable: false,
    parameters,
  });
  net.update();
  net.input.set(u);
  net.forward(1);
  return Float64Array.from(net.output);
}

describe("a gradient-flow net", () => {
  it.each([
    [
      "conserved on a plane, P with a valley",
      { mobility: "conserved", spacing: [0.7, 1.1], degree: 2 },
      [6, 5],
      [-1.5],
    ],
    ["conserved on a line", { mobility: "conserved", spacing: 0.8, degree: 3, amplitude: 1.7 }, [9], [1, -1.1]],
    ["not conserved, degree 3, P upwards", { mobility: "non-conserved", degree: 3, wavenumber: 2 }, [4, 4], [0.5, 0.3]],
    ["not conserved in space", { mobility: "non-conserved", spacing: [1, 0.5, 2], degree: 1 }, [4, 3, 2], []],
  ] as const)("has the gradient of central differences to 1e-6: %s", (_name, options, points, symbol) => {
    const spec = gradientFlowNet({ ...options, units: 4 });
    const size = points.reduce((a: number, b) => a * b, 1);
    const data = { inputs: draws(3, 3 * size), targets: draws(4, 3 * size), points };
    const { samples, mapped: net, criterion } = samplesOf("test", spec, data);
    const network = net.network({ rows: 3, engine: "wasm", precision: "float64", trainable: true });
    network.parameters.set(parametersOf(spec, { symbol: [...symbol], mobility: [0.2], floor: [-0.3] }));
    const loss = rowLoss(network, net.map, criterion, 3);
    // Central differences of fourth order at 1e-4 are good to some 1e-10.
    expect(gradientError(loss, samples, Int32Array.from([2, 0, 1]))).toBeLessThan(1e-6);
  });

  it.each(["conserved", "non-conserved"] as const)("gives -m Q u of a wave where f' vanishes: %s", (mobility) => {
    const spec = gradientFlowNet({ mobility, spacing: [0.5, 0.25], degree: 2, units: 3, wavenumber: 2 });
    const named = { "layers.1.weight": [0, 0, 0], mobility: [0.4], symbol: [-1.2, 0.1], floor: [-2] };
    const softplus = (s: number): number => Math.log1p(Math.exp(s));
    const [kx, ky] = [(2 * Math.PI * 3) / (16 * 0.5), (2 * Math.PI * 2) / (12 * 0.25)];
    const q2 = softplus(0.1);
    const lowest = -(1.2 * 1.2) / (4 * q2);
    const rateOf = (k2: number): number => {
      const x = k2 / 4;
      const q = q2 * x * x - 1.2 * x - lowest + softplus(-2);
      return softplus(0.4) * q * (mobility === "conserved" ? k2 : 1);
    };
    const rate = rateOf(kx * kx + ky * ky);
    const u = Float64Array.from({ length: 192 }, (_, i) =>
      Math.cos(kx * 0.5 * (i % 16) + ky * 0.25 * Math.floor(i / 16)),
    );
    const out = slopes(spec, parametersOf(spec, named), [16, 12], u);
    // Rounding of the transforms puts some 1e-16 into every wave; the shortest one makes the most of it.
    const rounding = 1e-15 * rateOf((Math.PI / 0.5) * (Math.PI / 0.5) + (Math.PI / 0.25) * (Math.PI / 0.25));
    expect(rounding).toBeLessThan(1e-10 * rate);
    out.forEach((slope, i) => void expect(Math.abs(slope + rate * u[i]!)).toBeLessThan(rounding));
  });

  it("keeps the mean in the conserved form, to rounding, whatever its weights", () => {
    const spec = gradientFlowNet({ mobility: "conserved" });
    const u = draws(8, 20 * 14);
    const out = slopes(spec, parametersOf(spec, {}), [20, 14], u);
    const size = Math.max(...out.map(Math.abs));
    expect(Math.abs(out.reduce((a, b) => a + b, 0) / out.length)).toBeLessThan(1e-15 * size);
    expect(size).toBeGreaterThan(0.1);
  });

  it("has the bits of the plain twin", () => {
    const spec = gradientFlowNet({ mobility: "conserved", units: 6 });
    const parameters = parametersOf(spec, {});
    const u = draws(9, 15 * 8);
    expect(slopes(spec, parameters, [15, 8], u)).toEqual(slopes(spec, parameters, [15, 8], u, "plain"));
  });

  it("comes back from a file and is a right-hand side on grids of other sizes", async () => {
    const spec = gradientFlowNet({ mobility: "non-conserved", units: 3 });
    const data = { inputs: draws(1, 4 * 64), targets: draws(2, 4 * 64), points: [8, 8] };
    for (const precision of ["float64", "float32"] as const) {
      const trained = await train(spec, data, { epochs: 3, batchSize: 3, precision, random: random(3) });
      expect(trained.history.loss.every(Number.isFinite)).toBe(true);
      const read = loadNet(saveNet(trained));
      expect(read.spec).toEqual(spec);
      const u = draws(6, 12 * 10);
      const [first, second] = [new Float64Array(120), new Float64Array(120)];
      learnedRhs(trained, { size: [12, 10], ends: "periodic" })(0, u, first);
      read.predict(u, second, [12, 10]);
      expect(second).toEqual(first);
    }
  });

  it("refuses held ends, other dimensions, scales", async () => {
    const spec = gradientFlowNet({ mobility: "conserved", spacing: [1, 1], units: 2 });
    const trained = { spec, weights: () => initialWeights(spec, random(1)) };
    expect(() => learnedRhs(trained, { size: [8, 8], ends: "dirichlet" })).toThrow("periodic grid");
    expect(() => learnedRhs(trained, { size: 8, ends: "periodic" })).toThrow("one number an axis");
    const data = { inputs: draws(1, 64), targets: draws(2, 64), points: [8, 8] };
    await expect(train(spec, data, { epochs: 1, random: random(1), scale: "standard" })).rejects.toThrow(
      "scale must be none",
    );
  });
});

describe("the symbol of a gradient-flow net", () => {
  const softplus = (s: number): number => Math.log1p(Math.exp(s));
  it.each([
    [1, []],
    [2, [-3]],
    [2, [0.5]],
    [3, [1, -3]],
    [3, [-1, 4]],
    [3, [5, -0.1]],
    [3, [0.3, -0.6]],
  ] as const)("of degree %i with %o has the minimum b over x >= 0", (degree, coefficients) => {
    const shape = { symbolAt: 0, degree, floorAt: degree };
    const parameters = Float64Array.from([...coefficients, 0.2, -1]);
    const symbol = gradientSymbol(shape);
    symbol.update(parameters);
    let lowest = Infinity;
    for (let i = 0; i <= 40_000; i++) lowest = Math.min(lowest, symbol.at(i * 1e-3));
    expect(lowest).toBeGreaterThan(softplus(-1) - 1e-14);
    // Points 1e-3 apart miss the minimum by at most Q'' (5e-4)^2 / 2.
    expect(lowest).toBeLessThan(softplus(-1) + 1e-5);
  });
});

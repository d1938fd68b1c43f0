import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { gradientError } from "../../test/gradient-check.ts";
import { type CnnLstm, cnnLstm } from "../spec/cnn-lstm.ts";
import { drawWeights } from "../spec/init.ts";
import { layoutOf, parameterCount } from "../spec/net-spec.ts";
import { learnedRhs } from "../rollout/learned-rhs.ts";
import { weightsOf } from "../files/weights.ts";
import { rowLoss } from "../training/row-loss.ts";
import { samplesOf } from "../training/training-data.ts";
import { mapped } from "./network-of.ts";

const line = (count: number): number[][] => Array.from({ length: count }, (_, k) => [k - Math.floor(count / 2)]);
const dense = (...units: number[]): CnnLstm["layers"] =>
  units.map((n, l) => ({ units: n, activation: l < units.length - 1 ? "relu" : "linear" }));

/**
 * The same nets in PyTorch 1.13, float64: Conv1d(1, filters, 3), ReLU, MaxPool1d(pool), LSTM(filters, units), its last
 * output, Linear layers with ReLU between; parameters in their order p_i = 0.7 sin(1.7 i), three rows
 * x_i = cos(0.6 i), mean squared error to 0.3, -0.2, 0.5; `moment` is the sum of cos(i) dL/dp_i.
 */
const REFERENCE = [
  {
    spec: cnnLstm({ offsets: line(9), filters: 3, units: 2, layers: dense(3, 1), pool: 2 }),
    parameters: 81,
    loss: 0.38688021624547647,
    outputs: [-0.4086808557386555, -0.343274665384673, -0.29867669535605357],
    norm: 1.6261631553540108,
    moment: 0.41248565772233536,
  },
  {
    spec: cnnLstm({ offsets: line(5), filters: 4, units: 3, layers: dense(2, 1), pool: 3 }),
    parameters: 135,
    loss: 0.1092484988084803,
    outputs: [0.14001059939624294, 0.2204423777330186, 0.14591371796397268],
    norm: 0.15197053932012344,
    moment: -0.12596712615826183,
  },
] as const;

describe("a CNN-LSTM", () => {
  it.each(REFERENCE)("has PyTorch's values, loss and gradient: $parameters parameters", (expected) => {
    const { spec } = expected;
    const values = spec.offsets.length;
    const inputs = Array.from({ length: 3 * values }, (_, i) => Math.cos(0.6 * i));
    const { samples, mapped: net, criterion } = samplesOf("test", spec, { inputs, targets: [0.3, -0.2, 0.5] });
    // Room for more rows than are used: what is not used must not matter.
    const network = net.network({ rows: 5, engine: "wasm", precision: "float64", trainable: true });
    expect(network.parameters.length).toBe(expected.parameters);
    network.parameters.forEach((_, i) => {
      network.parameters[i] = 0.7 * Math.sin(1.7 * i);
    });
    const loss = rowLoss(network, net.map, criterion, 5);
    // Some tens of terms of order 1, each rounded at 1e-16: 1e-13.
    const near = (value: number, wanted: number): void => expect(Math.abs(value - wanted)).toBeLessThan(1e-13);
    near(loss.valueAndGradient(samples, Int32Array.of(0, 1, 2), 0, 3), expected.loss);
    const gradient = Array.from(network.gradient);
    near(Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0)), expected.norm);
    near(
      gradient.reduce((sum, g, i) => sum + Math.cos(i) * g, 0),
      expected.moment,
    );
    expected.outputs.forEach((value, r) => near(network.output[r]!, value));
    // The gradient of the same rows one by one, through rows that held others before.
    const parts = [0, 1, 2].map((r) => {
      loss.valueAndGradient(samples, Int32Array.of(r), 0, 1);
      return Array.from(network.gradient);
    });
    gradient.forEach((g, i) =>
      near(
        parts.reduce((sum, part) => sum + part[i]! / 3, 0),
        g,
      ),
    );
  });

  it.each(["tanh", "softplus"] as const)("has the gradient of central differences to 1e-6 with %s", (activation) => {
    const layers = [
      { units: 3, activation },
      { units: 1, activation: "linear" },
    ] as const;
    const spec = cnnLstm({ offsets: line(8), filters: 3, units: 2, layers, activation, pool: 2 });
    const source = random(3);
    const draws = (length: number): number[] => Array.from({ length }, () => 2 * source() - 1);
    const {
      samples,
      mapped: net,
      criterion,
    } = samplesOf("test", spec, {
      inputs: draws(2 * 11),
      targets: draws(2 * 11),
      points: 11,
    });
    const network = net.network({ rows: 2 * net.map.rows, engine: "wasm", precision: "float64", trainable: true });
    drawWeights(layoutOf(spec), source, network.parameters);
    expect(gradientError(rowLoss(network, net.map, criterion, 2), samples, Int32Array.of(1, 0))).toBeLessThan(1e-6);
  });

  it.each(["float64", "float32"] as const)(
    "has the same bits on WebAssembly and on the plain twin, %s",
    (precision) => {
      const spec = cnnLstm({ filters: 5, units: 4, pool: 3 });
      const [ours, twin] = (["wasm", "plain"] as const).map((engine) => {
        const source = random(5);
        const net = mapped("test", spec, [1]).network({ rows: 6, engine, precision, trainable: true });
        drawWeights(layoutOf(spec), source, net.parameters);
        net.update();
        for (let i = 0; i < 30; i++) net.input[i] = 2 * source() - 1;
        net.forward(6, true);
        for (let r = 0; r < 6; r++) net.outputGradient[r] = source();
        net.backward(6);
        return { output: net.output.slice(), gradient: net.gradient.slice() };
      });
      expect(ours).toEqual(twin);
      expect(ours!.gradient.some((g) => g !== 0)).toBe(true);
    },
  );

  it("has the paper's 47,847 parameters, and its weights on the state never matter at one step", () => {
    expect(parameterCount(cnnLstm())).toBe(47_847);
    expect(parameterCount(cnnLstm({ pool: 3 }))).toBe(47_847);
    const spec = cnnLstm({ filters: 3, units: 2 });
    const net = mapped("test", spec, [1]).network({ rows: 1, engine: "wasm", precision: "float64", trainable: true });
    drawWeights(layoutOf(spec), random(2), net.parameters);
    net.update();
    net.input.set([0.3, -0.5, 0.7, 0.2, -0.4]);
    net.forward(1, true);
    net.outputGradient[0] = 1;
    net.backward(1);
    const { at, length } = layoutOf(spec).tensors.find(({ name }) => name === "lstm.weight_hh_l0")!;
    expect(length).toBe(16);
    expect(net.gradient.subarray(at, at + length).every((g) => g === 0)).toBe(true);
  });

  it("sees four of the five values with pool 2, all with pool 3", () => {
    for (const pool of [2, 3]) {
      const spec = cnnLstm({ pool, activation: "tanh" });
      const net = mapped("test", spec, [1]).network({
        rows: 1,
        engine: "wasm",
        precision: "float64",
        trainable: false,
      });
      drawWeights(layoutOf(spec), random(4), net.parameters);
      net.update();
      const value = (moved: number): number => {
        for (let k = 0; k < 5; k++) net.input[k] = 0.1 * (k + 1) + (k === moved ? 0.5 : 0);
        net.forward(1);
        return net.output[0]!;
      };
      const seen = [0, 1, 2, 3, 4].filter((k) => value(k) !== value(-1));
      expect(seen).toEqual(pool === 2 ? [0, 1, 2, 3] : [0, 1, 2, 3, 4]);
    }
  });

  it("runs as a law on a plane, each point by its own neighbours, and holds the ends where they are not there", () => {
    const spec = cnnLstm({ pool: 3, filters: 4, units: 3 });
    const numbers = new Float64Array(layoutOf(spec).numbers);
    drawWeights(layoutOf(spec), random(6), numbers);
    const [nx, ny] = [6, 5];
    const u = Float64Array.from({ length: nx * ny }, (_, p) => Math.sin(2 * p));
    const net = mapped("test", spec, [1]).network({ rows: 1, engine: "wasm", precision: "float64", trainable: false });
    net.parameters.set(numbers);
    net.update();
    const trained = { spec, weights: () => weightsOf(spec, numbers) };
    for (const ends of ["periodic", "dirichlet"] as const) {
      const out = new Float64Array(nx * ny).fill(9);
      learnedRhs(trained, { size: [nx, ny], ends })(0, u, out);
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++) {
          const value = (dx: number, dy: number): number => u[((y + dy + ny) % ny) * nx + ((x + dx + nx) % nx)]!;
          net.input.set([value(0, -1), value(-1, 0), value(0, 0), value(1, 0), value(0, 1)]);
          net.forward(1);
          const inside = x > 0 && x < nx - 1 && y > 0 && y < ny - 1;
          expect(out[y * nx + x]).toBe(ends === "periodic" || inside ? net.output[0]! : 0);
        }
      }
    }
  });

  it.each<[string, () => unknown, string]>([
    ["two offsets", () => cnnLstm({ offsets: [[0], [1]] }), "offsets.length must be an integer between 3"],
    ["an offset twice", () => cnnLstm({ offsets: [[0], [1], [0]] }), "offsets must be distinct, got [0] twice"],
    ["offsets of two dimensions", () => cnnLstm({ offsets: [[0], [1], [0, 1]] }), "offsets[2] must have 1 numbers"],
    ["half an offset", () => cnnLstm({ offsets: [[0], [1], [0.5]] }), "offsets[2][0] must be an integer"],
    ["a pool wider than the positions", () => cnnLstm({ pool: 4 }), "pool must be an integer between 1 and 3, got 4"],
    [
      "two outputs",
      () => cnnLstm({ layers: [{ units: 2, activation: "linear" }] }),
      "layers[0].units must be 1, got 2",
    ],
    [
      "a narrow grid",
      () => mapped("train", cnnLstm(), [2, 9]),
      "points[0] must be at least 3 for these offsets, got 2",
    ],
    ["a line for a plane", () => mapped("train", cnnLstm(), [9]), "as many axes as the net's offsets, 2, got [9]"],
  ])("refuses %s", (_what, build, message) => {
    expect(build).toThrow(message);
  });
});

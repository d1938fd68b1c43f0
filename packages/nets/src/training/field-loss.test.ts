import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { gradientError } from "../../test/gradient-check.ts";
import { discretisedNet, fluxNet } from "../spec/field-net.ts";
import { drawWeights } from "../spec/init.ts";
import { mlp } from "../spec/mlp.ts";
import { layoutOf } from "../spec/net-spec.ts";
import { rowLoss } from "./row-loss.ts";
import { train } from "./train.ts";
import { type LossKind, samplesOf } from "./training-data.ts";

const draws = (count: number, seed: number): Float64Array => {
  const source = random(seed);
  return Float64Array.from({ length: count }, () => 2 * source() - 1);
};

const smooth = [
  { units: 4, activation: "tanh" },
  { units: 1, activation: "linear" },
] as const;

function lossOf(kind: LossKind, rows: number, targets: Float64Array, weights?: readonly number[]) {
  const spec = discretisedNet({ padding: "periodic", layers: smooth });
  const data = { inputs: draws(rows * 7, 1), targets, points: 7, ...(weights === undefined ? {} : { weights }) };
  const { samples, mapped: net, criterion } = samplesOf("test", spec, data, kind);
  const network = net.network({
    rows: net.tile! * net.map.rows,
    engine: "wasm",
    precision: "float64",
    trainable: true,
  });
  drawWeights(layoutOf(spec), random(2), network.parameters);
  return { loss: rowLoss(network, net.map, criterion, net.tile!), samples, network, inputs: data.inputs, spec };
}

/** The outputs of the net for each row, which do not depend on its loss. */
function predictions({ loss, samples }: ReturnType<typeof lossOf>, rows: number): number[][] {
  const { network } = loss;
  return Array.from({ length: rows }, (_, r) => {
    loss.value(samples, Int32Array.of(r), 0, 1);
    return Array.from(network.output.subarray(0, 7));
  });
}

describe("losses", () => {
  it.each(["mse", "mae", "relative", "normalised"] as const)("%s is its definition, weighted", (kind) => {
    const rows = 5;
    const targets = draws(rows * 7, 3).map((y) => y + 0.5);
    const weights = [1, 0, 2, 0.5, 1.5];
    const made = lossOf(kind, rows, targets, weights);
    const values = predictions(made, rows);
    const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
    let expected = 0;
    values.forEach((row, r) => {
      const y = [...targets.subarray(7 * r, 7 * r + 7)];
      const errors = row.map((value, i) => value - y[i]!);
      const square = mean(errors.map((e) => e * e));
      const centre = mean(y);
      const term = {
        mse: square,
        mae: mean(errors.map(Math.abs)),
        relative: square / mean(y.map((v) => v * v)),
        normalised: square / mean(y.map((v) => (v - centre) * (v - centre))),
      }[kind];
      expected += (weights[r]! * term) / rows;
    });
    const value = made.loss.value(made.samples, Int32Array.of(0, 1, 2, 3, 4), 0, rows);
    // Some fifty terms of order 1, rounded at 1e-16 each.
    expect(Math.abs(value - expected)).toBeLessThan(1e-14);
  });

  it.each(["mae", "normalised"] as const)("%s has the gradient of central differences to 1e-6", (kind) => {
    // No error is as small as what the steps of the differences move it, so that none changes its sign on the way.
    const { loss, samples } = lossOf(kind, 3, draws(21, 4));
    expect(gradientError(loss, samples, Int32Array.of(2, 0, 1))).toBeLessThan(1e-6);
  });

  it("are finite for a perfect fit, and the absolute one has no slope there", () => {
    const spec = mlp({ inputs: 1, layers: [{ units: 1, activation: "linear" }] });
    const { samples, mapped: net, criterion } = samplesOf("test", spec, { inputs: [1, 2], targets: [0, 0] }, "mae");
    const network = net.network({ rows: 2, engine: "wasm", precision: "float64", trainable: true });
    const loss = rowLoss(network, net.map, criterion, 2);
    expect(loss.valueAndGradient(samples, Int32Array.of(0, 1), 0, 2)).toBe(0);
    expect([...network.gradient]).toEqual([0, 0]);
  });

  it("the absolute one leads to the median, the squared one to the mean", async () => {
    // Constants fitted to 1, 2, 9.
    const spec = mlp({ inputs: 1, layers: [{ units: 1, activation: "linear" }] });
    const data = { inputs: [0, 0, 0], targets: [1, 2, 9] };
    const options = { epochs: 2000, batchSize: 3, learningRate: 0.05, schedule: { kind: "cosine" } } as const;
    for (const [loss, best] of [
      ["mae", 2],
      ["mse", 4],
    ] as const) {
      const trained = await train(spec, data, { ...options, loss, random: random(1) });
      expect(Math.abs(trained.weights().get("layers.0.bias")!.data[0]! - best)).toBeLessThan(0.01);
    }
  });

  it("the normalised one refuses rows whose targets are all the same, unless they do not count", () => {
    const spec = fluxNet({ spacing: 1, layers: smooth });
    const inputs = draws(6, 5);
    const targets = Float64Array.of(0.1, 0.1, 0.1, 1, 2, 3);
    const of = (weights?: number[]) =>
      samplesOf("train", spec, { inputs, targets, points: 3, ...(weights && { weights }) }, "normalised");
    expect(() => of()).toThrow("targets of row 0 must not be all the same with the normalised loss; leave the row out");
    expect([...of([0, 1]).samples.weights]).toEqual([0, 3]);
  });
});

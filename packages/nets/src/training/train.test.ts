import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { heatData, periodicHeatData } from "../../test/heat-data.ts";
import { discretisedNet, fluxNet, functionalNet } from "../spec/field-net.ts";
import { train } from "./train.ts";
import type { TrainingProgress, TrainOptions } from "./train-options.ts";
import type { TrainingData } from "./training-data.ts";
import { TrainingError } from "./training-error.ts";
import type { Weights } from "../files/weights.ts";

const linear = functionalNet({ layers: [{ units: 1, activation: "linear" }] });
const small = discretisedNet({
  layers: [
    { units: 6, activation: "relu" },
    { units: 1, activation: "linear" },
  ],
});
const flat = (weights: Weights): number[] => [...weights.values()].flatMap(({ data }) => Array.from<number>(data));

/** Samples of y = 2 u - 3 u_x + 0.5 u_xx + 4, plus a wave no linear law explains. */
function linearData(rows: number, seed: number, noise = 0): TrainingData {
  const source = random(seed);
  const inputs = Float64Array.from({ length: 3 * rows }, () => 2 * source() - 1);
  const targets = Float64Array.from({ length: rows }, (_, r) => {
    const [u, ux, uxx] = inputs.subarray(3 * r, 3 * r + 3);
    return 2 * u! - 3 * ux! + 0.5 * uxx! + 4 + noise * Math.sin(9 * u!);
  });
  return { inputs, targets, points: 1 };
}

/** Least squares with a constant term by the normal equations, weights on the rows. */
function leastSquares({ inputs, targets }: TrainingData, weight: (r: number) => number): number[] {
  const a = Array.from({ length: 4 }, () => [0, 0, 0, 0, 0]);
  for (let r = 0; r < targets.length; r++) {
    const x = [inputs[3 * r]!, inputs[3 * r + 1]!, inputs[3 * r + 2]!, 1];
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) a[i]![j]! += weight(r) * x[i]! * x[j]!;
      a[i]![4]! += weight(r) * x[i]! * targets[r]!;
    }
  }
  for (let k = 0; k < 4; k++) {
    for (let i = 0; i < 4; i++) {
      if (i === k) continue;
      const f = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < 5; j++) a[i]![j]! -= f * a[k]![j]!;
    }
  }
  return a.map((row, i) => row[4]! / row[i]!);
}

describe("train", () => {
  it("takes a linear net to the least-squares solution", async () => {
    // Adam on a quadratic with the rate taken to zero by a cosine stops within the last rates of the minimum: 1e-6.
    const data = linearData(64, 3, 0.5);
    const trained = await train(linear, data, {
      epochs: 1500,
      random: random(1),
      learningRate: 0.05,
      schedule: { kind: "cosine" },
    });
    const exact = leastSquares(data, () => 1);
    flat(trained.weights()).forEach((w, i) => expect(Math.abs(w - exact[i]!)).toBeLessThan(1e-6));
  });

  it("weights rows: the solution is that of weighted least squares, and only ratios matter", async () => {
    const data = linearData(64, 3, 0.5);
    const weight = (r: number): number => (r % 3 === 0 ? 0 : 1 + (r % 5));
    const run = (scale: number) =>
      train(
        linear,
        { ...data, weights: Array.from({ length: 64 }, (_, r) => scale * weight(r)) },
        {
          epochs: 1500,
          random: random(1),
          learningRate: 0.05,
          schedule: { kind: "cosine" },
        },
      );
    const exact = leastSquares(data, weight);
    const once = flat((await run(1)).weights());
    once.forEach((w, i) => expect(Math.abs(w - exact[i]!)).toBeLessThan(1e-6));
    expect(flat((await run(4)).weights())).toEqual(once);
  });

  it("makes Adam's steps: the first is the learning rate against each gradient's sign", async () => {
    const data = linearData(8, 2);
    const start: Weights = new Map([
      ["layers.0.weight", { shape: [1, 3], data: Float64Array.of(0, 0, 0) }],
      ["layers.0.bias", { shape: [1], data: Float64Array.of(0) }],
    ]);
    const options = { random: random(1), learningRate: 0.01, start, restoreBest: false };
    const one = flat((await train(linear, data, { ...options, epochs: 1 })).weights());
    // At zero weights the loss falls along sum x y, so each step has that sign; g / (|g| + epsilon) differs from the
    // sign by epsilon / |g|, below 1e-6 for |g| above 0.01.
    one.forEach((w, i) => {
      let descent = 0;
      for (let r = 0; r < 8; r++) descent += (i < 3 ? data.inputs[3 * r + i]! : 1) * data.targets[r]!;
      expect(Math.abs(w - 0.01 * Math.sign(descent))).toBeLessThan(1e-8);
    });

    // The textbook recursion on the loss of one whole batch, with its gradient written out.
    const w = [0, 0, 0, 0];
    const m = [0, 0, 0, 0];
    const v = [0, 0, 0, 0];
    for (let t = 1; t <= 5; t++) {
      const g = [0, 0, 0, 0];
      for (let r = 0; r < 8; r++) {
        const x = [data.inputs[3 * r]!, data.inputs[3 * r + 1]!, data.inputs[3 * r + 2]!, 1];
        const error = x.reduce((s, xi, i) => s + xi * w[i]!, 0) - data.targets[r]!;
        x.forEach((xi, i) => {
          g[i]! += (2 / 8) * error * xi;
        });
      }
      for (let i = 0; i < 4; i++) {
        m[i] = 0.9 * m[i]! + 0.1 * g[i]!;
        v[i] = 0.999 * v[i]! + 0.001 * g[i]! * g[i]!;
        const mean = m[i]! / (1 - 0.9 ** t);
        w[i]! -= (0.01 * mean) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
      }
    }
    const five = flat((await train(linear, data, { ...options, epochs: 5 })).weights());
    // The same sums in another order: rounding only.
    five.forEach((got, i) => expect(Math.abs(got - w[i]!)).toBeLessThan(1e-13));
  });

  it("learns the heat equation with each net: mean squared error at most 1e-3 of the targets' variance", async () => {
    // A plain mean predictor has 1; the bound is some 10 times what these few epochs reach.
    const spacing = 1 / 8;
    const cases = [
      { spec: discretisedNet(), data: heatData(400, 9, 0.1, random(1)) },
      { spec: fluxNet({ spacing }), data: periodicHeatData(400, 8, 0.1, spacing, random(1)) },
    ];
    for (const { spec, data } of cases) {
      const trained = await train(spec, data, {
        epochs: 30,
        batchSize: 16,
        random: random(2),
        learningRate: 3e-3,
        schedule: { kind: "cosine" },
      });
      const targets = Float64Array.from(data.targets);
      const scale = targets.reduce((s, y) => s + y * y, 0) / targets.length;
      expect(trained.history.loss.at(-1)! / scale).toBeLessThan(1e-3);
      expect(trained.history.loss[0]! / scale).toBeGreaterThan(0.05);
    }
  });

  it("keeps the sum of a flux net's du/dt over a periodic grid at zero, trained or not", async () => {
    const spacing = 0.05;
    const data = periodicHeatData(50, 20, 0.1, spacing, random(4));
    for (const epochs of [1, 10]) {
      const trained = await train(fluxNet({ spacing, stencil: 4 }), data, {
        epochs,
        random: random(2),
        learningRate: 1e-3,
      });
      for (const points of [20, 129]) {
        const u = Float64Array.from({ length: points }, (_, i) => 1 + Math.sin(3 * i));
        const out = new Float64Array(points);
        trained.predict(u, out);
        const size = out.reduce((s, x) => s + Math.abs(x), 0);
        expect(size).toBeGreaterThan(0.1);
        expect(Math.abs(out.reduce((s, x) => s + x, 0))).toBeLessThan(1e-15 * points * size);
      }
    }
  });

  it("gives the same bits for the same seed, whatever else runs, and others for another seed", async () => {
    const data = heatData(100, 9, 0.1, random(1));
    const run = (seed: number) =>
      train(discretisedNet(), data, {
        epochs: 8,
        batchSize: 7,
        random: random(seed),
        validation: data,
        learningRate: 1e-3,
      });
    const alone = await run(5);
    const [beside, other] = await Promise.all([run(5), run(6)]);
    expect(flat(beside.weights())).toEqual(flat(alone.weights()));
    expect(beside.history).toEqual(alone.history);
    expect(flat(other.weights())).not.toEqual(flat(alone.weights()));
  });

  it.each(["relu", "tanh"] as const)(
    "gives the same bits on WebAssembly and on its plain twin: %s",
    async (activation) => {
      const data = heatData(60, 9, 0.1, random(1));
      const spec = discretisedNet({
        layers: [
          { units: 13, activation },
          { units: 1, activation: "linear" },
        ],
      });
      const run = (options: Partial<TrainOptions>) =>
        train(spec, data, { epochs: 5, batchSize: 7, random: random(5), validation: data, ...options });
      const [ours, asked, plain] = [await run({}), await run({ engine: "wasm" }), await run({ engine: "plain" })];
      expect([ours.history.engine, asked.history.engine, plain.history.engine]).toEqual(["wasm", "wasm", "plain"]);
      expect(flat(plain.weights())).toEqual(flat(ours.weights()));
      expect({ ...plain.history, engine: "wasm" }).toEqual(ours.history);
    },
  );

  it("starts from given weights", async () => {
    const data = heatData(60, 9, 0.1, random(1));
    const first = await train(small, data, { epochs: 20, random: random(1), learningRate: 3e-3 });
    const again = await train(small, data, {
      epochs: 1,
      random: random(9),
      learningRate: 1e-9,
      start: first.weights(),
    });
    flat(again.weights()).forEach((w, i) => expect(Math.abs(w - flat(first.weights())[i]!)).toBeLessThan(1e-8));
  });

  it("reports each epoch and follows the schedule", async () => {
    const data = linearData(20, 1);
    const seen: TrainingProgress[] = [];
    const run = async (schedule: NonNullable<TrainOptions["schedule"]>): Promise<number[]> => {
      const { history } = await train(linear, data, {
        epochs: 6,
        random: random(1),
        learningRate: 0.1,
        schedule,
        validation: linearData(10, 2),
        onProgress: (progress) => seen.push(progress),
      });
      return [...history.learningRate];
    };
    expect(await run({ kind: "constant" })).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(seen.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seen[0]).toEqual({
      epoch: 1,
      epochs: 6,
      loss: seen[0]!.loss,
      validation: seen[0]!.validation,
      learningRate: 0.1,
    });
    expect(seen[5]!.validation).toBeLessThan(seen[0]!.validation!);
    expect(await run({ kind: "steps", factor: 0.5, every: 2 })).toEqual([0.1, 0.1, 0.05, 0.05, 0.025, 0.025]);
    const cosine = await run({ kind: "cosine", end: 0.1 });
    // One step per epoch: the factor at epoch e of 6 is 0.1 + 0.9 (1 + cos(pi e / 6)) / 2.
    const expected = [
      1,
      0.1 + 0.45 * (1 + Math.sqrt(3) / 2),
      0.1 + 0.45 * 1.5,
      0.55,
      0.325,
      0.1 + 0.45 * (1 - Math.sqrt(3) / 2),
    ];
    cosine.forEach((rate, e) => expect(rate).toBeCloseTo(0.1 * expected[e]!, 14));
  });

  it("stops early and restores the best epoch", async () => {
    // The validation targets have the opposite sign, so the better the fit, the worse the validation loss.
    const data = linearData(30, 1);
    const validation = { ...data, targets: Float64Array.from(data.targets, (y) => -y) };
    const options = { epochs: 50, random: random(1), learningRate: 0.05, validation, patience: 4 };
    const best = await train(linear, data, options);
    expect(best.history.status).toBe("stopped-early");
    expect(best.history.keptEpoch).toBe(1);
    expect(best.history.loss.length).toBe(5);
    const one = await train(linear, data, { ...options, random: random(1), epochs: 1 });
    expect(flat(best.weights())).toEqual(flat(one.weights()));
    const last = await train(linear, data, { ...options, random: random(1), restoreBest: false });
    expect(last.history.keptEpoch).toBe(5);
    expect(flat(last.weights())).not.toEqual(flat(one.weights()));
  });

  it("ends with nonfinite-state, epoch and batch when the loss overflows, the last good weights kept", async () => {
    const data = heatData(40, 9, 0.1, random(1));
    const options = { epochs: 10, batchSize: 10, random: random(1), learningRate: 1e120 };
    const error = await train(discretisedNet(), data, options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TrainingError);
    if (!(error instanceof TrainingError)) return;
    expect({ code: error.code, epoch: error.epoch, batch: error.batch }).toEqual({
      code: "nonfinite-state",
      epoch: 1,
      batch: 2,
    });
    expect(error.message).toContain("lower learningRate");
    // Nothing good came after the start: the kept weights are the starting ones, limit sqrt(6 / 64) at most.
    expect(error.trained.history).toMatchObject({ status: "nonfinite-state", keptEpoch: 0 });
    expect(Math.max(...flat(error.trained.weights()).map(Math.abs))).toBeLessThan(0.5);
    const partial = await train(discretisedNet(), data, { ...options, random: random(1), throw: false });
    expect(flat(partial.weights())).toEqual(flat(error.trained.weights()));
  });

  it("keeps the last finite epoch when a schedule blows up later", async () => {
    const data = heatData(40, 9, 0.1, random(1));
    const run = (epochs: number) =>
      train(discretisedNet(), data, {
        epochs,
        random: random(1),
        learningRate: 1e-3,
        schedule: { kind: "steps", factor: 1e150, every: 3 },
        throw: false,
      });
    const good = await run(3);
    const bad = await run(9);
    expect(bad.history).toMatchObject({ status: "nonfinite-state" });
    expect(bad.history.keptEpoch).toBeLessThanOrEqual(4);
    expect(good.history.status).toBe("done");
    expect(flat(bad.weights()).every(Number.isFinite)).toBe(true);
  });

  it("ends when the signal is raised, before the start or from a callback, and passes the reason on", async () => {
    const data = linearData(30, 1);
    const reason = new Error("enough");
    const before = await train(linear, data, { epochs: 3, random: random(1), signal: AbortSignal.abort(reason) }).catch(
      (caught: unknown) => caught,
    );
    expect(before).toMatchObject({ name: "TrainingError", code: "aborted", epoch: 1, batch: 0, cause: reason });

    const controller = new AbortController();
    const during = await train(linear, data, {
      epochs: 100,
      random: random(1),
      signal: controller.signal,
      onProgress: ({ epoch }) => {
        if (epoch === 3) controller.abort(reason);
      },
    }).catch((caught: unknown) => caught);
    expect(during).toMatchObject({ code: "aborted", epoch: 3, cause: reason });
    expect((during as TrainingError).trained.history.loss.length).toBe(3);
  });

  it("lets timers run, so an abort from outside ends a long training soon", async () => {
    const data = heatData(2000, 33, 0.1, random(1));
    const controller = new AbortController();
    let raised = 0;
    setTimeout(() => {
      raised = performance.now();
      controller.abort();
    }, 60);
    const trained = await train(discretisedNet(), data, {
      epochs: 1000,
      random: random(1),
      signal: controller.signal,
      throw: false,
    });
    expect(trained.history.status).toBe("aborted");
    // 25 ms of work between two looks; the bound leaves a busy machine a hundred times that. 1,000 epochs take minutes.
    expect(performance.now() - raised).toBeLessThan(2500);
  });

  it("ends with callback-threw when onProgress throws", async () => {
    const thrown = { odd: true };
    const error = await train(linear, linearData(9, 1), {
      epochs: 3,
      random: random(1),
      onProgress: () => {
        throw thrown;
      },
    }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "callback-threw", epoch: 1, cause: thrown });
  });

  it.skipIf("document" in globalThis)("makes no arrays per epoch", async () => {
    // Bytes in array buffers alone; one array of the net's 1,217 parameters an epoch would be 438 kB.
    const data = heatData(200, 9, 0.1, random(1));
    const seen: number[] = [];
    await train(discretisedNet(), data, {
      epochs: 50,
      random: random(1),
      validation: data,
      onProgress: ({ epoch }) => {
        if (epoch === 5 || epoch === 50) seen.push(process.memoryUsage().arrayBuffers);
      },
    });
    expect(seen[1]! - seen[0]!).toBeLessThan(4096);
  });

  it("refuses bad arguments before it draws a number", async () => {
    const data = linearData(10, 1);
    const options: TrainOptions = {
      epochs: 1,
      random: () => {
        throw new Error("drawn too early");
      },
    };
    const refused = (change: object, dataChange: object = {}, spec: unknown = linear): Promise<unknown> =>
      train(spec as typeof linear, { ...data, ...dataChange }, { ...options, ...change }).then(
        () => "accepted",
        (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
      );
    expect(await refused({ epoch: 3 })).toBe("TypeError: train: unknown option epoch; did you mean epochs?");
    expect(await refused({ epochs: 0 })).toContain("RangeError: train: epochs must be an integer");
    expect(await refused({ batchSize: 1.5 })).toContain("RangeError: train: batchSize");
    expect(await refused({ learningRate: -1 })).toContain("RangeError: train: learningRate must be positive");
    expect(await refused({ learningRate: Number.NaN })).toContain("RangeError: train: learningRate must be finite");
    expect(await refused({ schedule: { kind: "cosin" } })).toContain("RangeError: train: schedule.kind");
    expect(await refused({ schedule: { kind: "steps", factor: 0.5 } })).toContain("TypeError: train: schedule.every");
    expect(await refused({ schedule: { kind: "cosine", end: 2 } })).toContain("schedule.end must lie in [0, 1]");
    expect(await refused({ adam: { beta1: 1 } })).toContain("adam.beta1 must lie in [0, 1)");
    expect(await refused({ adam: { beta: 1 } })).toContain("unknown option beta");
    expect(await refused({ patience: 0 })).toContain("patience");
    expect(await refused({ minDelta: -1 })).toContain("minDelta");
    expect(await refused({ restoreBest: 1 })).toContain("TypeError: train: restoreBest must be true or false");
    expect(await refused({ random: 3 })).toContain("TypeError: train: random must be a function");
    expect(await refused({ random: () => 1 })).toContain("random must give numbers in [0, 1), got 1");
    expect(await refused({ onProgress: 3 })).toContain("TypeError: train: onProgress");
    expect(await refused({ engine: "tfjs" })).toContain("RangeError: train: engine must be one of");
    expect(await refused({ signal: 3 })).toContain("TypeError: train: signal");
    expect(await refused({ start: new Map() })).toContain("missing layers.0.weight, layers.0.bias");
    expect(await refused({}, { inputs: [] })).toContain("at least one, got length 0");
    expect(await refused({}, { inputs: new Float64Array(31) })).toContain("whole rows of 1 points x 3 features");
    expect(
      await refused({}, { inputs: Float64Array.from(data.inputs, (x, i) => (i === 4 ? Number.NaN : x)) }),
    ).toContain("train: inputs[4] must be finite, got NaN");
    expect(await refused({}, { targets: new Float64Array(9) })).toContain("targets must have length 10, got 9");
    expect(await refused({}, { weights: [1] })).toContain("weights must have length 10, got 1");
    expect(await refused({}, { weights: new Float64Array(10) })).toContain("positive finite sum");
    expect(await refused({}, { weights: new Float64Array(10).fill(-1) })).toContain("must not be negative");
    expect(await refused({}, { point: 3 })).toContain("unknown option point");
    expect(await refused({}, { points: 2 }, discretisedNet())).toContain("points must be at least 3");
    expect(await refused({ validation: { ...data, points: 5 } })).toContain(
      "validation.points must be that of the training data",
    );
    expect(await refused({ validation: { ...data, targets: [] } })).toContain("train: validation: targets");
    expect(await refused({}, {}, { kind: "perceptron" })).toContain("kind must be one of");
  });
});

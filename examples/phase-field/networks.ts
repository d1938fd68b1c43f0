import { random } from "@hml/integrators";
import { cnnLstm, fieldCnn, gradientFlowNet, gradientFlowStart } from "@hml/nets";
import type { TrainJob } from "../lib/train-job.ts";
import type { Learned } from "./data.ts";
import { type Length, MODELS, type ModelName } from "./study.ts";

/** The training of the paper's field CNN, with periodic padding as its fields are, and weights and rates of our own. */
export function cnnJob(plan: Length, points: number, { inputs, targets }: Learned, seed: number): TrainJob {
  return {
    spec: fieldCnn({ padding: "periodic", momentum: 0.9, init: "torch" }),
    data: { inputs, targets, points: [points, points] },
    settings: {
      epochs: plan.epochs,
      batchSize: plan.batchSize,
      learningRate: 5e-3,
      schedule: { kind: "cosine", ...(plan.epochs > 1 && { warmUp: 1 }) },
      adam: { beta2: 0.95 },
      scale: "standard",
      precision: "float32",
    },
    seed,
  };
}

/** The training of the paper's CNN-LSTM on the five values about a point, at random points. */
export function cnnLstmJob(
  plan: Length,
  points: number,
  { inputs, targets, frames }: Learned,
  perFrame: number,
  seed: number,
): TrainJob {
  // With pool 2, the paper's, the fifth of the five values is not seen.
  const spec = cnnLstm({ pool: 3 });
  const size = points * points;
  const source = random(seed);
  const rows = new Float64Array(frames * perFrame * 5);
  const slopes = new Float64Array(frames * perFrame);
  for (let k = 0; k < slopes.length; k++) {
    const from = Math.floor(k / perFrame) * size;
    const [i, j] = [Math.floor(source() * points), Math.floor(source() * points)];
    for (const [c, [dx = 0, dy = 0]] of spec.offsets.entries()) {
      rows[k * 5 + c] = inputs[from + ((j + dy + points) % points) * points + ((i + dx + points) % points)]!;
    }
    slopes[k] = targets[from + j * points + i]!;
  }
  return {
    spec,
    data: { inputs: rows, targets: slopes },
    settings: {
      epochs: plan.epochs,
      batchSize: plan.batchSize,
      learningRate: 2e-3,
      schedule: { kind: "cosine" },
      scale: "standard",
      precision: "float32",
    },
    seed,
  };
}

/** The training of a gradient-flow net, from weights by least squares on. */
export function structuredJob(
  model: ModelName,
  plan: Length,
  points: number,
  { inputs, targets }: Learned,
  seed: number,
): TrainJob {
  const spec = gradientFlowNet({
    mobility: MODELS[model].equation.mobility,
    degree: model === "pfc" ? 2 : 1,
  });
  const data = { inputs, targets, points: [points, points] };
  return {
    spec,
    data,
    settings: {
      start: gradientFlowStart(spec, data, { random: random(seed) }),
      epochs: plan.epochs,
      batchSize: plan.batchSize,
      learningRate: 1e-6,
      loss: "relative",
    },
    seed,
  };
}

import { random } from "@hml/integrators";
import { mlp } from "@hml/nets";
import type { TrainJob } from "../lib/train-job.ts";
import type { Learned } from "./data.ts";
import {
  featurePlaces,
  featuresOf,
  inverseLaplacian,
  operatorSymbols,
  whiten,
  type Whitening,
  whitening,
} from "./features.ts";
import type { PointwiseLaw } from "./laws.ts";
import { leastSquares } from "./least-squares.ts";
import { type Length, MODELS, type ModelName } from "./study.ts";

/** The paper's four hidden layers. */
export const PAPER_LAYERS = [128, 64, 16, 8] as const;

/** A pointwise net and its training. */
export interface MlpPlan extends Length {
  readonly layers: readonly number[];
  readonly activation: "relu" | "tanh";
  readonly learningRate: number;
}

/**
 * What a pointwise net gives. `slope`: u_t itself, as in the paper, from derivatives to the order of the equation. `potential`: of
 * the conserved models the mu of u_t = lap mu, from derivatives to two orders less.
 */
export type MlpKind = "slope" | "potential";

/** Features, and what the net adds to a linear law, at random points of every frame, [point, feature]. */
export interface PointData {
  readonly kind: MlpKind;
  /** Powers of the Laplacian among the features. */
  readonly powers: number;
  /** Whitened features. */
  readonly inputs: Float64Array;
  /** What is left of u_t or mu without the linear part. */
  readonly targets: Float64Array;
  readonly whitening: Whitening;
  /** Coefficients of u, lap u, lap^2 u, ... of the linear part. */
  readonly linear: Float64Array;
}

/** What a pointwise net learns from. */
export function pointData(
  model: ModelName,
  kind: MlpKind,
  points: number,
  { inputs, targets, frames }: Learned,
  perFrame: number,
  seed: number,
): PointData {
  const size = points * points;
  const powers = MODELS[model].order / 2 - (kind === "potential" ? 1 : 0);
  const evaluate = featuresOf(powers, points);
  const inverse = inverseLaplacian(points);
  const places = featurePlaces(powers);
  const width = places.length;
  const fields = new Float64Array(operatorSymbols(powers).length * size);
  const wanted = new Float64Array(size);
  const count = frames * perFrame;
  const columns = new Float64Array(width * count);
  const values = new Float64Array(count);
  const source = random(seed);
  for (let n = 0; n < frames; n++) {
    evaluate(inputs.subarray(n * size, (n + 1) * size), fields);
    wanted.set(targets.subarray(n * size, (n + 1) * size));
    if (kind === "potential") inverse(wanted, wanted);
    for (let k = n * perFrame; k < (n + 1) * perFrame; k++) {
      const i = Math.floor(source() * size);
      for (let a = 0; a < width; a++) columns[a * count + k] = fields[places[a]! * size + i]!;
      values[k] = wanted[i]!;
    }
  }
  const rows = Float64Array.from(columns, (_, i) => columns[(i % width) * count + Math.floor(i / width)]!);
  const law = whitening(rows, width);
  const features = places.map((_, a) => columns.subarray(a * count, (a + 1) * count));
  const { linear, constants } = linearPart(features, values, kind === "potential" ? perFrame : undefined);
  const powersOfLap = features.filter((_, a) => a !== 1);
  for (let k = 0; k < count; k++) {
    values[k]! += constants[k]!;
    for (const [p, column] of powersOfLap.entries()) values[k]! -= linear[p]! * column[k]!;
  }
  whiten(columns, count, [...features.keys()], law, rows);
  return { kind, powers, inputs: rows, targets: values, whitening: law, linear };
}

/** The training of a pointwise net. */
export function mlpJob(plan: MlpPlan, data: PointData, seed: number): TrainJob {
  const hidden = plan.layers.map((units) => ({ units, activation: plan.activation }));
  const layers = [...hidden, { units: 1, activation: "linear" as const }];
  return {
    spec: mlp({ inputs: data.whitening.mean.length, layers, skip: true }),
    data: { inputs: data.inputs, targets: data.targets },
    settings: {
      epochs: plan.epochs,
      batchSize: plan.batchSize,
      learningRate: plan.learningRate,
      schedule: { kind: "cosine" },
      adam: { beta2: 0.99 },
      scale: "standard",
      precision: "float32",
    },
    seed,
  };
}

/**
 * The linear part of a law, c0 u + c1 lap u + c2 lap^2 u + ..., by least squares beside powers of u, which take what is not linear.
 * A slope tells the potential of each frame but for a constant, which comes along: of potentials, columns and targets lose their
 * means over each frame. `columns` are [feature, point], the second feature being |grad u|^2.
 */
function linearPart(
  columns: readonly Float64Array[],
  targets: Float64Array,
  perFrame: number | undefined,
): { readonly linear: Float64Array; readonly constants: Float64Array } {
  const u = columns[0]!;
  const all = [...columns.filter((_, a) => a !== 1), ...[2, 3, 4, 5].map((q) => u.map((v) => v ** q))];
  const fitted =
    perFrame === undefined
      ? leastSquares([...all, u.map(() => 1)], targets)
      : leastSquares(
          all.map((column) => centred(column, perFrame)),
          centred(targets, perFrame),
        );
  const constants = new Float64Array(targets.length);
  if (perFrame !== undefined) {
    for (let k = 0; k < targets.length; k++) {
      constants[k] = all.reduce((sum, column, a) => sum + fitted[a]! * column[k]!, -targets[k]!);
    }
    const deviations = centred(constants, perFrame);
    for (let k = 0; k < targets.length; k++) constants[k]! -= deviations[k]!;
  }
  return { linear: fitted.slice(0, columns.length - 1), constants };
}

/** Values less their mean over each frame. */
function centred(values: Float64Array, perFrame: number): Float64Array {
  const out = values.slice();
  for (let from = 0; from < out.length; from += perFrame) {
    const frame = out.subarray(from, from + perFrame);
    const mean = frame.reduce((sum, value) => sum + value, 0) / perFrame;
    for (let k = 0; k < perFrame; k++) frame[k]! -= mean;
  }
  return out;
}

/** A trained pointwise net as a law. */
export function pointwiseLaw(file: Uint8Array, { kind, powers, whitening: law, linear }: PointData): PointwiseLaw {
  return { kind: "pointwise", gives: kind, powers, file, whitening: law, linear };
}

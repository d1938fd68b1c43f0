import { type KernelEngine, load } from "./engine.ts";
import { optimiserFamily } from "./families.ts";
import type { FloatArray, Precision } from "./precision.ts";

type Adam = (
  p: number,
  g: number,
  m: number,
  v: number,
  count: number,
  beta1: number,
  rest1: number,
  beta2: number,
  rest2: number,
  rate: number,
  correction: number,
  epsilon: number,
  keep: number,
) => void;

/** Functions of assembly/optimiser.ts; pointers are byte offsets into the engine's memory. */
export interface OptimiserExports {
  readonly adam64: Adam;
  readonly adam32: Adam;
  readonly squares64: (x: number, count: number) => number;
  readonly squares32: OptimiserExports["squares64"];
  readonly scale64: (x: number, count: number, factor: number) => void;
  readonly scale32: OptimiserExports["scale64"];
}

/** Arrays of an optimiser, checked, all of one length. */
export interface AdamArrays {
  readonly parameters: FloatArray;
  readonly gradient: FloatArray;
  readonly m: FloatArray;
  readonly v: FloatArray;
}

/** Constants of an optimiser, checked. */
export interface AdamConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Steps the parameters [from, to): they are first multiplied by `keep`. */
export type AdamCode = (from: number, to: number, rate: number, correction: number, keep: number) => void;

/** The code of an optimiser: the kernel, or its plain twin on a plain engine. */
export function adamCode(
  where: string,
  engine: KernelEngine,
  precision: Precision,
  arrays: AdamArrays,
  { beta1, beta2, epsilon }: AdamConstants,
): AdamCode {
  const exports = load(where, engine, optimiserFamily);
  if (exports === undefined) return plainAdam(arrays, precision, { beta1, beta2, epsilon });
  const run = precision === "float64" ? exports.adam64 : exports.adam32;
  const size = precision === "float64" ? 8 : 4;
  const { byteOffset: p } = arrays.parameters;
  const { byteOffset: g } = arrays.gradient;
  const { byteOffset: m } = arrays.m;
  const { byteOffset: v } = arrays.v;
  const [rest1, rest2] = [1 - beta1, 1 - beta2];
  return (from, to, rate, correction, keep) => {
    const at = size * from;
    // biome-ignore format: the arguments in the order of the kernel
    run(p + at, g + at, m + at, v + at, to - from, beta1, rest1, beta2, rest2, rate, correction, epsilon, keep);
  };
}

/** The twin of assembly/optimiser.ts: constants rounded to the precision, then every operation. */
function plainAdam(
  { parameters, gradient, m, v }: AdamArrays,
  precision: Precision,
  constants: AdamConstants,
): AdamCode {
  const round = precision === "float32" ? Math.fround : (x: number): number => x;
  const [beta1, rest1] = [round(constants.beta1), round(1 - constants.beta1)];
  const [beta2, rest2] = [round(constants.beta2), round(1 - constants.beta2)];
  const epsilon = round(constants.epsilon);
  return (from, to, rate, correction, keep) => {
    const [step, larger, kept] = [round(rate), round(correction), round(keep)];
    for (let i = from; i < to; i++) {
      const g = gradient[i]!;
      const mean = round(round(beta1 * m[i]!) + round(rest1 * g));
      const square = round(round(beta2 * v[i]!) + round(round(rest2 * g) * g));
      m[i] = mean;
      v[i] = square;
      const root = round(round(Math.sqrt(round(square * larger))) + epsilon);
      parameters[i] = round(parameters[i]! * kept) - round(round(step * mean) / root);
    }
  };
}

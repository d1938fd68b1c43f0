import { adam, gradientNorm } from "@hml/kernels";
import type { FloatArray } from "../network/part.ts";
import type { ParameterLayout } from "../spec/parameter-layout.ts";
import type { AdamConstants } from "./adam.ts";
import type { Objective } from "./objective.ts";

/** How steps are taken. */
export interface OptimiserRules {
  /** Constants of Adam. */
  readonly adam: AdamConstants;
  /** Decay of the weights. */
  readonly weightDecay: number;
  /** Largest norm of a gradient; none where undefined. */
  readonly clip: number | undefined;
}

/** Steps on the parameters of an objective, in place. */
export interface Optimiser {
  /** Mean of gradients. */
  readonly m: FloatArray;
  /** Mean of squared gradients. */
  readonly v: FloatArray;
  /** Steps since it began, or was last restarted. */
  readonly steps: number;
  /** One step along the gradient as it stands, which is clipped first. */
  step(learningRate: number): void;
  /** Goes on as after so many steps; `m` and `v` are the caller's to set. */
  resume(steps: number): void;
  /** Forgets all gradients seen. */
  restart(): void;
}

/** Adam, with decay AdamW, on the objective's engine. */
export function optimiser(objective: Objective, layout: ParameterLayout, rules: OptimiserRules): Optimiser {
  const { kernels, gradient } = objective;
  // The numbers of a layout are those of its parameters, then its statistics, which no gradient moves.
  const parameters = objective.parameters.subarray(0, layout.parameters);
  const { weightDecay: decay, clip } = rules;
  const options = { ...rules.adam, decay, decayed: weightRanges(layout) };
  const update =
    parameters instanceof Float64Array
      ? adam(kernels, { ...options, precision: "float64", parameters, gradient: gradient as Float64Array })
      : adam(kernels, { ...options, precision: "float32", parameters, gradient: gradient as Float32Array });
  const size = gradientNorm(kernels, gradient);
  const { m, v } = update;
  return {
    m,
    v,
    get steps() {
      return update.steps;
    },
    step(learningRate) {
      if (clip !== undefined) size.clip(clip);
      update.step(learningRate);
    },
    resume: (steps) => update.resume(steps),
    restart() {
      m.fill(0);
      v.fill(0);
      update.resume(0);
    },
  };
}

/** Where the weights lie: trainable tensors of two axes or more. Biases and the scales of a norm have one. */
function weightRanges({ tensors, parameters }: ParameterLayout): (readonly [number, number])[] {
  return tensors
    .filter(({ shape, at }) => at < parameters && shape.length > 1)
    .map(({ at, length }) => [at, at + length] as const);
}

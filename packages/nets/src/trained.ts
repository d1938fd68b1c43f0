import { float64 } from "@hml/guard";
import { netEvaluator } from "./net-evaluator.ts";
import type { NetSpec } from "./net-spec.ts";
import { stackShape } from "./stack-shape.ts";
import { rowLayout } from "./stencil.ts";
import { isPeriodic } from "./training-data.ts";
import { type Weights, weightsOf } from "./weights.ts";

/** How a training went, epoch by epoch. */
export interface History {
  /**
   * How it ended: `done` after all epochs, `stopped-early` by patience, or one of the failures of `TrainingError`;
   * `loaded` for a net read from a file, whose arrays are empty.
   */
  readonly status: "done" | "stopped-early" | "aborted" | "nonfinite-state" | "callback-threw" | "loaded";
  /** Mean training loss over the batches of each epoch, [epoch], taken while the weights change. */
  readonly loss: Float64Array;
  /** Loss on the validation set after each epoch, [epoch]; empty without one. */
  readonly validation: Float64Array;
  /** Learning rate at the first step of each epoch, [epoch]. */
  readonly learningRate: Float64Array;
  /** The epoch, counted from 1, after which the weights kept stood; 0 for the starting weights. */
  readonly keptEpoch: number;
}

/** A net with its weights. It owns work arrays, so it is not re-entrant: one per worker. */
export interface Trained {
  /** The net as plain data. */
  readonly spec: NetSpec;
  /** How the training went. */
  readonly history: History;
  /**
   * Evaluates the net; allocates nothing.
   *
   * Functional net: `x` is [sample, feature] for any number of samples, `out` is [sample, output]. Discretised and flux
   * nets: `x` is one snapshot of any number of points not below the stencil, `out` is as long, by the net's own padding;
   * with valid padding the points at the ends where the stencil does not fit get zero, as in the paper's code.
   */
  predict(x: Float64Array, out: Float64Array): void;
  /** The weights by name, copied. */
  weights(): Weights;
}

/** A net over its own copy of `parameters`. */
export function trainedNet(spec: NetSpec, parameters: Float64Array, history: History): Trained {
  const own = parameters.slice();
  const { inputs, outputs } = stackShape(spec);
  const evaluator = netEvaluator(spec, own);
  const periodic = isPeriodic(spec);
  return Object.freeze({
    spec,
    history: Object.freeze(history),
    predict(x: Float64Array, out: Float64Array) {
      float64("predict", "x", x);
      if (spec.kind === "functionalNet") {
        if (x.length % inputs !== 0) {
          throw new RangeError(`predict: x must hold whole samples of ${inputs} features, got length ${x.length}`);
        }
        const samples = x.length / inputs;
        float64("predict", "out", out, samples * outputs);
        evaluator.points(x, samples, out, 0);
        return;
      }
      float64("predict", "out", out, x.length);
      const { margin } = rowLayout("predict", spec, x.length, periodic);
      out.fill(0, 0, margin);
      out.fill(0, x.length - margin);
      evaluator.snapshot(x, periodic, margin, out);
    },
    weights: () => weightsOf(spec, own),
  });
}

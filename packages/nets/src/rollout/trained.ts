import { float64 } from "@hml/guard";
import type { EngineKind } from "../network/net-engine.ts";
import { fieldEvaluator, type StackEvaluator, stackEvaluator } from "../network/net-evaluator.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import { extentsOf, rowLayout } from "../network/row-layout.ts";
import { stackShape } from "../spec/stack-shape.ts";
import { isPeriodic } from "../training/training-data.ts";
import { type Weights, weightsOf } from "../files/weights.ts";

/** How a training went, epoch by epoch. */
export interface History {
  /**
   * How it ended: `done` after all epochs, `stopped-early` by patience, or one of the failures of `TrainingError`;
   * `loaded` for a net read from a file, whose arrays are empty.
   */
  readonly status: "done" | "stopped-early" | "aborted" | "nonfinite-state" | "callback-threw" | "loaded";
  /** What trained it: `wasm`, SIMD WebAssembly, or `plain`, its twin of the same bits; undefined for a net from a file. */
  readonly engine: EngineKind | undefined;
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
   * Evaluates the net; allocates nothing while the grid stays the same.
   *
   * Functional net: `x` is [sample, feature] for any number of samples, `out` is [sample, output]. Discretised and flux
   * nets: `x` is one snapshot of any number of points not below the stencil, `out` is as long, by the net's own padding;
   * with valid padding the points at the ends where the stencil does not fit get zero, as in the paper's code.
   * Divergence net: `x` is [point, feature] on a whole periodic grid, `out` is [point].
   *
   * `points` names the grid of a net in two or three dimensions, [x, y] or [x, y, z]; leave it out on a line and for a
   * functional net.
   */
  predict(x: Float64Array, out: Float64Array, points?: readonly number[]): void;
  /** The weights by name, copied. */
  weights(): Weights;
}

/** A net over its own copy of `parameters`. */
export function trainedNet(spec: NetSpec, parameters: Float64Array, history: History): Trained {
  const own = parameters.slice();
  const { inputs, outputs } = stackShape(spec);
  /** Made at the first prediction: of many nets kept, few may be asked. */
  let evaluator: StackEvaluator | undefined;
  const perPoint = "features" in spec ? inputs : 1;
  /** The evaluator of the grid last seen. */
  let field: ((values: Float64Array, out: Float64Array) => void) | undefined;
  let extents: readonly number[] = [];
  return Object.freeze({
    spec,
    history: Object.freeze(history),
    predict(x: Float64Array, out: Float64Array, points?: readonly number[]) {
      float64("predict", "x", x);
      if (x.length % perPoint !== 0) {
        throw new RangeError(`predict: x must hold whole samples of ${inputs} features, got length ${x.length}`);
      }
      const size = x.length / perPoint;
      evaluator ??= stackEvaluator(spec, own);
      if (spec.kind === "functionalNet") {
        float64("predict", "out", out, size * outputs);
        evaluator.evaluate(x, undefined, size, out);
        return;
      }
      float64("predict", "out", out, size);
      if (field === undefined || !isGrid(extents, points, size)) {
        const grid = extentsOf("predict", "points", points ?? size);
        const layout = rowLayout("predict", spec, grid, isPeriodic(spec));
        if (layout.points !== size) {
          throw new RangeError(`predict: x must hold the ${layout.points} points of points, got ${size}`);
        }
        field = fieldEvaluator(spec, evaluator, layout);
        extents = grid;
      }
      field(x, out);
    },
    weights: () => weightsOf(spec, own),
  });
}

/** Whether `points`, or a line of `size` points, is the grid of these extents. */
function isGrid(extents: readonly number[], points: readonly number[] | undefined, size: number): boolean {
  if (points === undefined) return extents.length === 1 && extents[0] === size;
  if (points.length !== extents.length) return false;
  let count = 1;
  for (let axis = 0; axis < extents.length; axis++) {
    if (points[axis] !== extents[axis]) return false;
    count *= extents[axis]!;
  }
  return count === size;
}

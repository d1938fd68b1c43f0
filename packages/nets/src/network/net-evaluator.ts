import { denseStack } from "./dense-stack.ts";
import { headOf } from "./head.ts";
import { TILE_ROWS } from "../training/loss.ts";
import type { EngineKind } from "./net-engine.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import type { RowLayout } from "./row-layout.ts";
import { stackShape } from "../spec/stack-shape.ts";

/** Evaluates the dense stack of a net row by row, in tiles; nothing is allocated. */
export interface StackEvaluator {
  /**
   * `rows` rows of stack outputs into `out`, [row, output]. The inputs of the rows are values[gather[0...]], or without
   * `gather` values[0...], [row, input].
   */
  evaluate(values: Float64Array, gather: Int32Array | undefined, rows: number, out: Float64Array): void;
}

/**
 * Binds an evaluator to a net and its flat parameters, as they are now; `most` is the largest number of rows it will be
 * asked for, where that is known. It owns work arrays: one per worker.
 */
export function stackEvaluator(
  spec: NetSpec,
  parameters: Float64Array,
  most: number = TILE_ROWS,
  engine: EngineKind = "wasm",
): StackEvaluator {
  const shape = stackShape(spec);
  const tileRows = Math.min(most, TILE_ROWS);
  const stack = denseStack(shape, parameters, { rows: tileRows, engine, trainable: false });
  return {
    evaluate(values, gather, rows, out) {
      for (let from = 0; from < rows; from += tileRows) {
        const count = Math.min(tileRows, rows - from);
        const at = from * shape.inputs;
        const end = count * shape.inputs;
        if (gather === undefined) for (let i = 0; i < end; i++) stack.inputs[i] = values[at + i]!;
        else for (let i = 0; i < end; i++) stack.inputs[i] = values[gather[at + i]!]!;
        stack.forward(count);
        const to = from * shape.outputs;
        for (let i = 0; i < count * shape.outputs; i++) out[to + i] = stack.outputs[i]!;
      }
    },
  };
}

/**
 * The predictions of a net on one grid as a field: `values` is the snapshot, or the features of the predicted points,
 * [point, feature]; `out` has one value a grid point, zero where nothing is predicted. It owns work arrays.
 */
export function fieldEvaluator(
  spec: NetSpec,
  evaluator: StackEvaluator,
  layout: RowLayout,
): (values: Float64Array, out: Float64Array) => void {
  const { outputs } = stackShape(spec);
  const { predicted, rows, gather, points } = layout;
  const head = headOf(spec, layout, outputs);
  const stackOutputs = new Float64Array(rows * outputs);
  const predictions = new Float64Array(predicted.length);
  return (values, out) => {
    evaluator.evaluate(values, gather, rows, stackOutputs);
    head.apply(stackOutputs, 0, predictions);
    if (predicted.length < points) out.fill(0);
    for (let i = 0; i < predicted.length; i++) out[predicted[i]!] = predictions[i]!;
  };
}

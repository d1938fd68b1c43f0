import type { GridNet } from "../spec/grid-net.ts";
import { type Scaling, scaleValues, unscaleValues } from "../training/scaling.ts";
import { DEFAULTS, type EvaluatorOptions, rowEvaluator } from "./net-evaluator.ts";
import { mapped, TILE_ROWS } from "./network-of.ts";

/** A net bound to the grid of its fields. */
export interface GridEvaluator {
  /** Numbers of a field before the net. */
  readonly inputs: number;
  /** Numbers of a field that it gives, those where nothing is predicted among them. */
  readonly outputs: number;
  /** The predictions for one field, zero where nothing is predicted; values go in and out unscaled. */
  evaluate(values: Float64Array, out: Float64Array): void;
}

/** Binds a net and its flat parameters, as they are now, to a grid. It owns work arrays: one per worker. */
export function gridEvaluator(
  where: string,
  spec: GridNet,
  parameters: Float64Array,
  extents: readonly number[],
  periodic: boolean | undefined,
  scaling: Scaling | undefined,
  options: EvaluatorOptions = DEFAULTS,
): GridEvaluator {
  const { map, network } = mapped(where, spec, extents, periodic);
  const { inputs, rows, gather, predicted } = map;
  const { inputs: before, targets: after } = scaling ?? { inputs: undefined, targets: undefined };
  const most = Math.min(rows, TILE_ROWS);
  const net = network({ ...options, rows: most, trainable: false, parameters });
  const evaluator = rowEvaluator(net, map.networkInputs / rows, map.networkOutputs / rows, most);
  const scaled = new Float64Array(before === undefined ? 0 : inputs);
  const predictions = new Float64Array(predicted === undefined ? 0 : map.outputs);
  return {
    inputs,
    outputs: predicted?.points ?? map.outputs,
    evaluate(values, out) {
      if (before !== undefined) scaleValues(before, values, 0, inputs, scaled, 0);
      const target = predicted === undefined ? out : predictions;
      evaluator.evaluate(before === undefined ? values : scaled, gather, rows, target);
      if (after !== undefined) unscaleValues(after, target, 0, map.outputs, target, 0);
      if (predicted === undefined) return;
      const { indices, points } = predicted;
      if (indices.length < points) out.fill(0);
      for (let i = 0; i < indices.length; i++) out[indices[i]!] = predictions[i]!;
    },
  };
}

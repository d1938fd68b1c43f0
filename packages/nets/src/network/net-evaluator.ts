import { headOf } from "./head.ts";
import type { EngineKind } from "./net-engine.ts";
import type { Precision } from "@hml/kernels";
import type { FieldNet } from "../spec/field-net.ts";
import { type Scaling, scaleValues, unscaleValues } from "../training/scaling.ts";
import type { Network } from "./part.ts";
import type { RowLayout } from "./row-layout.ts";
import { stackShape } from "../spec/stack-net.ts";
import { TILE_ROWS } from "./network-of.ts";
import type { Mapped } from "./network-of.ts";
import { stackNetwork } from "./stack-network.ts";

/** Evaluates the dense stack of a net row by row, in tiles; nothing is allocated. */
export interface StackEvaluator {
  /**
   * `rows` rows of stack outputs into `out`, [row, output]. The inputs of the rows are values[gather[0...]], or without
   * `gather` values[0...], [row, input].
   */
  evaluate(values: Float64Array, gather: Int32Array | undefined, rows: number, out: Float64Array): void;
}

/** What an evaluator runs on. */
export interface EvaluatorOptions {
  /** The code. */
  readonly engine: EngineKind;
  /** The precision of its numbers. */
  readonly precision: Precision;
}

/** Float64 on WebAssembly. */
export const DEFAULTS: EvaluatorOptions = { engine: "wasm", precision: "float64" };

/**
 * Binds an evaluator to a net of one dense stack and its flat parameters, as they are now; `most` is the largest number of
 * rows it will be asked for, where that is known. It owns work arrays: one per worker.
 */
export function stackEvaluator(
  spec: FieldNet,
  parameters: Float64Array,
  most: number = TILE_ROWS,
  options: EvaluatorOptions = DEFAULTS,
): StackEvaluator {
  const shape = stackShape(spec);
  const tileRows = Math.min(most, TILE_ROWS);
  const stack = stackNetwork(shape, { ...options, rows: tileRows, trainable: false, parameters });
  return rowEvaluator(stack, shape.inputs, shape.outputs, tileRows);
}

/** Evaluates a network of so many inputs and outputs a row, `tileRows` rows at a time, by its parameters as they are now. */
export function rowEvaluator(network: Network, inputs: number, outputs: number, tileRows: number): StackEvaluator {
  network.update();
  const { input, output } = network;
  return {
    evaluate(values, gather, rows, out) {
      for (let from = 0; from < rows; from += tileRows) {
        const count = Math.min(tileRows, rows - from);
        const at = from * inputs;
        const end = count * inputs;
        if (gather === undefined) for (let i = 0; i < end; i++) input[i] = values[at + i]!;
        else for (let i = 0; i < end; i++) input[i] = values[gather[at + i]!]!;
        network.forward(count);
        const to = from * outputs;
        for (let i = 0; i < count * outputs; i++) out[to + i] = output[i]!;
      }
    },
  };
}

/** Evaluates a net of whole samples: `count` samples of x, one behind the other, into as many answers in `out`. */
export function sampleEvaluator(
  { map, tile = 1, network }: Mapped,
  parameters: Float64Array,
  options: EvaluatorOptions = DEFAULTS,
): (x: Float64Array, count: number, out: Float64Array) => void {
  const net = network({ ...options, rows: tile * map.rows, trainable: false, parameters });
  net.update();
  const { input, output } = net;
  return (x, samples, out) => {
    for (let from = 0; from < samples; from += tile) {
      const count = Math.min(tile, samples - from);
      const at = from * map.inputs;
      for (let i = 0; i < count * map.inputs; i++) input[i] = x[at + i]!;
      net.forward(count * map.rows);
      const to = from * map.outputs;
      for (let i = 0; i < count * map.outputs; i++) out[to + i] = output[i]!;
    }
  };
}

/**
 * The predictions of a net on one grid as a field: `values` is the snapshot, or the features of the predicted points,
 * [point, feature]; `out` has one value a grid point, zero where nothing is predicted. Values go in and out unscaled. It owns
 * work arrays.
 */
export function fieldEvaluator(
  spec: FieldNet,
  evaluator: StackEvaluator,
  layout: RowLayout,
  scaling?: Scaling,
): (values: Float64Array, out: Float64Array) => void {
  const { inputs, outputs } = stackShape(spec);
  const { inputs: before, targets: after } = scaling ?? { inputs: undefined, targets: undefined };
  const { predicted, rows, gather, points } = layout;
  const head = headOf(spec, layout, outputs);
  const stackOutputs = new Float64Array(rows * outputs);
  const predictions = new Float64Array(predicted.length);
  const scaled = new Float64Array(before === undefined ? 0 : gather === undefined ? rows * inputs : points);
  return (values, out) => {
    if (before !== undefined) scaleValues(before, values, 0, scaled.length, scaled, 0);
    evaluator.evaluate(before === undefined ? values : scaled, gather, rows, stackOutputs);
    head.apply(stackOutputs, 0, predictions);
    if (after !== undefined) unscaleValues(after, predictions, 0, predictions.length, predictions, 0);
    if (predicted.length < points) out.fill(0);
    for (let i = 0; i < predicted.length; i++) out[predicted[i]!] = predictions[i]!;
  };
}

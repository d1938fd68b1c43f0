import { denseStack } from "../network/dense-stack.ts";
import { headOf } from "../network/head.ts";
import type { EngineKind } from "../network/net-engine.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import { stackShape } from "../spec/stack-shape.ts";
import type { Samples } from "./training-data.ts";

/** Rows the dense stack works on at once; 64 x 32 float64 values a layer stay in a first-level cache. */
export const TILE_ROWS = 64;

/** The weighted mean squared error of a net over chosen rows of its samples, with its gradient when asked. */
export interface Loss {
  /** What it runs on. */
  readonly engine: EngineKind;
  /** dL/d(parameters), laid out as they are, set by `valueAndGradient`. */
  readonly gradient: Float64Array;
  /**
   * 1/(b p) sum over the rows order[from...to) and their p predicted values of weight (prediction - target)^2, b being
   * the number of rows.
   */
  value(samples: Samples, order: Int32Array, from: number, to: number): number;
  /** The same; also sets `gradient`. */
  valueAndGradient(samples: Samples, order: Int32Array, from: number, to: number): number;
}

/**
 * Binds the loss to flat `parameters`. A batch is walked in tiles of whole snapshots in the order given,
 * so every sum is taken in one fixed order. Work arrays are made here, for samples laid out as `samples`.
 */
export function meanSquaredError(
  spec: NetSpec,
  { layout }: Pick<Samples, "layout">,
  parameters: Float64Array,
  engine: EngineKind = "wasm",
): Loss {
  const shape = stackShape(spec);
  const stackRows = layout.rows;
  const rowsPerTile = Math.max(1, Math.floor(TILE_ROWS / stackRows));
  const stack = denseStack(shape, parameters, { rows: rowsPerTile * stackRows, engine, trainable: true });
  const head = headOf(spec, layout, shape.outputs);
  const { inputs, outputs, outputGradient } = stack;
  const rowInputs = stackRows * shape.inputs;
  const rowOutputs = stackRows * shape.outputs;
  const predicted = layout.predicted.length * (spec.kind === "functionalNet" ? shape.outputs : 1);
  const errors = new Float64Array(predicted);

  function pass(samples: Samples, order: Int32Array, from: number, to: number, backward: boolean): number {
    const { inputs: values, targets, weights, rowLength } = samples;
    const { gather } = samples.layout;
    const scale = 1 / ((to - from) * predicted);
    stack.update();
    if (backward) stack.gradient.fill(0);
    let sum = 0;
    for (let first = from; first < to; first += rowsPerTile) {
      const end = Math.min(first + rowsPerTile, to);
      let p = 0;
      for (let s = first; s < end; s++) {
        const at = order[s]! * rowLength;
        if (gather === undefined) {
          for (let i = 0; i < rowInputs; i++) inputs[p++] = values[at + i]!;
        } else {
          for (let i = 0; i < rowInputs; i++) inputs[p++] = values[at + gather[i]!]!;
        }
      }
      stack.forward((end - first) * stackRows);
      for (let s = first; s < end; s++) {
        const weight = weights[order[s]!]!;
        const at = (s - first) * rowOutputs;
        const targetAt = order[s]! * predicted;
        head.apply(outputs, at, errors);
        for (let i = 0; i < predicted; i++) {
          const error = errors[i]! - targets[targetAt + i]!;
          sum += weight * error * error;
          errors[i] = 2 * scale * weight * error;
        }
        if (backward) head.transpose(errors, outputGradient, at);
      }
      if (backward) stack.backward((end - first) * stackRows);
    }
    return sum * scale;
  }

  return {
    engine: stack.engine,
    gradient: stack.gradient,
    value: (samples, order, from, to) => pass(samples, order, from, to, false),
    valueAndGradient: (samples, order, from, to) => pass(samples, order, from, to, true),
  };
}

import { denseStack } from "./dense-stack.ts";
import { TILE_ROWS } from "./loss.ts";
import type { NetSpec } from "./net-spec.ts";
import { stackShape } from "./stack-shape.ts";
import { gatherStencils } from "./stencil.ts";

/** Evaluates a net on one snapshot, or on points given by their features, in tiles; nothing is allocated. */
export interface NetEvaluator {
  /** F at `rows` points whose features are features[0...], [row, feature], into out[outAt...], [row, output]. */
  points(features: Float64Array, rows: number, out: Float64Array, outAt: number): void;
  /** The predicted points of the snapshot u into out[margin...]; what lies outside them in `out` is not touched. */
  snapshot(u: Float64Array, periodic: boolean, margin: number, out: Float64Array): void;
}

/** Binds an evaluator to a net and its flat parameters. It owns work arrays: one per worker. */
export function netEvaluator(spec: NetSpec, parameters: Float64Array): NetEvaluator {
  const shape = stackShape(spec);
  const stack = denseStack(shape, parameters, TILE_ROWS + 1);
  return {
    points(features, rows, out, outAt) {
      for (let from = 0; from < rows; from += TILE_ROWS) {
        const count = Math.min(TILE_ROWS, rows - from);
        const at = from * shape.inputs;
        for (let i = 0; i < count * shape.inputs; i++) stack.inputs[i] = features[at + i]!;
        stack.forward(count);
        const to = outAt + from * shape.outputs;
        for (let i = 0; i < count * shape.outputs; i++) out[to + i] = stack.outputs[i]!;
      }
    },
    snapshot(u, periodic, margin, out) {
      const predicted = u.length - 2 * margin;
      const spacing = spec.kind === "fluxNet" ? spec.spacing : undefined;
      for (let from = 0; from < predicted; from += TILE_ROWS) {
        const count = Math.min(TILE_ROWS, predicted - from);
        // A flux net needs the face on both sides of its last point; the next tile evaluates that face again.
        const rows = spacing === undefined ? count : count + 1;
        gatherStencils(u, 0, u.length, shape.inputs, periodic, from, rows, stack.inputs, 0);
        stack.forward(rows);
        const f = stack.outputs;
        for (let i = 0; i < count; i++) {
          out[margin + from + i] = spacing === undefined ? f[i]! : (f[i]! - f[i + 1]!) / spacing;
        }
      }
    },
  };
}

import { float64 } from "@hml/guard";
import type { Precision } from "@hml/kernels";
import { type GridEvaluator, gridEvaluator } from "../network/grid-evaluator.ts";
import { extentsOf } from "../network/row-layout.ts";
import type { GridNet } from "../spec/grid-net.ts";
import type { Scaling } from "../training/scaling.ts";
import type { Trained } from "./trained.ts";

/** `predict` of a net of a whole field; nothing is allocated while the grid stays the same. */
export function gridPredictor(
  spec: GridNet,
  parameters: Float64Array,
  precision: Precision,
  scaling: Scaling | undefined,
): Trained["predict"] {
  /** The evaluator of the grid last seen. */
  let field: GridEvaluator | undefined;
  let extents: readonly number[] = [];
  return (x, out, points) => {
    float64("predict", "x", x);
    if (points === undefined) {
      throw new TypeError(`predict: points must name the grid of a ${spec.kind}, such as [x, y]; it was left out`);
    }
    if (field === undefined || !same(extents, points)) {
      extents = extentsOf("predict", "points", points);
      field = gridEvaluator("predict", spec, parameters, extents, undefined, scaling, { engine: "wasm", precision });
    }
    if (x.length !== field.inputs) {
      throw new RangeError(`predict: x must hold one field of ${field.inputs} numbers, got length ${x.length}`);
    }
    float64("predict", "out", out, field.outputs);
    field.evaluate(x, out);
  };
}

function same(extents: readonly number[], points: readonly number[]): boolean {
  if (extents.length !== points.length) return false;
  for (let axis = 0; axis < extents.length; axis++) if (extents[axis] !== points[axis]) return false;
  return true;
}

import type { FieldNet } from "./field-net.ts";
import type { Mlp } from "./mlp.ts";
import { type StackShape, stackShapeOf } from "./stack-shape.ts";

/** Nets that are one dense stack, evaluated point by point or sample by sample. */
export type StackNet = FieldNet | Mlp;

/** The dense stack of a checked net. */
export function stackShape(spec: StackNet): StackShape {
  if (spec.kind === "mlp") return stackShapeOf(spec, spec.inputs);
  if ("features" in spec) return stackShapeOf(spec, spec.features.length);
  return stackShapeOf(
    spec,
    widthsOf(spec.stencil).reduce((a, b) => a * b, 1),
  );
}

/** Stencil widths, one an axis. */
export function widthsOf(stencil: number | readonly number[]): readonly number[] {
  return typeof stencil === "number" ? [stencil] : stencil;
}

import type { FieldNet, FluxNet } from "./field-net.ts";
import type { Mlp } from "./mlp.ts";
import { type StackShape, stackShapeOf } from "./stack-shape.ts";

/** Nets that are one dense stack, evaluated point by point or sample by sample. */
export type StackNet = FieldNet | Mlp;

/** The dense stack of a checked net. */
export function stackShape(spec: StackNet): StackShape {
  if (spec.kind === "mlp") return stackShapeOf(spec, spec.inputs);
  if ("features" in spec) return stackShapeOf(spec, spec.features.length);
  const widths = spec.kind === "fluxNet" ? faceWidths(spec) : widthsOf(spec.stencil);
  const values = widths.reduce((a, b) => a * b, 1);
  const shape = stackShapeOf(spec, values);
  if (spec.kind !== "fluxNet" || spec.mobility === "free") return shape;
  // The values along the normal lie side by side; those of the normal itself in the middle of all.
  const right = values / 2;
  return { ...shape, difference: [right - 1, right] };
}

/** Values that a flux net reads beside a face: along its normal, then across it, along each other axis. */
export function faceWidths({ stencil, spacing }: FluxNet): readonly number[] {
  const [along, across = 1] = widthsOf(stencil) as [number, number?];
  return typeof spacing === "number" ? [along] : spacing.map((_, axis) => (axis === 0 ? along : across));
}

/** Stencil widths, one an axis. */
export function widthsOf(stencil: number | readonly number[]): readonly number[] {
  return typeof stencil === "number" ? [stencil] : stencil;
}

import type { RandomSource } from "@hml/integrators";
import type { ParameterLayout } from "./parameter-layout.ts";

/** Fills parameters with starting values, drawn in the order they are stored; what has no spread draws nothing. */
export function drawWeights(
  { tensors }: ParameterLayout,
  random: RandomSource,
  parameters: Float64Array | Float32Array,
): void {
  for (const { at, length, spread, centre } of tensors) {
    if (spread === 0) parameters.fill(centre, at, at + length);
    else for (let i = at; i < at + length; i++) parameters[i] = centre + spread * (2 * draw(random) - 1);
  }
}

/** Reorders the integers of `order` at random (Fisher and Yates, from the end). */
export function shuffle(order: Int32Array, random: RandomSource): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(draw(random) * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
}

/** A draw that is what a random source promises; anything else would leave its mark far from its cause. */
export function draw(random: RandomSource): number {
  const value = random();
  if (!(value >= 0 && value < 1)) throw new RangeError(`train: random must give numbers in [0, 1), got ${value}`);
  return value;
}

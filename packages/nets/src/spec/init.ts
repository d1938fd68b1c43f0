import type { RandomSource } from "@hml/integrators";
import type { Init } from "./stack-spec.ts";
import type { StackShape } from "./stack-shape.ts";

/** Fills zeroed parameters with starting weights, drawn in the order they are stored; biases and skips stay zero. */
export function drawWeights(shape: StackShape, init: Init, random: RandomSource, parameters: Float64Array): void {
  for (const { inputs, units, weightAt } of shape.layers) {
    const limit = Math.sqrt(6 / (init === "he" ? inputs : inputs + units));
    for (let i = 0; i < inputs * units; i++) parameters[weightAt + i] = limit * (2 * draw(random) - 1);
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
function draw(random: RandomSource): number {
  const value = random();
  if (!(value >= 0 && value < 1)) throw new RangeError(`train: random must give numbers in [0, 1), got ${value}`);
  return value;
}

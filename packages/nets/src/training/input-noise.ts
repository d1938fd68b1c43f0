import { normal, type RandomSource } from "@hml/integrators";

/** Gaussian noise on the inputs of samples. */
export interface InputNoise {
  /** Starts an epoch: whatever was drawn before, what comes next depends on the source alone. */
  begin(): void;
  /** Noise added to `count` numbers from values[at...], into out[to...]. */
  add(values: Float64Array, at: number, count: number, out: Float64Array | Float32Array, to: number): void;
}

/** Noise of this standard deviation; undefined for none, so that nothing is drawn. */
export function inputNoise(deviation: number, random: RandomSource): InputNoise | undefined {
  if (deviation === 0) return undefined;
  // Normal numbers come in pairs, and the second one must not wait across epochs.
  let draw = normal(random);
  return {
    begin() {
      draw = normal(random);
    },
    add(values, at, count, out, to) {
      for (let i = 0; i < count; i++) out[to + i] = values[at + i]! + deviation * draw();
    },
  };
}

/**
 * What a layer applies to its sums: `relu` max(0, x), `tanh`, or `linear` (nothing).
 *
 * `tanh` is the engine's `Math.tanh`: its last bits differ between JavaScript engines, so equal bits for an equal seed
 * hold on one engine. `relu` and `linear` are arithmetic only and agree everywhere.
 */
export type Activation = "relu" | "tanh" | "linear";

/** Applies the activation to the first `count` values, in place. */
export function activate(activation: Activation, x: Float64Array, count: number): void {
  if (activation === "relu") {
    // (x + |x|) / 2 is max(0, x) to the bit, has no branch to mispredict, and lets a NaN through to be noticed.
    for (let i = 0; i < count; i++) x[i] = 0.5 * (x[i]! + Math.abs(x[i]!));
  } else if (activation === "tanh") {
    for (let i = 0; i < count; i++) x[i] = Math.tanh(x[i]!);
  }
}

/**
 * Multiplies `d` by the activation's derivative, which is read off the activated values `a`: 1 where a > 0 and else 0
 * for `relu` (0 at the kink), 1 - a^2 for `tanh`.
 */
export function backActivate(activation: Activation, a: Float64Array, d: Float64Array, count: number): void {
  if (activation === "relu") {
    for (let i = 0; i < count; i++) d[i] = a[i]! > 0 ? d[i]! : 0;
  } else if (activation === "tanh") {
    for (let i = 0; i < count; i++) d[i] = d[i]! * (1 - a[i]! * a[i]!);
  }
}

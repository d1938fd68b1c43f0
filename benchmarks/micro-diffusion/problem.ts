import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { heterogeneousDiffusion } from "@hml/systems";

/** One patch of the 1D study: half-width 4e-3 about the origin, 100 points a period of the medium, ends held. */
export const POINTS = 80_001;
export const SPACING = 1e-7;
/** Patches of one macro step of the study; they start at equal phases of the medium. */
export const PATCHES = 9;
/** Length of one burst of the micro simulator. */
export const BURST = 1e-6;
/** Explicit steps are shorter than dx^2 / (2 max a) = 2.4e-15. */
export const HEAT_STEP = 1e-15;

export const medium = heterogeneousDiffusion({ sampling: "right" });
export const patch = { from: 0, spacing: SPACING, points: POINTS };
export const operator = medium.operator(patch);

/** The states before a burst, `[patch, point]`: parabolas through zero in the middle, as lifting of order 2 makes them. */
export const states: Float64Array = Float64Array.from({ length: PATCHES * POINTS }, (_, k) => {
  const m = Math.floor(k / POINTS);
  const x = (k - m * POINTS - (POINTS - 1) / 2) * SPACING;
  return (20 + m) * x * x;
});

/** A state with detail at the scale of the points, which the explicit steps change in its leading digits. */
export const rough: Float64Array = Float64Array.from({ length: POINTS }, (_, i) => ((i * i) % 977) / 977);

/** Writes what the peers read: int64 points and patches, then lower, diagonal, upper, rough and the states. */
export function writeProblem(file: string): void {
  const bytes = new Uint8Array(16 + 8 * ((4 + PATCHES) * POINTS));
  new BigInt64Array(bytes.buffer, 0, 2).set([BigInt(POINTS), BigInt(PATCHES)]);
  const numbers = new Float64Array(bytes.buffer, 16);
  const parts = [operator.lower, operator.diagonal, operator.upper, rough, states];
  let at = 0;
  for (const part of parts) {
    numbers.set(part, at);
    at += part.length;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

import { r2 } from "@hml/metrics";
import type { Learned } from "./data.ts";
import { type Law, problemOf, slopes } from "./laws.ts";
import type { ModelName } from "./study.ts";

/** How well a law gives slopes. */
export interface SlopeScore {
  /** R^2 of all frames together, as the paper's. */
  readonly pooled: number;
  /** R^2 of each frame. */
  readonly frames: Float64Array;
  /** Slopes of one frame, for a figure. */
  readonly shown: Float64Array;
}

/** Compares the slopes of a law with the exact ones; `shown` is the frame to keep. */
export function slopeScore(law: Law, model: ModelName, points: number, data: Learned, shown: number): SlopeScore {
  const size = points * points;
  const slope = slopes(problemOf(law, model, points));
  const out = new Float64Array(data.targets.length);
  for (let n = 0; n < data.frames; n++) {
    slope(data.inputs.subarray(n * size, (n + 1) * size), out.subarray(n * size, (n + 1) * size));
  }
  const frame = (values: Float64Array, n: number): Float64Array => values.subarray(n * size, (n + 1) * size);
  return {
    pooled: r2(out, data.targets),
    frames: Float64Array.from({ length: data.frames }, (_, n) => r2(frame(out, n), frame(data.targets, n))),
    shown: frame(out, shown).slice(),
  };
}

import { mixtureLaw } from "../network/mixture-law.ts";
import type { MixtureSpec } from "../spec/mixture-density.ts";
import type { LossTerm } from "./loss-term.ts";

/** -log p of `points` values, the predictions being the raw outputs of a mixture and the targets [value, coordinate]. */
export function mixtureTerm(spec: MixtureSpec, points: number): LossTerm {
  const law = mixtureLaw(spec);
  return (predictions, targets, at, weight, scale, sum) => {
    law.read(predictions, 0);
    let total = sum;
    for (let p = 0; p < points; p++) {
      total -= weight * law.logDensity(targets, at + p * spec.size);
      law.addSlopes(scale * weight);
    }
    law.rawSlopes(predictions);
    return total;
  };
}

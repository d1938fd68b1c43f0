import { finite, oneOf, positive } from "@hml/guard";
import type { Dataset } from "./dataset.ts";

/**
 * One affine map for a whole field, (u - mean) / deviation, so that space derivatives keep their meaning: they and dudt
 * are divided by `deviation` alone. Mean 0 and deviation 1 leave the data as they are.
 */
export interface Scaling {
  /** What is subtracted from u. */
  readonly mean: number;
  /** What u - mean and dudt are divided by. */
  readonly deviation: number;
}

/** No scaling. */
export const noScaling: Scaling = Object.freeze({ mean: 0, deviation: 1 });

/**
 * The data set in scaled units, remembering how: "standard" takes the mean and population standard deviation over all
 * complete frames of `data`, "none" takes any scaling off, and a `Scaling` (of the training set, say) is used as given.
 *
 * `scaled(scaled(data, s), "none")` gives the original units back up to rounding. Throws a RangeError for a constant
 * field, which has no deviation.
 */
export function scaled(data: Dataset, how: "standard" | "none" | Scaling): Dataset {
  const { mean, deviation } = data.scaling;
  const original = (v: number): number => v * deviation + mean;
  let next: Scaling;
  if (typeof how === "object" && how !== null) {
    next = { mean: finite("scaled", "mean", how.mean), deviation: positive("scaled", "deviation", how.deviation) };
  } else if (oneOf("scaled", "how", how, ["standard", "none"]) === "none") next = noScaling;
  else next = standard(data, original);
  return {
    ...data,
    u: data.u.map((v) => (original(v) - next.mean) / next.deviation),
    dudt: data.dudt.map((v) => (v * deviation) / next.deviation),
    scaling: next,
  };
}

function standard(data: Dataset, original: (v: number) => number): Scaling {
  const points = data.shape[2];
  const complete = data.u.filter((_, i) => data.mask[Math.floor(i / points)] === 1).map(original);
  const first = complete[0]!;
  let mean = 0;
  for (const v of complete) mean += v - first;
  mean = first + mean / complete.length;
  let variance = 0;
  for (const v of complete) variance += (v - mean) * (v - mean);
  const deviation = Math.sqrt(variance / complete.length);
  if (!(deviation > 0)) throw new RangeError(`scaled: u must vary to be standardised, got the constant ${first}`);
  return { mean, deviation };
}

import { float64, lengthOf, show } from "@hml/guard";
import type { NetSpec } from "../spec/net-spec.ts";
import type { Trained } from "./trained.ts";

/** Nets of one kind that learned the same law from different starts; where they differ, they do not know. */
export interface NetEnsemble<S extends NetSpec = NetSpec> {
  /** The nets. */
  readonly members: readonly Trained<S>[];
  /**
   * Mean over the members of what each predicts of `x`, and the spread about it, sqrt(sum (prediction - mean)^2 / members),
   * number by number; `x`, the outputs and `points` as in `predict` of a net. Allocates nothing while the sizes stay the
   * same.
   */
  predict(x: Float64Array, mean: Float64Array, spread: Float64Array, points?: readonly number[]): void;
}

/**
 * An ensemble of trained nets, one or more. Not re-entrant, as its members are not.
 *
 * Source of the use of mean and spread: B. Lakshminarayanan, A. Pritzel, C. Blundell, Simple and scalable predictive
 * uncertainty estimation using deep ensembles, NeurIPS 2017.
 *
 * @throws TypeError or RangeError for an empty list, or nets of different specification
 */
export function netEnsemble<S extends NetSpec>(members: readonly Trained<S>[]): NetEnsemble<S> {
  const where = "netEnsemble";
  if (!Array.isArray(members)) throw new TypeError(`${where}: members must be a list of nets, got ${show(members)}`);
  if (lengthOf(where, "members", members) === 0) throw new RangeError(`${where}: members must not be empty`);
  const own: readonly Trained<S>[] = Object.freeze([...members]);
  const spec = JSON.stringify(own[0]!.spec);
  const other = own.findIndex((member) => JSON.stringify(member.spec) !== spec);
  if (other >= 0)
    throw new RangeError(`${where}: members must be nets of one specification; members[${other}] differs`);
  let one = new Float64Array(0);
  return Object.freeze({
    members: own,
    predict(x: Float64Array, mean: Float64Array, spread: Float64Array, points?: readonly number[]) {
      float64("predict", "mean", mean);
      float64("predict", "spread", spread, mean.length);
      if (one.length !== mean.length) one = new Float64Array(mean.length);
      // The mean and the sum of squares about it, member by member (Welford): no member is asked twice.
      for (const [k, member] of own.entries()) {
        member.predict(x, one, points);
        for (let i = 0; i < one.length; i++) {
          const before = k === 0 ? 0 : mean[i]!;
          const deviation = one[i]! - before;
          mean[i] = before + deviation / (k + 1);
          spread[i] = k === 0 ? 0 : spread[i]! + deviation * (one[i]! - mean[i]!);
        }
      }
      for (let i = 0; i < spread.length; i++) spread[i] = Math.sqrt(Math.max(0, spread[i]! / own.length));
    },
  });
}

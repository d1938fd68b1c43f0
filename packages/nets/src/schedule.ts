import { checkOptions, finite, integer, oneOf, positive } from "@hml/guard";

/**
 * How the learning rate changes over a training: `constant`; `cosine`, from the learning rate down to `end` times it
 * (default 0) along half a cosine over all steps, which takes the noise of the last epochs away (Loshchilov and Hutter
 * 2017, eq. 5, one cycle); `steps`, multiplied by `factor` after every `every` epochs.
 */
export type Schedule =
  | { readonly kind: "constant" }
  | { readonly kind: "cosine"; readonly end?: number }
  | { readonly kind: "steps"; readonly factor: number; readonly every: number };

/** The factor on the learning rate at a step of an epoch, both counted from zero. */
export type RateFactor = (epoch: number, step: number) => number;

/**
 * Checks a schedule and gives its factor for a training of `epochs` epochs of `stepsPerEpoch` steps. `Math.cos` differs
 * in its last bit between engines, so equal bits for an equal seed hold on one engine under `cosine`.
 */
export function rateFactor(where: string, schedule: Schedule, epochs: number, stepsPerEpoch: number): RateFactor {
  checkOptions(where, schedule, ["kind", "end", "factor", "every"], "schedule");
  const kind = oneOf(where, "schedule.kind", schedule.kind, ["constant", "cosine", "steps"]);
  if (schedule.kind === "cosine") {
    const { end = 0 } = schedule;
    finite(where, "schedule.end", end);
    if (!(end >= 0 && end <= 1)) throw new RangeError(`${where}: schedule.end must lie in [0, 1], got ${end}`);
    const total = epochs * stepsPerEpoch;
    return (epoch, step) => {
      const done = (epoch * stepsPerEpoch + step) / total;
      return end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * done));
    };
  }
  if (schedule.kind === "steps") {
    const { factor, every } = schedule;
    positive(where, "schedule.factor", factor);
    integer(where, "schedule.every", every, 1);
    let rounds = 0;
    let value = 1;
    return (epoch) => {
      for (; rounds < Math.floor(epoch / every); rounds++) value *= factor;
      return value;
    };
  }
  void kind;
  return () => 1;
}

import { checkOptions, finite, integer, oneOf, positive } from "@hml/guard";

/** The learning rate as it is. */
export interface ConstantSchedule {
  /** Tells the schedules apart. */
  readonly kind: "constant";
}

/**
 * From the learning rate down to `end` times it along half a cosine over all steps, which takes the noise of the last
 * epochs away; with `warmUp`, up to it along a straight line first. Source: Loshchilov and Hutter, ICLR 2017, eq. 5, one
 * cycle.
 */
export interface CosineSchedule {
  /** Tells the schedules apart. */
  readonly kind: "cosine";
  /** Last factor, in [0, 1]; default 0. */
  readonly end?: number;
  /** Epochs of the rise, fewer than the training has; default 0. */
  readonly warmUp?: number;
}

/** The learning rate multiplied by `factor` after every `every` epochs. */
export interface StepSchedule {
  /** Tells the schedules apart. */
  readonly kind: "steps";
  /** Positive, most often below 1. */
  readonly factor: number;
  /** Epochs in a round, at least 1. */
  readonly every: number;
}

/**
 * Rounds of falling rate. A round ends when `patience` epochs in succession had no new best loss (validation if given, else
 * training). Then the best weights so far are restored, the learning rate is multiplied by `factor`, and Adam begins anew,
 * its means and step count at zero; the best loss stands. After the last round the training stops.
 *
 * Source: the training of LED, P. R. Vlachas, G. Arampatzis, C. Uhler, P. Koumoutsakos, Nature Machine Intelligence 4
 * (2022), and its code, with patience 10 (autoencoders) or 20 to 40 (recurrent nets) and at most 20 rounds.
 */
export interface RoundSchedule {
  /** Tells the schedules apart. */
  readonly kind: "rounds";
  /** Epochs without a new best loss that end a round, at least 1; default 10. */
  readonly patience?: number;
  /** On the learning rate from round to round, in (0, 1]; default 0.5. */
  readonly factor?: number;
  /** Rounds, at least 1; default 20. */
  readonly rounds?: number;
}

/** How the learning rate changes over a training. */
export type Schedule = ConstantSchedule | CosineSchedule | StepSchedule | RoundSchedule;

/** A schedule, checked, for one training. */
export interface RateRule {
  /** The factor on the learning rate at a step of an epoch of a round, all counted from zero. */
  readonly factor: (epoch: number, step: number, round: number) => number;
  /** When rounds end, where there are any. */
  readonly rounds: { readonly patience: number; readonly count: number } | undefined;
}

/** Options of each kind of schedule. */
const KEYS: Readonly<Record<Schedule["kind"], readonly string[]>> = {
  constant: ["kind"],
  cosine: ["kind", "end", "warmUp"],
  steps: ["kind", "factor", "every"],
  rounds: ["kind", "patience", "factor", "rounds"],
};

/**
 * Checks a schedule and gives its rule for a training of `epochs` epochs of `stepsPerEpoch` steps. `Math.cos` differs
 * in its last bit between engines, so equal bits for an equal seed hold on one engine under `cosine`.
 */
export function rateRule(where: string, schedule: Schedule, epochs: number, stepsPerEpoch: number): RateRule {
  checkOptions(where, schedule, [...new Set(Object.values(KEYS).flat())], "schedule");
  checkOptions(
    where,
    schedule,
    KEYS[oneOf(where, "schedule.kind", schedule.kind, ["constant", "cosine", "steps", "rounds"])],
    `schedule of kind ${schedule.kind}`,
  );
  switch (schedule.kind) {
    case "constant":
      return { factor: () => 1, rounds: undefined };
    case "cosine":
      return { factor: cosine(where, schedule, epochs, stepsPerEpoch), rounds: undefined };
    case "steps": {
      const { every } = schedule;
      const factor = positive(where, "schedule.factor", schedule.factor);
      integer(where, "schedule.every", every, 1);
      const power = powersOf(factor);
      return { factor: (epoch) => power(Math.floor(epoch / every)), rounds: undefined };
    }
    case "rounds": {
      const { patience = 10, factor = 0.5, rounds: count = 20 } = schedule;
      integer(where, "schedule.patience", patience, 1);
      integer(where, "schedule.rounds", count, 1);
      positive(where, "schedule.factor", factor);
      if (!(factor <= 1)) throw new RangeError(`${where}: schedule.factor must lie in (0, 1], got ${factor}`);
      const power = powersOf(factor);
      return { factor: (_epoch, _step, round) => power(round), rounds: { patience, count } };
    }
  }
}

function cosine(
  where: string,
  { end = 0, warmUp = 0 }: CosineSchedule,
  epochs: number,
  stepsPerEpoch: number,
): RateRule["factor"] {
  finite(where, "schedule.end", end);
  if (!(end >= 0 && end <= 1)) throw new RangeError(`${where}: schedule.end must lie in [0, 1], got ${end}`);
  const rise = integer(where, "schedule.warmUp", warmUp, 0, epochs - 1) * stepsPerEpoch;
  const total = epochs * stepsPerEpoch - rise;
  return (epoch, step) => {
    const done = epoch * stepsPerEpoch + step;
    if (done < rise) return (done + 1) / (rise + 1);
    return end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * ((done - rise) / total)));
  };
}

/** factor^n by products, for n that seldom changes and never falls. */
function powersOf(factor: number): (n: number) => number {
  let power = 1;
  let at = 0;
  return (n) => {
    for (; at < n; at++) power *= factor;
    return power;
  };
}

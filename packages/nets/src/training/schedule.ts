import { checkOptions, finite, integer, oneOf, positive } from "@hml/guard";

/** The learning rate as it is. */
export interface ConstantSchedule {
  /** Tells the schedules apart. */
  readonly kind: "constant";
}

/**
 * From the learning rate down to `end` times it along half a cosine over all steps, which takes the noise of the last
 * epochs away. Source: Loshchilov and Hutter, ICLR 2017, eq. 5, one cycle.
 */
export interface CosineSchedule {
  /** Tells the schedules apart. */
  readonly kind: "cosine";
  /** Last factor, in [0, 1]; default 0. */
  readonly end?: number;
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

/** How the learning rate changes over a training. */
export type Schedule = ConstantSchedule | CosineSchedule | StepSchedule;

/** The factor on the learning rate at a step of an epoch, both counted from zero. */
export type RateFactor = (epoch: number, step: number) => number;

/**
 * Checks a schedule and gives its factor for a training of `epochs` epochs of `stepsPerEpoch` steps. `Math.cos` differs
 * in its last bit between engines, so equal bits for an equal seed hold on one engine under `cosine`.
 */
export function rateFactor(where: string, schedule: Schedule, epochs: number, stepsPerEpoch: number): RateFactor {
  checkOptions(where, schedule, ["kind", "end", "factor", "every"], "schedule");
  oneOf(where, "schedule.kind", schedule.kind, ["constant", "cosine", "steps"]);
  switch (schedule.kind) {
    case "constant":
      return () => 1;
    case "cosine": {
      const { end = 0 } = schedule;
      finite(where, "schedule.end", end);
      if (!(end >= 0 && end <= 1)) throw new RangeError(`${where}: schedule.end must lie in [0, 1], got ${end}`);
      const total = epochs * stepsPerEpoch;
      return (epoch, step) => {
        const done = (epoch * stepsPerEpoch + step) / total;
        return end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * done));
      };
    }
    case "steps": {
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
  }
}

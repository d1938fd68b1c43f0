import { checkOptions, integer, positive } from "@hml/guard";

/**
 * What a multiscale run is doing: filling the memory, running both models side by side, the coarse law alone, the micro
 * solver alone, or the micro solver right after lifting.
 */
export type Stage = "warm-up" | "comparison" | "macro" | "micro" | "relaxation";

/** Warm-up once, then macro and micro in turn. All lengths are numbers of steps of the coarse law. */
export interface FixedSchedule {
  /** Micro steps before the first macro step, whose states fill the memory; as many as the memory is long. */
  readonly warmUp: number;
  /** Macro steps in a row, T_m / dt; 0 runs the micro solver alone. */
  readonly macro: number;
  /** Micro steps in a row, T_mu / dt; 0 leaves all to the coarse law (the variant "Latent"). */
  readonly micro: number;
  /** Adaptive schedules alone have comparisons. */
  readonly comparison?: never;
}

/**
 * Cycles of warm-up and comparison, then macro and relaxation when the coarse law has proved itself, micro when it has not.
 * All lengths are numbers of steps of the coarse law.
 */
export interface AdaptiveSchedule {
  /** Micro steps at the beginning of a cycle, whose states fill the memory; 5 to 10 in the source. */
  readonly warmUp: number;
  /** Most steps in which both models run, at least 1; it ends at the first that fails. */
  readonly comparison: number;
  /** Most macro steps in a row, at least 1. */
  readonly macro: number;
  /** Micro steps after a comparison that failed. */
  readonly micro: number;
  /** Micro steps after macro steps, in which what the lifting got wrong heals; they are not handed out as trajectories. */
  readonly relaxation: number;
  /**
   * The spread at which macro steps are not begun, and end; for laws that have one. Default none.
   */
  readonly largestSpread?: number;
  /** The error of the coarse law, decoded, against the micro solver from which on a comparison fails. */
  readonly largestError: number;
}

/** When the micro solver runs and when the coarse law: the latter kind where there is a `comparison`. */
export type Schedule = FixedSchedule | AdaptiveSchedule;

/** How a stage ended. */
export type Outcome = "done" | "accepted" | "rejected" | "spread";

/** A checked schedule. */
export interface Plan {
  /** Steps of each stage, at most. */
  readonly lengths: Readonly<Record<Stage, number>>;
  /** Where a run begins. */
  readonly first: Stage;
  /** Where a cycle begins: the law may be exchanged there, and a trajectory ends. */
  readonly cycle: Stage;
  /** What the comparison must stay below; absent for fixed schedules. */
  readonly bounds?: { readonly spread: number; readonly error: number };
  /** Longest row of micro steps that is handed out. */
  readonly trajectory: number;
  /** The stage that follows, possibly of length 0. */
  next(stage: Stage, outcome: Outcome): Stage;
}

const LONGEST = 1_000_000_000;

/** Checks a schedule and tells which stage follows which. */
export function planOf(where: string, schedule: Schedule): Plan {
  const steps = (name: string, value: number, least = 0): number =>
    integer(where, `schedule.${name}`, value, least, LONGEST);
  if (!isAdaptive(schedule)) {
    checkOptions(where, schedule, ["warmUp", "macro", "micro"], "schedule");
    const warmUp = steps("warmUp", schedule.warmUp);
    const macro = steps("macro", schedule.macro);
    const micro = steps("micro", schedule.micro);
    if (macro + micro === 0) throw new RangeError(`${where}: schedule.macro and schedule.micro must not both be 0`);
    return {
      lengths: { "warm-up": warmUp, macro, micro, comparison: 0, relaxation: 0 },
      first: "warm-up",
      cycle: "macro",
      trajectory: Math.max(warmUp, micro),
      next: (stage) => (stage === "macro" ? "micro" : "macro"),
    };
  }
  const keys = ["warmUp", "comparison", "macro", "micro", "relaxation", "largestSpread", "largestError"];
  checkOptions(where, schedule, keys, "schedule");
  const { largestSpread, largestError } = schedule;
  const warmUp = steps("warmUp", schedule.warmUp);
  const comparison = steps("comparison", schedule.comparison, 1);
  const micro = steps("micro", schedule.micro);
  return {
    lengths: {
      "warm-up": warmUp,
      comparison,
      macro: steps("macro", schedule.macro, 1),
      micro,
      relaxation: steps("relaxation", schedule.relaxation),
    },
    first: "warm-up",
    cycle: "warm-up",
    bounds: {
      spread: largestSpread === undefined ? Infinity : positive(where, "schedule.largestSpread", largestSpread),
      error: positive(where, "schedule.largestError", largestError),
    },
    trajectory: warmUp + comparison + micro,
    next(stage, outcome) {
      if (stage === "warm-up") return "comparison";
      if (stage === "comparison") return outcome === "accepted" ? "macro" : "micro";
      return stage === "macro" ? "relaxation" : "warm-up";
    },
  };
}

function isAdaptive(schedule: Schedule): schedule is AdaptiveSchedule {
  return typeof schedule === "object" && schedule !== null && ("largestError" in schedule || "comparison" in schedule);
}

/**
 * The largest speed-up that a schedule allows, were the coarse law free: all steps of a cycle over its micro steps. That is
 * 1 + rho with rho = T_m / T_mu for a fixed one, whose warm-up a long run forgets; for an adaptive one, 1 + macro / (warmUp +
 * comparison + relaxation), when every comparison succeeds and no spread ends a row of macro steps. Infinity without micro steps.
 *
 * @throws TypeError, RangeError for a bad schedule
 */
export function speedUpBound(schedule: Schedule): number {
  const { lengths, bounds } = planOf("speedUpBound", schedule);
  const micro = bounds === undefined ? lengths.micro : lengths["warm-up"] + lengths.comparison + lengths.relaxation;
  return (lengths.macro + micro) / micro;
}

import { callable, checkOptions, integer } from "@hml/guard";
import type { ToCoarse, ToFine } from "../parallel/time-parallel.ts";
import type { Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { rootMeanSquare, type StateError } from "./comparison.ts";
import { checkLaw, type LatentLaw } from "./latent-law.ts";
import type { Outcome, Plan, Stage } from "./schedule.ts";
import type { MicroTrajectory } from "./trajectory-recorder.ts";
import type { TwoScaleMaps } from "./two-scale-state.ts";

/** A stage of a multiscale run that has ended. */
export interface StageRecord {
  /** Which one. */
  readonly stage: Stage;
  /** Time at which it began. */
  readonly from: number;
  /** Time at which it ended. */
  readonly to: number;
  /** Steps of the coarse law's `dt` that it took. */
  readonly steps: number;
  /**
   * How it ended: after its length (`done`), by a verdict on the coarse law (`accepted`, `rejected`), or because the spread
   * had grown too large (`spread`).
   */
  readonly outcome: Outcome;
  /** Largest spread in a comparison or an adaptive macro stage, else 0. */
  readonly spread: number;
  /** Largest error in a comparison, else 0. */
  readonly error: number;
}

/** What `multiscale` may be told besides its schedule. */
export interface MultiscaleOptions {
  /** From the state of the micro solver to the one that is encoded; with `lifting`, or neither where they are the same. */
  readonly restriction?: ToCoarse;
  /**
   * Back again. It finds in `out` the last state that the micro solver left, and may keep of it what the coarse state does not
   * tell.
   */
  readonly lifting?: ToFine;
  /**
   * Error of a predicted state of one member against the micro solver's, for adaptive schedules; default the root mean square
   * of their difference. Scale it where channels differ in size.
   */
  readonly error?: StateError;
  /**
   * Shown the state as it is encoded, `[member, size]`, at the start of a run and after every `stateEvery` steps, with the
   * stage that it came from. A view that is overwritten. In macro stages each one costs a decoding.
   */
  readonly onState?: (t: number, state: Vec, stage: Stage) => void;
  /** Steps from one `onState` to the next, default 1. */
  readonly stateEvery?: number;
  /** Told of every stage when it ends; push them to a list for a log. */
  readonly onStage?: (record: StageRecord) => void;
  /**
   * Given every unbroken row of micro states, relaxation left out: what a training set is fed with. A row ends where macro
   * steps begin, and where a cycle of an adaptive schedule ends.
   */
  readonly onMicro?: (trajectory: MicroTrajectory) => void;
  /** The time in seconds, such as `() => performance.now() / 1000`, for the costs in `report`. It is read where parts change. */
  readonly clock?: () => number;
}

/** Checked options. */
export interface MultiscaleSetting {
  readonly size: number;
  readonly members: number;
  readonly maps: TwoScaleMaps | undefined;
  readonly error: StateError;
  readonly stateEvery: number;
}

/** Checks everything that `multiscale` is given against everything else. */
export function checkMultiscale(
  where: string,
  micro: TimeStepper,
  macro: LatentLaw,
  plan: Plan,
  options: MultiscaleOptions,
): MultiscaleSetting {
  const callbacks = ["error", "onState", "onStage", "onMicro", "clock"] as const;
  checkOptions(where, options, ["restriction", "lifting", "stateEvery", ...callbacks]);
  const { restriction, lifting, error = rootMeanSquare, stateEvery = 1 } = options;
  for (const name of callbacks) if (options[name] !== undefined) callable(where, name, options[name]);
  integer(where, "stateEvery", stateEvery, 1);
  callable(where, "micro.advance", micro?.advance);
  const size = checkSize(where, "micro.size", micro.size);
  checkLaw(where, macro);
  let maps: TwoScaleMaps | undefined;
  if (restriction !== undefined && lifting !== undefined) {
    callable(where, "restriction.restrict", restriction.restrict);
    callable(where, "lifting.lift", lifting.lift);
    integer(where, "restriction.fineSize", restriction.fineSize, size, size);
    integer(where, "lifting.fineSize", lifting.fineSize, size, size);
    const coarse = checkSize(where, "restriction.coarseSize", restriction.coarseSize);
    integer(where, "lifting.coarseSize", lifting.coarseSize, coarse, coarse);
    maps = { restriction, lifting };
  } else if (restriction !== undefined || lifting !== undefined) {
    throw new RangeError(`${where}: restriction and lifting must be given both, or neither where states are the same`);
  }
  const coarseSize = maps?.restriction.coarseSize ?? size;
  const members = coarseSize / macro.size;
  if (!Number.isInteger(members)) {
    throw new RangeError(
      `${where}: a state that is encoded must hold whole members of macro.size = ${macro.size} numbers, got ${coarseSize} of them`,
    );
  }
  checkSize(where, "members * macro.stateSize + 1", members * macro.stateSize + 1);
  checkSize(where, "members * macro.latentSize", members * macro.latentSize);
  checkSpread(where, macro, plan);
  if (options.onMicro !== undefined) checkSize(where, "numbers of a trajectory", (plan.trajectory + 1) * coarseSize);
  return { size, members, maps, error, stateEvery };
}

/** Refuses a bound on the spread of a law that has none. */
export function checkSpread(where: string, macro: LatentLaw, plan: Plan): void {
  if (plan.bounds === undefined || plan.bounds.spread === Infinity || macro.spread !== undefined) return;
  throw new RangeError(
    `${where}: schedule.largestSpread needs a macro with a spread; take an ensemble of laws, or leave it out`,
  );
}

import { checkOptions, positive, show } from "@hml/guard";
import type { Stage } from "./schedule.ts";

/** Where the time of a multiscale run goes. */
export type CostPart = "micro" | "latent" | "encode" | "decode" | "restrict" | "lift" | "observe";

/** What a multiscale run has done and what each part has cost since it was built. */
export interface MultiscaleReport {
  /** Steps of time taken in each stage; their sum is the time covered over `dt`. */
  readonly steps: Readonly<Record<Stage, number>>;
  /** Steps of time that the micro solver ran: all but the macro ones. */
  readonly microSteps: number;
  /** Steps of the coarse law: macro ones, those that keep its memory current, and those of comparisons. */
  readonly latentSteps: number;
  /** States encoded, all members at once counted as one; so are the following. */
  readonly encodes: number;
  /** Codes decoded because a micro step or a comparison needed the state, or `advance` ended on macro steps. */
  readonly decodes: number;
  /** Codes decoded for `onState` alone. */
  readonly observed: number;
  /** Restrictions of micro states; 0 where micro states are encoded themselves. */
  readonly restrictions: number;
  /** Liftings to micro states. */
  readonly liftings: number;
  /**
   * Seconds of each part by the `clock`, 0 without one. `observe` is time in callbacks and in decoding for them, and no part
   * of the scheme.
   */
  readonly seconds: Readonly<Record<CostPart, number>>;
}

/** The counters of a run, and what says where its time goes. */
export interface MultiscaleWork {
  readonly report: {
    -readonly [K in keyof MultiscaleReport]: MultiscaleReport[K] extends number
      ? number
      : { -readonly [P in keyof MultiscaleReport[K]]: number };
  };
  /** Time counts to this part from now on, or to none. The clock is read only when the part changes. */
  enter(part: CostPart | undefined): void;
}

/** Counters at zero. */
export function multiscaleWork(clock: (() => number) | undefined): MultiscaleWork {
  const seconds = { micro: 0, latent: 0, encode: 0, decode: 0, restrict: 0, lift: 0, observe: 0 };
  let current: CostPart | undefined;
  let since = 0;
  return {
    report: {
      steps: { "warm-up": 0, comparison: 0, macro: 0, micro: 0, relaxation: 0 },
      microSteps: 0,
      latentSteps: 0,
      encodes: 0,
      decodes: 0,
      observed: 0,
      restrictions: 0,
      liftings: 0,
      seconds,
    },
    enter(part) {
      if (clock === undefined || part === current) return;
      const now = clock();
      if (current !== undefined) seconds[current] += now - since;
      current = part;
      since = now;
    },
  };
}

/** The share of time that was left to the coarse law, in [0, 1]: macro steps over all steps; 0 before any. */
export function utilisation(report: Pick<MultiscaleReport, "steps">): number {
  const all = allSteps(report);
  return all === 0 ? 0 : report.steps.macro / all;
}

/**
 * The measured speed-up S = T_micro / T_total: what the micro solver alone would have taken for all steps, over what the
 * scheme took with encoding, decoding, restriction, lifting, warm-up and comparisons, but without callbacks.
 *
 * S is only as honest as the micro solver: take the fastest at hand. It never exceeds all steps over micro steps (see
 * `speedUpBound`), whatever the coarse law costs.
 *
 * @param options.microSeconds - seconds of a micro step over `dt`, for runs that made few or none, or to compare with another
 * solver; default: the mean of those that were made
 * @throws RangeError when no time was measured, or no micro step was made and `microSeconds` is left out
 */
export function speedUp(
  report: Pick<MultiscaleReport, "steps" | "microSteps" | "seconds">,
  options: { readonly microSeconds?: number } = {},
): number {
  const where = "speedUp";
  checkOptions(where, options, ["microSeconds"]);
  const { micro, latent, encode, decode, restrict, lift } = report.seconds;
  const total = micro + latent + encode + decode + restrict + lift;
  if (!(total > 0)) throw new RangeError(`${where}: no time was measured, got ${show(total)} s; pass a clock`);
  const { microSeconds = micro / report.microSteps } = options;
  if (options.microSeconds === undefined && !(report.microSteps > 0)) {
    throw new RangeError(`${where}: no micro step was made; pass microSeconds, measured elsewhere`);
  }
  return (positive(where, "microSeconds", microSeconds) * allSteps(report)) / total;
}

function allSteps({ steps }: Pick<MultiscaleReport, "steps">): number {
  return steps["warm-up"] + steps.comparison + steps.macro + steps.micro + steps.relaxation;
}

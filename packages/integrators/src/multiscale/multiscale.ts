import { finiteVector, float64, integer } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import { callbackThrew } from "../first-call.ts";
import type { Vec } from "../rhs.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { comparison } from "./comparison.ts";
import { checkLaw, type LatentLaw, largestSpread } from "./latent-law.ts";
import { checkMultiscale, checkSpread, type MultiscaleOptions } from "./multiscale-options.ts";
import { type MultiscaleReport, multiscaleWork } from "./multiscale-report.ts";
import { type Outcome, planOf, type Schedule, type Stage } from "./schedule.ts";
import { trajectoryRecorder } from "./trajectory-recorder.ts";
import { type Cursor, twoScaleState } from "./two-scale-state.ts";

/** A micro solver and a coarse law in turn, as one flow. */
export interface MultiscaleFlow extends TimeStepper {
  /** Step of the coarse law; an advance covers a whole number of them. */
  readonly dt: number;
  /** The stage of the step to come. */
  readonly stage: Stage;
  /** Work and its cost since the flow was built; a live view. */
  readonly report: MultiscaleReport;
  /**
   * Another coarse law, such as one trained meanwhile, of the same `size` and `dt`. It takes over when the next cycle begins
   * (for fixed schedules with the next macro stage), with an empty memory and a warm-up.
   */
  replace(macro: LatentLaw): void;
}

const WHERE = "multiscale";

/**
 * Alternates a micro solver with a learned law of a few latent variables: `u` is the state of the micro solver, most
 * of the time passes in latent steps, and short micro bursts put right what they got wrong.
 *
 * With E, D the encoder and the decoder, P the coarse law with memory h, F the micro solver over P's `dt`, R the
 * restriction and L the lifting:
 *
 *   micro step:  z = E(R(u)),  h takes z in,  u <- F(u);      macro step:  z, h <- P(z, h);      micro after macro:  u <- L(D(z)).
 *
 * So the memory has seen one code for each step of time, of micro states or its own, and the first macro step of a row
 * begins at the true state. A state is decoded only when a micro step begins, when `onState` or a comparison looks at
 * it, or when `advance` ends. With a fixed schedule, warm-up is once, then T_m = macro dt and T_mu = micro dt in turn:
 * costs fall by at most 1 + rho, rho = T_m / T_mu, and where the law is wrong by some rate, errors that micro steps do
 * not heal grow at rho / (1 + rho) of it.
 *
 * An adaptive schedule tests the law before it trusts it. In the comparison the law runs on its own beside the micro
 * solver; when its spread and its error stay below their bounds, macro steps follow, from the micro state, until the
 * spread is too large or `macro` of them are done, then relaxation; when not, `micro` steps of the micro solver.
 * `onMicro` gives the trajectories to train on, `replace` takes the new law. Of all members the worst decides. The
 * source empties the memory at each warm-up; here it is kept current throughout, and emptied when the law is replaced.
 *
 * A run goes on from one `advance` to the next: several advances give the bits of one over their sum. When the time or
 * the state is not what the last one left, or when that failed, a new run begins: with an empty memory and a warm-up.
 * Members lie side by side in states, codes and memories, as many as `macro.size` fits into the encoded state.
 *
 * Good starting values: warm-up and relaxation as long as the memory and the healing of the micro solver take; `micro`
 * no shorter than that; rho = 1 to 10; for adaptive schedules 5 to 10 steps of warm-up and comparison, `largestError`
 * the error that the result may have, `largestSpread` a few times the spread on training data.
 *
 * Source: Vlachas, Arampatzis, Uhler, Koumoutsakos, arXiv 2006.13431 v1 (2020), section 2, with the true state in
 * place of the last prediction of a warm-up; adaptive: Kičić, Vlachas, Arampatzis, Chatzimanolakis, Guibas,
 * Koumoutsakos, Comput. Methods Appl. Mech. Eng. 415 (2023) 116204, section 2.
 *
 * @param micro - the fine solver; it is only ever asked to move by `macro.dt`, forwards
 * @param macro - the coarse law, such as a `latentModel` or `latentEnsemble` of `@hml/nets`
 * @returns a flow that owns its scratch; `advance` throws a RangeError for a span that is no whole number of steps and
 * a state that is not finite at the start, an IntegrationError `nonfinite-state` with time and stage when a state or a
 * code leaves the finite numbers, and `callback-threw` when a callback throws. `u` is then as it was.
 * @throws TypeError or RangeError for bad arguments
 */
export function multiscale(
  micro: TimeStepper,
  macro: LatentLaw,
  schedule: Schedule,
  options: MultiscaleOptions = {},
): MultiscaleFlow {
  const plan = planOf(WHERE, schedule);
  const { size, members, maps, error, stateEvery } = checkMultiscale(WHERE, micro, macro, plan, options);
  const { onState, onStage, onMicro } = options;
  const { dt } = macro;
  const work = multiscaleWork(options.clock);
  const { report, enter } = work;
  const cursor: Cursor = { t: 0, step: 0, stage: plan.first };
  const state = twoScaleState(WHERE, micro, macro, members, maps, cursor, work);
  const { bounds } = plan;
  const trial = bounds === undefined ? undefined : comparison(state, members, bounds, error, work);
  const recorder =
    onMicro === undefined ? undefined : trajectoryRecorder(plan.trajectory + 1, members * macro.size, dt);
  let origin = 0;
  let going = false;
  let pending: LatentLaw | undefined;
  let stageFrom = 0;
  let stageSteps = 0;
  let stageSpread = 0;

  const failedCallback = (name: string, cause: unknown): IntegrationError =>
    cause instanceof IntegrationError ? cause : callbackThrew(WHERE, name, cursor.t, cursor.step, cause);

  /** Shows the state, where it is one to be shown. */
  function observe(stage: Stage): void {
    if (onState === undefined || cursor.step % stateEvery !== 0) return;
    const seen = state.coarse(true);
    enter("observe");
    try {
      onState(cursor.t, seen, stage);
    } catch (cause) {
      throw failedCallback("onState", cause);
    }
  }

  /** Ends a row of micro states. */
  function handOut(): void {
    const trajectory = recorder?.take();
    if (onMicro === undefined || trajectory === undefined) return;
    enter("observe");
    try {
      onMicro(trajectory);
    } catch (cause) {
      throw failedCallback("onMicro", cause);
    }
  }

  function exchange(): void {
    if (pending === undefined) return;
    state.exchange(pending);
    pending = undefined;
  }

  /** Begins this stage, or the first after it that has a length. */
  function begin(wanted: Stage): void {
    let stage = wanted;
    // The longest way past empty stages, with a new law: macro, warm-up, macro, micro.
    for (let hop = 0; hop < 5; hop++) {
      if (stage === "macro" || stage === plan.cycle) handOut();
      if (stage === plan.cycle && pending !== undefined) {
        exchange();
        stage = "warm-up";
      }
      if (plan.lengths[stage] > 0) break;
      stage = plan.next(stage, "done");
    }
    cursor.stage = stage;
    stageFrom = cursor.t;
    stageSteps = 0;
    stageSpread = 0;
    if (stage === "macro") return;
    // Needed from here on, whatever looks at it first.
    state.fine();
    if (stage === "comparison") trial?.begin();
    if (recorder !== undefined && stage !== "relaxation" && !recorder.open) recorder.add(cursor.t, state.coarse());
  }

  function finish(outcome: Outcome): void {
    const { stage, t } = cursor;
    if (onStage !== undefined) {
      const spread = stage === "comparison" ? (trial?.spread ?? 0) : stageSpread;
      const measured = stage === "comparison" ? (trial?.error ?? 0) : 0;
      enter("observe");
      try {
        onStage({ stage, from: stageFrom, to: t, steps: stageSteps, outcome, spread, error: measured });
      } catch (cause) {
        throw failedCallback("onStage", cause);
      }
    }
    begin(plan.next(stage, outcome));
  }

  /** One step of time in the current stage; how the stage ended, if it did. */
  function step(): Outcome | undefined {
    const { stage, t } = cursor;
    const end = origin + (cursor.step + 1) * dt;
    let good = true;
    if (stage === "macro") {
      state.macroStep();
      if (bounds !== undefined) {
        stageSpread = Math.max(stageSpread, largestSpread(state.law, members));
        good = stageSpread < bounds.spread;
      }
    } else if (stage === "comparison" && trial !== undefined) {
      good = trial.step(t, end);
    } else {
      state.microStep(t, end);
    }
    cursor.step++;
    cursor.t = end;
    report.steps[stage]++;
    stageSteps++;
    if (recorder?.open) recorder.add(end, state.coarse());
    if (!good) return stage === "macro" ? "spread" : "rejected";
    if (stageSteps < plan.lengths[stage]) return undefined;
    return stage === "comparison" ? "accepted" : "done";
  }

  function start(u: Vec, t0: number): void {
    finiteVector(WHERE, "u", u);
    origin = cursor.t = t0;
    cursor.step = 0;
    recorder?.take();
    state.begin(u);
    exchange();
    begin(plan.first);
    observe(cursor.stage);
  }

  return {
    size,
    dt,
    report,
    get stage() {
      return cursor.stage;
    },
    replace(next) {
      checkLaw(`${WHERE}.replace`, next);
      integer(`${WHERE}.replace`, "macro.size", next.size, macro.size, macro.size);
      if (next.dt !== dt) throw new RangeError(`${WHERE}.replace: macro.dt must be ${dt}, got ${next.dt}`);
      checkSpread(`${WHERE}.replace`, next, plan);
      pending = next;
    },
    advance(u, t0, t1) {
      float64(WHERE, "u", u, size);
      const steps = wholeSteps(t0, t1, dt);
      if (steps === 0) return;
      const continued = going && Math.abs(t0 - cursor.t) <= slack(t0, t1, dt) && same(u, state.fine());
      going = false;
      try {
        if (!continued) start(u, t0);
        for (let k = 0; k < steps; k++) {
          const { stage } = cursor;
          const outcome = step();
          if (outcome !== undefined) finish(outcome);
          observe(stage);
        }
        u.set(state.fine());
        going = true;
      } finally {
        enter(undefined);
      }
    },
  };
}

/** What times lose to rounding, and a millionth of a step. */
function slack(t0: number, t1: number, dt: number): number {
  return 1e-6 * dt + 4 * Number.EPSILON * Math.max(Math.abs(t0), Math.abs(t1));
}

function wholeSteps(t0: number, t1: number, dt: number): number {
  const steps = Math.round((t1 - t0) / dt);
  if (steps >= 0 && Math.abs(t1 - t0 - steps * dt) <= slack(t0, t1, dt)) return steps;
  throw new RangeError(`${WHERE}: t1 - t0 must be a whole number of steps of ${dt}, got ${t1 - t0}`);
}

function same(u: Vec, v: Vec): boolean {
  for (let i = 0; i < u.length; i++) if (u[i] !== v[i]) return false;
  return true;
}

import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { ToCoarse, ToFine } from "../parallel/time-parallel.ts";
import type { Vec } from "../rhs.ts";
import type { TimeStepper } from "../time-stepper.ts";
import type { LatentLaw } from "./latent-law.ts";
import type { MultiscaleWork } from "./multiscale-report.ts";
import type { Stage } from "./schedule.ts";

/** Where a run stands, for messages. */
export interface Cursor {
  t: number;
  step: number;
  stage: Stage;
}

/** The maps between the state of the micro solver and the one that is encoded. */
export interface TwoScaleMaps {
  readonly restriction: ToCoarse;
  readonly lifting: ToFine;
}

/**
 * One state in up to three forms: of the micro solver (fine), restricted (coarse), encoded (code). A form is made from the
 * others when it is asked for, and only then.
 */
export interface TwoScaleState {
  /** The law that moves codes. */
  readonly law: LatentLaw;
  /** Its memory: it has seen the codes of all times before this one. */
  readonly memory: Vec;
  /** Forgets everything; the state is now `u`, of the micro solver. */
  begin(u: Vec): void;
  /** The state of the micro solver, lifted if it must be. */
  fine(): Vec;
  /** The state that is encoded: restricted or decoded. Decoding for an observer is counted apart. */
  coarse(observer?: boolean): Vec;
  /** The code. */
  code(): Vec;
  /** One step of time by the micro solver, while the memory of the law sees the code. */
  microStep(t0: number, t1: number): void;
  /** One step of time by the law. */
  macroStep(): void;
  /** Another law from now on, with an empty memory. */
  exchange(law: LatentLaw): void;
}

/** See `TwoScaleState`; without `maps` the states of the micro solver are the ones that are encoded. */
export function twoScaleState(
  where: string,
  micro: TimeStepper,
  first: LatentLaw,
  members: number,
  maps: TwoScaleMaps | undefined,
  cursor: Readonly<Cursor>,
  { report, enter }: MultiscaleWork,
): TwoScaleState {
  const fine = new Float64Array(micro.size);
  const coarse = maps === undefined ? fine : new Float64Array(maps.restriction.coarseSize);
  // The last state that the micro solver itself left: what a lifting finds in `out`.
  const kept = maps === undefined ? fine : new Float64Array(micro.size);
  let law = first;
  let { empty, memory, code, forecast } = arraysOf(where, law, members);
  let fineReady = false;
  let coarseReady = false;
  let codeReady = false;
  let fineRan = false;

  function check(values: Vec, what: string): void {
    const bad = nonFiniteIndex(values);
    if (bad < 0) return;
    const { t, step, stage } = cursor;
    const message = `${where}: number ${bad} of ${what} became ${values[bad]} in the ${stage} stage, in the step from t = ${t}`;
    throw new IntegrationError("nonfinite-state", t, step, message);
  }

  const state: TwoScaleState = {
    get law() {
      return law;
    },
    get memory() {
      return memory;
    },
    begin(u) {
      fine.set(u);
      memory.set(empty);
      fineReady = fineRan = true;
      coarseReady = codeReady = false;
    },
    fine() {
      if (fineReady) return fine;
      state.coarse();
      if (maps !== undefined) {
        enter("lift");
        fine.set(kept);
        maps.lifting.lift(coarse, fine);
        report.liftings++;
        check(fine, "the lifted state");
      }
      fineReady = true;
      return fine;
    },
    coarse(observer = false) {
      if (coarseReady) return coarse;
      if (!fineReady) {
        enter(observer ? "observe" : "decode");
        law.decode(code, coarse);
        if (observer) report.observed++;
        else report.decodes++;
        check(coarse, "the decoded state");
      } else if (maps !== undefined) {
        enter("restrict");
        maps.restriction.restrict(fine, coarse);
        report.restrictions++;
      }
      coarseReady = true;
      return coarse;
    },
    code() {
      if (codeReady) return code;
      state.coarse();
      enter("encode");
      law.encode(coarse, code);
      report.encodes++;
      check(code, "the code");
      codeReady = true;
      return code;
    },
    microStep(t0, t1) {
      state.fine();
      if (law.stateSize > 0) {
        state.code();
        enter("latent");
        law.step(code, memory, forecast);
        report.latentSteps++;
      }
      enter("micro");
      micro.advance(fine, t0, t1);
      report.microSteps++;
      check(fine, "the state of the micro solver");
      fineReady = fineRan = true;
      coarseReady = codeReady = false;
    },
    macroStep() {
      state.code();
      // A lifted state, made because `advance` had to return one, is not the micro solver's.
      if (fineRan && kept !== fine) kept.set(fine);
      enter("latent");
      law.step(code, memory, code);
      report.latentSteps++;
      check(code, "the code");
      codeReady = true;
      fineReady = coarseReady = fineRan = false;
    },
    exchange(next) {
      state.fine();
      law = next;
      ({ empty, memory, code, forecast } = arraysOf(where, law, members));
      codeReady = false;
    },
  };
  return state;
}

function arraysOf(
  where: string,
  law: LatentLaw,
  members: number,
): { readonly empty: Vec; readonly memory: Vec; readonly code: Vec; readonly forecast: Vec } {
  const memory = law.initial(members);
  if (!(memory instanceof Float64Array && memory.length === members * law.stateSize)) {
    throw new RangeError(
      `${where}: macro.initial(${members}) must be a Float64Array of length ${members * law.stateSize}, got length ${memory?.length}`,
    );
  }
  const length = members * law.latentSize;
  return {
    empty: memory.slice(),
    memory: memory.slice(),
    code: new Float64Array(length),
    forecast: new Float64Array(length),
  };
}

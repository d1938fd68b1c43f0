import type { Vec } from "../rhs.ts";
import { type LatentLaw, largestSpread } from "./latent-law.ts";
import type { MultiscaleWork } from "./multiscale-report.ts";
import type { TwoScaleState } from "./two-scale-state.ts";

/** Distance of a predicted state of one member from the micro solver's. */
export type StateError = (predicted: Vec, actual: Vec) => number;

/** The coarse law on its own beside the micro solver. */
export interface Comparison {
  /** Largest spread since the beginning. */
  readonly spread: number;
  /** Largest error since the beginning. */
  readonly error: number;
  /** Starts the law from the state as it is now, on a copy of its memory. */
  begin(): void;
  /** One step of time of both; whether spread and error are still below the bounds (they are not when either is NaN). */
  step(t0: number, t1: number): boolean;
}

/** Runs the law of `state` on its own; the largest spread and error over the members count. */
export function comparison(
  state: TwoScaleState,
  members: number,
  bounds: { readonly spread: number; readonly error: number },
  error: StateError,
  { report, enter }: MultiscaleWork,
): Comparison {
  let law: LatentLaw | undefined;
  let code = new Float64Array(0);
  let memory = new Float64Array(0);
  const size = state.law.size;
  const predicted = new Float64Array(members * size);
  const rows = rowsOf(predicted, members);
  let actual: Vec | undefined;
  let actualRows: readonly Vec[] = [];
  let spreadSoFar = 0;
  let errorSoFar = 0;

  return {
    get spread() {
      return spreadSoFar;
    },
    get error() {
      return errorSoFar;
    },
    begin() {
      if (law !== state.law) {
        law = state.law;
        code = new Float64Array(members * law.latentSize);
        memory = new Float64Array(members * law.stateSize);
      }
      code.set(state.code());
      memory.set(state.memory);
      spreadSoFar = errorSoFar = 0;
    },
    step(t0, t1) {
      // The same law goes on in `microStep` with its own memory, so the spread is read first.
      enter("latent");
      state.law.step(code, memory, code);
      report.latentSteps++;
      spreadSoFar = Math.max(spreadSoFar, largestSpread(state.law, members));
      state.microStep(t0, t1);
      enter("decode");
      state.law.decode(code, predicted);
      report.decodes++;
      const coarse = state.coarse();
      if (coarse !== actual) {
        actual = coarse;
        actualRows = rowsOf(coarse, members);
      }
      for (let m = 0; m < members; m++) errorSoFar = Math.max(errorSoFar, error(rows[m]!, actualRows[m]!));
      return spreadSoFar < bounds.spread && errorSoFar < bounds.error;
    },
  };
}

function rowsOf(states: Vec, members: number): readonly Vec[] {
  const size = states.length / members;
  return Array.from({ length: members }, (_, m) => states.subarray(m * size, (m + 1) * size));
}

/** sqrt(mean((predicted - actual)^2)). */
export function rootMeanSquare(predicted: Vec, actual: Vec): number {
  let sum = 0;
  for (let i = 0; i < predicted.length; i++) {
    const e = predicted[i]! - actual[i]!;
    sum += e * e;
  }
  return Math.sqrt(sum / predicted.length);
}

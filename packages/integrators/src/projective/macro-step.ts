import { addCombination, type Combination, combination } from "../explicit/combination.ts";
import { type ButcherTableau, checkTableau } from "../explicit/tableau.ts";
import type { Vec } from "../rhs.ts";
import type { Bursts } from "./burst.ts";

/**
 * The bursts and leaps of one macro step of an explicit Runge-Kutta tableau. The first burst is kept, so that the leap
 * may be made again with another dt.
 */
export interface MacroStep {
  /** Widest gap between stage times in units of the macro step: bursts as long as that leave nothing to leap over. */
  readonly gap: number;
  /** The first burst's last state B. */
  readonly first: Vec;
  /** The first burst's end. */
  readonly end: number;
  /** The slopes k_1 ... k_s. */
  readonly k: readonly Vec[];
  /** Runs the first burst, from the bursts' `state` at `t`. */
  begin(t: number): void;
  /** Runs the bursts of the other stages and writes the state at t + dt into `out`. */
  leap(t: number, dt: number, out: Vec): void;
}

/** Checks a tableau, whose stage times after the first must be positive, and makes the scratch. */
export function macroStep(where: string, { size, state, run }: Bursts, outer: ButcherTableau): MacroStep {
  checkTableau(where, outer);
  const c = Array.from(outer.c);
  const stages = c.length;
  for (let s = 1; s < stages; s++) {
    if (!(c[s]! > 0)) {
      throw new RangeError(`${where}: c[${s}] of the tableau must be positive, got ${c[s]}; stages divide by it`);
    }
  }
  const k = Array.from(c, (): Vec => new Float64Array(size));
  const rows: Combination[] = outer.a.map((row, s) =>
    combination(
      row.map((entry) => entry / c[s]!),
      k,
    ),
  );
  const weights = combination(outer.b, k);
  const first = new Float64Array(size);
  let end = 0;
  return {
    gap: widestGap(c),
    first,
    k,
    get end() {
      return end;
    },
    begin(t) {
      end = run(t, k[0]!, 1, t);
      first.set(state);
    },
    leap(t, dt, out) {
      for (let s = 1; s < stages; s++) {
        const start = t + c[s]! * dt;
        addCombination(first, start - end, rows[s]!, state);
        run(start, k[s]!, s + 1, t);
      }
      addCombination(first, t + dt - end, weights, out);
    },
  };
}

/** The longest part of [0, 1] without a stage time. */
function widestGap(c: readonly number[]): number {
  const times = [...c, 1].toSorted((a, b) => a - b);
  let widest = 0;
  for (let s = 1; s < times.length; s++) widest = Math.max(widest, times[s]! - times[s - 1]!);
  return widest;
}

import { callable, float64, integer } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Vec } from "../rhs.ts";
import { checkTolerances, type Tolerances } from "../run-options.ts";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type SliceModel, sliceStart, timeSlices } from "./time-slices.ts";

/** What all time-parallel schemes are told. */
export interface ParallelOptions extends Tolerances {
  /** Number of equal parts that an interval is cut into, at least 1; some per thread. */
  readonly slices: number;
  /**
   * Most iterations, default and at most `slices`, after which the result is the serial fine one. With fewer, an advance
   * ends unconverged where it must, and `report.converged` says so.
   */
  readonly iterations?: number;
}

/** What the last advance did. The numbers are overwritten by the next. */
export interface ParallelReport {
  /** Iterations done, each one run of the fine flow over the slices that are not yet exact. */
  readonly iterations: number;
  /** Whether the last change passed the tolerances, or all slices are exact. */
  readonly converged: boolean;
  /**
   * Change of the coarse states at the slices' ends in each iteration, in the norm of the tolerances: the largest over the
   * slices of sqrt(mean(((X_new - X_old) / (atol + rtol |X_new|))^2)). It estimates the error before the iteration.
   */
  readonly changes: readonly number[];
  /** Slices that the fine flow was run over, all iterations together; a serial run takes `slices`. */
  readonly fineSlices: number;
}

/** A flow map that runs its slices of time at once. */
export interface ParallelTimeStepper extends TimeStepper {
  /** What the last advance did. */
  readonly report: ParallelReport;
  /** States at the ends of the slices after the last advance, `[slice, ...state]`. */
  readonly ends: Vec;
}

/** Fine to coarse; a `Restriction` of `@hml/lift-restrict` is one. */
export interface ToCoarse {
  /** Length of the fine state. */
  readonly fineSize: number;
  /** Length of the coarse state. */
  readonly coarseSize: number;
  /** Writes the coarse state of `fine` into `out`. */
  restrict(fine: Vec, out: Vec): void;
}

/** Coarse to fine; a `Lifting` of `@hml/lift-restrict` is one. */
export interface ToFine {
  /** Length of the fine state. */
  readonly fineSize: number;
  /** Length of the coarse state. */
  readonly coarseSize: number;
  /** Writes a fine state with the coarse state `coarse` into `out`. */
  lift(coarse: Vec, out: Vec): void;
}

/** The maps between the scales. */
export interface MicroMacroMaps {
  /** Fine to coarse. */
  readonly restriction: ToCoarse;
  /** Coarse to fine, for the first guess only. */
  readonly lifting: ToFine;
  /**
   * Writes into `out` the fine state nearest to `fine` whose restriction is `coarse`. It must keep what is fast in `fine`,
   * and give back `fine` itself when `coarse` is already its restriction. `out` is not `fine`.
   */
  match(coarse: Vec, fine: Vec, out: Vec): void;
}

/** What `microMacroParareal` is made of. */
export interface MicroMacroOptions extends ParallelOptions, MicroMacroMaps {
  /** The fine flow, or a model of slices that runs them at once (see `timeSlices`). */
  readonly fine: TimeStepper | SliceModel;
  /** The coarse flow, of the restricted state: an effective or learned model. Run in series. */
  readonly coarse: TimeStepper;
}

/** The iteration behind `parareal` and `microMacroParareal`, which checks its options in the name of `where`. */
export function timeParallel(where: string, options: MicroMacroOptions): ParallelTimeStepper {
  const { restriction, lifting, coarse } = options;
  callable(where, "restriction.restrict", restriction?.restrict);
  callable(where, "lifting.lift", lifting?.lift);
  callable(where, "match", options.match);
  const size = checkSize(where, "restriction.fineSize", restriction.fineSize);
  const coarseSize = checkSize(where, "restriction.coarseSize", restriction.coarseSize);
  integer(where, "lifting.fineSize", lifting.fineSize, size, size);
  integer(where, "lifting.coarseSize", lifting.coarseSize, coarseSize, coarseSize);
  callable(where, "coarse.advance", coarse?.advance);
  integer(where, "coarse.size", coarse.size, coarseSize, coarseSize);
  const slices = integer(where, "slices", options.slices, 1);
  integer(where, "slices * restriction.fineSize", slices * size, 1, 1_073_741_824);
  const cap = integer(where, "iterations", options.iterations ?? slices, 1, slices);
  const tolerances = checkTolerances(where, options, coarseSize);
  const fine = fineModel(where, options.fine, size, slices);

  const rows = (width: number, count: number): { all: Vec; row: Vec[] } => {
    const all = new Float64Array(count * width);
    return { all, row: Array.from({ length: count }, (_, s) => all.subarray(s * width, (s + 1) * width)) };
  };
  const starts = rows(size, slices + 1).row; // u_n
  const ends = rows(size, slices);
  const moved = rows(size, slices); // F(u_n)
  const active = moved.row.map((_, s) => moved.all.subarray(s * size));
  const macro = rows(coarseSize, slices + 1).row; // X_n
  const predicted = rows(coarseSize, slices).row; // C(X_n)
  const scratch = new Float64Array(coarseSize);
  const report: { -readonly [K in keyof ParallelReport]: ParallelReport[K] } & { changes: number[] } = {
    iterations: 0,
    converged: false,
    changes: [],
    fineSlices: 0,
  };

  function check(u: Vec, what: string, slice: number, t0: number, t1: number): void {
    const bad = nonFiniteIndex(u);
    if (bad < 0) return;
    const t = sliceStart(t0, t1, slice, slices);
    const message =
      `${where}: ${what} gave ${u[bad]} in component ${bad} on slice ${slice} of ${slices}, ` +
      `which begins at t = ${t}, in iteration ${report.iterations}`;
    throw new IntegrationError("nonfinite-state", t, slice, message);
  }

  /** C(X_s) into `out`. */
  function coarseSlice(slice: number, t0: number, t1: number, out: Vec): void {
    out.set(macro[slice]!);
    coarse.advance(out, sliceStart(t0, t1, slice, slices), sliceStart(t0, t1, slice + 1, slices));
    check(out, "the coarse flow", slice, t0, t1);
  }

  /** One pass of the correction from slice `first` on, whose start is exact; the largest change of X. */
  function correct(first: number, t0: number, t1: number): number {
    let change = 0;
    for (let s = first; s < slices; s++) {
      const next = macro[s + 1]!;
      const old = predicted[s]!;
      restriction.restrict(moved.row[s]!, scratch);
      if (s === first) {
        change = Math.max(change, distance(scratch, next, tolerances));
        next.set(scratch);
        starts[s + 1]!.set(moved.row[s]!);
        continue;
      }
      for (let i = 0; i < coarseSize; i++) scratch[i] = scratch[i]! - old[i]!;
      coarseSlice(s, t0, t1, old);
      for (let i = 0; i < coarseSize; i++) scratch[i] = scratch[i]! + old[i]!;
      check(scratch, "the correction", s, t0, t1);
      change = Math.max(change, distance(scratch, next, tolerances));
      next.set(scratch);
      options.match(next, moved.row[s]!, starts[s + 1]!);
      check(starts[s + 1]!, "match", s, t0, t1);
    }
    return change;
  }

  return {
    size,
    report,
    ends: ends.all,
    advance(u, t0, t1) {
      float64(where, "u", u, size);
      report.iterations = report.fineSlices = report.changes.length = 0;
      report.converged = false;
      starts[0]!.set(u);
      restriction.restrict(u, macro[0]!);
      for (let s = 0; s < slices; s++) {
        coarseSlice(s, t0, t1, predicted[s]!);
        macro[s + 1]!.set(predicted[s]!);
        lifting.lift(macro[s + 1]!, starts[s + 1]!);
      }
      for (let first = 0; first < cap && !report.converged; first++) {
        for (let s = first; s < slices; s++) moved.row[s]!.set(starts[s]!);
        fine(first).advance(active[first]!, t0, t1);
        for (let s = first; s < slices; s++) check(moved.row[s]!, "the fine flow", s, t0, t1);
        report.fineSlices += slices - first;
        const change = correct(first, t0, t1);
        report.iterations = first + 1;
        report.changes.push(change);
        report.converged = change <= 1 || first + 1 === slices;
      }
      for (let s = 0; s < slices; s++) ends.row[s]!.set(starts[s + 1]!);
      u.set(starts[slices]!);
    },
  };
}

/** The flow of the slices from `first` on; each is made when it is first needed. */
function fineModel(
  where: string,
  fine: TimeStepper | SliceModel,
  size: number,
  count: number,
): (first: number) => TimeStepper {
  if (typeof fine !== "function") {
    callable(where, "fine.advance", fine?.advance);
    integer(where, "fine.size", fine.size, size, size);
  }
  const flows: (TimeStepper | undefined)[] = Array.from({ length: count });
  return (first) => {
    const known = flows[first];
    if (known !== undefined) return known;
    const slices = Array.from({ length: count - first }, (_, k) => ({ index: first + k, count }));
    const flow = typeof fine === "function" ? fine(slices) : timeSlices(fine, slices);
    integer(where, `size of the fine flow of ${slices.length} slices`, flow?.size, slices.length * size);
    callable(where, "advance of the fine flow", flow.advance);
    flows[first] = flow;
    return flow;
  };
}

/** sqrt(mean(((u - v) / (atol + rtol |u|))^2)), at most 1 within the tolerances. */
function distance(u: Vec, v: Vec, { rtol, atol }: { readonly rtol: number; readonly atol: Vec }): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) {
    const e = (u[i]! - v[i]!) / (atol[i]! + rtol * Math.abs(u[i]!));
    sum += e * e;
  }
  return Math.sqrt(sum / u.length);
}

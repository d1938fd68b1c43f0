import { callable, integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";

/** Slice `index` of `count` equal parts of a time interval: plain data, so that it reaches a thread as it is. */
export interface TimeSlice {
  /** Number of the slice, from 0. */
  readonly index: number;
  /** Number of slices that the interval is cut into. */
  readonly count: number;
}

/**
 * The fine model of time-parallel schemes: given some of the slices, it returns one flow of the state `[slice, ...state]`
 * whose `advance(u, t0, t1)` moves each slice's state over the slice's own part of [t0, t1].
 */
export type SliceModel = (slices: readonly TimeSlice[]) => TimeStepper;

/** The time at which slice `index` of `count` begins; that of slice `count` is `t1` itself. */
export function sliceStart(t0: number, t1: number, index: number, count: number): number {
  return index === count ? t1 : t0 + (t1 - t0) * (index / count);
}

/**
 * One flow run over several time slices, one after another: state `[slice, ...state]`, every slice over its own part of
 * the interval. On threads, let the module that each thread imports return
 * `(slices) => timeSlices(flow, slices)` and pass `(slices) => pool.flow(slices, size)` as the fine model.
 *
 * @throws TypeError / RangeError for a flow without `advance` or size, no slices, or an index outside [0, count).
 */
export function timeSlices(flow: TimeStepper, slices: readonly TimeSlice[]): TimeStepper {
  const where = "timeSlices";
  callable(where, "flow.advance", flow?.advance);
  const size = checkSize(where, "flow.size", flow.size);
  integer(where, "slices.length", slices?.length, 1);
  const own = slices.map(({ index, count }, k) => {
    integer(where, `slices[${k}].count`, count, 1);
    return { index: integer(where, `slices[${k}].index`, index, 0, count - 1), count };
  });
  const total = integer(where, "slices.length * flow.size", own.length * size, 1);
  let owner: Vec | undefined;
  let views: Vec[] = [];
  return {
    size: total,
    advance(u, t0, t1) {
      if (u !== owner) {
        views = own.map((_, k) => u.subarray(k * size, (k + 1) * size));
        owner = u;
      }
      for (let k = 0; k < own.length; k++) {
        const { index, count } = own[k]!;
        flow.advance(views[k]!, sliceStart(t0, t1, index, count), sliceStart(t0, t1, index + 1, count));
      }
    },
  };
}

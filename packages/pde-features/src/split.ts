import { checkOptions, integer, nonNegative, show } from "@hml/guard";
import type { Dataset } from "./dataset.ts";
import type { Snapshots } from "./snapshots.ts";

/** Three disjoint parts; a part that was not asked for is empty. */
export interface Split<Part> {
  /** For fitting. */
  readonly train: Part;
  /** For stopping and choosing. */
  readonly validation: Part;
  /** For judging, once. */
  readonly test: Part;
}

/** How many trajectories go to each part: a number takes the last ones, a list names them. */
export interface TrajectorySplit {
  /** Trajectories held out for the final judgement, default 0. */
  readonly test?: number | readonly number[];
  /** Trajectories held out of training for stopping, default 0; a number takes those before the test ones. */
  readonly validation?: number | readonly number[];
}

/**
 * Splits by whole trajectories, the split that says how a law does on new initial values. The rest is for training.
 *
 * Throws a RangeError when trajectories overlap, do not exist, or none is left for training.
 */
export function splitTrajectories(data: Dataset, options: TrajectorySplit): Split<Dataset> {
  checkOptions("splitTrajectories", options, ["test", "validation"]);
  const count = data.shape[0];
  const free = Array.from({ length: count }, (_, k) => k);
  const take = (name: string, wanted: number | readonly number[]): number[] => {
    if (typeof wanted !== "number" && !Array.isArray(wanted)) {
      throw new TypeError(`splitTrajectories: ${name} must be a number or an array of indices, got ${show(wanted)}`);
    }
    const chosen =
      typeof wanted === "number"
        ? free.slice(free.length - integer("splitTrajectories", name, wanted, 0, free.length))
        : [...wanted];
    for (const [k, index] of chosen.entries()) {
      integer("splitTrajectories", `${name}[${k}]`, index, 0, count - 1);
      const at = free.indexOf(index);
      if (at < 0) throw new RangeError(`splitTrajectories: ${name} must not repeat a trajectory, got ${index} twice`);
      free.splice(at, 1);
    }
    return chosen;
  };
  const test = take("test", options.test ?? 0);
  const validation = take("validation", options.validation ?? 0);
  if (free.length === 0)
    throw new RangeError(`splitTrajectories: train must keep a trajectory, all ${count} were given away`);
  return { train: pick(data, free), validation: pick(data, validation), test: pick(data, test) };
}

/**
 * Some frames of every trajectory, `from` up to but not including `to`: for instance without the first, unhealed ones.
 * Throws a RangeError for an empty range.
 */
export function selectFrames(data: Dataset, from: number, to: number = data.shape[1]): Dataset {
  const [trajectories, frames, points] = data.shape;
  integer("selectFrames", "from", from, 0, frames - 1);
  integer("selectFrames", "to", to, from + 1, frames);
  const cut = <T extends Float64Array | Uint8Array>(values: T, out: T, size: number): T => {
    for (let k = 0; k < trajectories; k++) {
      out.set(values.subarray((k * frames + from) * size, (k * frames + to) * size), k * (to - from) * size);
    }
    return out;
  };
  const left = trajectories * (to - from);
  return {
    ...data,
    u: cut(data.u, new Float64Array(left * points), points),
    dudt: cut(data.dudt, new Float64Array(left * points), points),
    mask: cut(data.mask, new Uint8Array(left), 1),
    t: data.t.slice(from, to),
    shape: [trajectories, to - from, points],
  };
}

/** Parts of stacked rows, as fractions. */
export interface RowSplit {
  /** Part of all rows, taken from the end, default 0. */
  readonly test?: number;
  /** Part of the rows that are not for testing, taken from their end, default 0. */
  readonly validation?: number;
}

/**
 * Splits stacked snapshots by row: the last `test` of all, then the last `validation` of what is left.
 *
 * `splitRows(rows, { test: 0.15, validation: 0.1 })` is the split of Arbabi et al. (JOM 2020) in the authors' code: of 10
 * x 500 rows the last 750 test, and they include the second half of a trajectory whose first half trains. Prefer
 * `splitTrajectories` for judging. The parts are views of the same memory.
 *
 * Throws a RangeError for fractions outside [0, 1) and when no row is left for training.
 */
export function splitRows(snapshots: Snapshots, options: RowSplit): Split<Snapshots> {
  checkOptions("splitRows", options, ["test", "validation"]);
  const fraction = (name: string, value: number | undefined): number => {
    if (nonNegative("splitRows", name, value ?? 0) >= 1) {
      throw new RangeError(`splitRows: ${name} must be a fraction below 1, got ${value}`);
    }
    return value ?? 0;
  };
  const testFraction = fraction("test", options.test);
  const validationFraction = fraction("validation", options.validation);
  const rest = snapshots.rows - Math.round(testFraction * snapshots.rows);
  const train = rest - Math.round(validationFraction * rest);
  if (train < 1) throw new RangeError(`splitRows: train must keep a row, got none of ${snapshots.rows}`);
  const rows = (from: number, to: number): Snapshots => ({
    ...snapshots,
    rows: to - from,
    u: snapshots.u.subarray(from * snapshots.points, to * snapshots.points),
    dudt: snapshots.dudt.subarray(from * snapshots.points, to * snapshots.points),
  });
  return { train: rows(0, train), validation: rows(train, rest), test: rows(rest, snapshots.rows) };
}

/** The given trajectories, in that order, copied. */
function pick(data: Dataset, trajectories: readonly number[]): Dataset {
  const [, frames, points] = data.shape;
  const gather = <T extends Float64Array | Uint8Array>(values: T, out: T, size: number): T => {
    for (const [position, k] of trajectories.entries()) {
      out.set(values.subarray(k * size, (k + 1) * size), position * size);
    }
    return out;
  };
  const size = frames * points;
  return {
    ...data,
    u: gather(data.u, new Float64Array(trajectories.length * size), size),
    dudt: gather(data.dudt, new Float64Array(trajectories.length * size), size),
    mask: gather(data.mask, new Uint8Array(trajectories.length * frames), frames),
    shape: [trajectories.length, frames, points],
  };
}

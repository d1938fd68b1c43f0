import { checkOptions, integer, oneOf, show } from "@hml/guard";
import { derivative } from "./derivative.ts";
import { increasing } from "./grid.ts";
import { float64Copy, type Numbers } from "./numeric.ts";
import { noScaling, type Scaling } from "./scaling.ts";
import type { Vec } from "./rhs.ts";

/** Movies of a field on a line, or on a grid x, y, at common times, with their time derivatives. */
export interface Dataset {
  /** The field, `[trajectory, frame, point]`, in the units of `scaling`. */
  readonly u: Vec;
  /** Its time derivative, same shape, in the units of `scaling`. */
  readonly dudt: Vec;
  /** Extents of `u` and `dudt`. */
  readonly shape: readonly [trajectories: number, frames: number, points: number];
  /** Times of the frames. */
  readonly t: Vec;
  /** Grid points, or on a grid x, y those along x. */
  readonly x: Vec;
  /** Grid points along y, when there is a second axis; `points` is then x.length * y.length, x contiguous. */
  readonly y?: Vec;
  /** `[trajectory, frame]`: 1 where the frame is complete, 0 where it holds a missing value; all 1 unless masked. */
  readonly mask: Uint8Array;
  /** How `u` and `dudt` were scaled. */
  readonly scaling: Scaling;
}

/** What a `Dataset` is made of. */
export interface DatasetSource {
  /**
   * The field, `[trajectory, frame, point]` or `[frame, point]`, with `y` `[trajectory, frame, y, x]` or
   * `[frame, y, x]`; an array read from an npz file brings its shape.
   */
  readonly u: Numbers;
  /** Extents of `u`, when it does not bring its own. */
  readonly shape?: readonly number[];
  /** Times of the frames, increasing. */
  readonly t: Numbers;
  /** Grid points, increasing. */
  readonly x: Numbers;
  /** Grid points along y, increasing, for a field on a grid x, y. */
  readonly y?: Numbers;
  /** The time derivative, shaped as `u`; taken by differences when absent. */
  readonly dudt?: Numbers;
  /**
   * Differences in time for an absent `dudt`, default 2. "forward": (u_(n+1) - u_n) / (t_(n+1) - t_n), and the last frame
   * is left out. 2, 4, 6: of that order, central inside and one-sided at the first and last frames.
   */
  readonly differences?: "forward" | 2 | 4 | 6;
  /** "refuse" (default): a value that is not finite is an error. "mask": its whole frame is masked. */
  readonly missing?: "refuse" | "mask";
}

/**
 * Checks and copies movies into a data set.
 *
 * Throws a RangeError for an empty set, shapes that do not fit, times or points that do not increase (with the index) and
 * values that are not finite (with trajectory, frame and point) unless `missing` is "mask"; a TypeError for unknown
 * options.
 */
export function dataset(source: DatasetSource): Dataset {
  checkOptions("dataset", source, ["u", "shape", "t", "x", "y", "dudt", "differences", "missing"], "source");
  const missing = oneOf("dataset", "missing", source.missing ?? "refuse", ["refuse", "mask"]);
  const differences = oneOf("dataset", "differences", source.differences ?? 2, ["forward", 2, 4, 6]);
  const values = float64Copy("dataset", "u", source.u);
  const extents = extentsOf(source, values.length);
  const shape: [number, number, number] = [extents[0]!, extents[1]!, extents[2]! * (extents[3] ?? 1)];
  const [trajectories, frames, points] = shape;
  const t = increasing("dataset", "t", float64Copy("dataset", "t", source.t), 1);
  const x = increasing("dataset", "x", float64Copy("dataset", "x", source.x), 1);
  const y = source.y === undefined ? undefined : increasing("dataset", "y", float64Copy("dataset", "y", source.y), 1);
  if (t.length !== frames) throw new RangeError(`dataset: t must hold ${frames} times, one a frame, got ${t.length}`);
  if (y === undefined && x.length !== points) {
    throw new RangeError(`dataset: x must hold ${points} nodes, one a point, got ${x.length}`);
  }
  if (y !== undefined) checkPlane(x, y, extents);
  if (missing === "refuse") refuseMissing("u", values, shape);

  const given = source.dudt === undefined ? undefined : float64Copy("dataset", "dudt", source.dudt);
  if (given !== undefined && given.length !== values.length) {
    throw new RangeError(`dataset: dudt must be shaped as u, ${shape.join(" x ")}, got ${given.length} values`);
  }
  if (given !== undefined && missing === "refuse") refuseMissing("dudt", given, shape);

  let made: { u: Vec; dudt: Vec; t: Vec; frames: number };
  if (given !== undefined) made = { u: values, dudt: given, t, frames };
  else if (differences === "forward") made = forwardDifferences(values, shape, t);
  else made = { u: values, dudt: centralDifferences(values, shape, t, differences), t, frames };

  const mask = new Uint8Array(trajectories * made.frames).fill(1);
  for (let i = 0; i < made.u.length; i++) {
    if (!Number.isFinite(made.u[i]) || !Number.isFinite(made.dudt[i])) mask[Math.floor(i / points)] = 0;
  }
  if (!mask.includes(1)) throw new RangeError("dataset: u must hold at least one complete frame, got none");
  const { u, dudt } = made;
  const set = { u, dudt, shape: [trajectories, made.frames, points] as const, t: made.t, x, mask, scaling: noScaling };
  return y === undefined ? set : { ...set, y };
}

/** Extents [..., y, x] that do not fit the nodes along x and y are a RangeError. */
function checkPlane(x: Vec, y: Vec, extents: readonly number[]): void {
  if (extents[2] === y.length && extents[3] === x.length) return;
  throw new RangeError(
    `dataset: u must end in the extents [y, x] = [${y.length}, ${x.length}], got [${extents.slice(2).join(", ")}]`,
  );
}

/**
 * The checked extents, [trajectories, frames, points] or [trajectories, frames, y, x]; without the first they count as
 * one trajectory. Their product is compared by division, never formed.
 */
function extentsOf(source: DatasetSource, length: number): readonly number[] {
  const own = "shape" in source.u ? source.u.shape : undefined;
  const given = source.shape ?? own;
  const axes = source.y === undefined ? 1 : 2;
  if (!Array.isArray(given) || (given.length !== axes + 1 && given.length !== axes + 2)) {
    const grid = axes === 1 ? "points" : "y, x";
    throw new RangeError(
      `dataset: shape must be [trajectories, frames, ${grid}] or [frames, ${grid}], got ${show(given)}`,
    );
  }
  const extents: number[] = given.length === axes + 1 ? [1, ...given] : [...given];
  let left = length;
  for (const [k, extent] of extents.entries()) {
    integer("dataset", `shape[${k}]`, extent, 0);
    if (extent === 0) throw new RangeError(`dataset: u must not be empty, got shape ${given.join(" x ")}`);
    left /= extent;
  }
  if (left !== 1) throw new RangeError(`dataset: u must hold ${given.join(" x ")} values, got ${length}`);
  return extents;
}

function refuseMissing(name: string, values: Vec, shape: readonly [number, number, number]): void {
  const [, frames, points] = shape;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const place = [Math.floor(i / points / frames), Math.floor(i / points) % frames, i % points].join(", ");
    throw new RangeError(
      `dataset: ${name}[${place}] must be finite, got ${values[i]}; missing: "mask" leaves such frames out`,
    );
  }
}

function forwardDifferences(
  u: Vec,
  shape: readonly [number, number, number],
  t: Vec,
): { u: Vec; dudt: Vec; t: Vec; frames: number } {
  const [trajectories, frames, points] = shape;
  const left = frames - 1;
  if (left < 1) throw new RangeError(`dataset: u must hold at least 2 frames for forward differences, got ${frames}`);
  const kept = new Float64Array(trajectories * left * points);
  const dudt = new Float64Array(kept.length);
  for (let k = 0; k < trajectories; k++) {
    for (let n = 0; n < left; n++) {
      const from = (k * frames + n) * points;
      const to = (k * left + n) * points;
      for (let i = 0; i < points; i++) {
        kept[to + i] = u[from + i]!;
        dudt[to + i] = (u[from + points + i]! - u[from + i]!) / (t[n + 1]! - t[n]!);
      }
    }
  }
  return { u: kept, dudt, t: t.slice(0, left), frames: left };
}

function centralDifferences(u: Vec, shape: readonly [number, number, number], t: Vec, order: 2 | 4 | 6): Vec {
  const [trajectories, frames, points] = shape;
  if (frames < order + 1) {
    throw new RangeError(
      `dataset: u must hold at least ${order + 1} frames for differences of order ${order}, got ${frames}; give dudt`,
    );
  }
  const inTime = derivative(t, 1, { order });
  const series = new Float64Array(frames);
  const rate = new Float64Array(frames);
  const dudt = new Float64Array(u.length);
  for (let k = 0; k < trajectories; k++) {
    for (let i = 0; i < points; i++) {
      const start = k * frames * points + i;
      for (let n = 0; n < frames; n++) series[n] = u[start + n * points]!;
      inTime.apply(series, rate);
      for (let n = 0; n < frames; n++) dudt[start + n * points] = rate[n]!;
    }
  }
  return dudt;
}

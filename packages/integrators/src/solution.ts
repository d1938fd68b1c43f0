import { finite, float64 } from "@hml/guard";
import { IntegrationError, type Status } from "./failure.ts";
import type { Stats } from "./method.ts";
import type { Restart } from "./restart.ts";
import type { Vec } from "./rhs.ts";
import { MAX_VALUES } from "./state-size.ts";

/** What a run produced; the object is frozen, its arrays are the caller's to keep. */
export interface Solution {
  /** Times of the frames. */
  readonly t: Vec;
  /** States of the frames, `[frame, ...state]`. */
  readonly u: Vec;
  /** Number of frames and length of a state: the shape of `u`. */
  readonly shape: readonly [frames: number, size: number];
  /** How the run ended. */
  readonly status: Status;
  /** Work done. */
  readonly stats: Stats;
  /** What was found of each event of `events`, in their order; empty without that option. */
  readonly events: readonly EventRecord[];
  /** What `resume` needs to go on from where the run ended; absent when it took no step and may simply be begun anew. */
  readonly restart?: Restart;
  /** The failure, when there is one. */
  readonly error?: IntegrationError;
  /**
   * Writes the state at `t` into `out`: any time reached with `dense: true`, at the method's dense-output order, else
   * the times of the frames.
   *
   * @throws RangeError for any other time
   */
  at(t: number, out: Vec): void;
}

/** All occurrences of one event, in the order of the run. */
export interface EventRecord {
  /** Times. */
  readonly t: Vec;
  /** States at these times, `[occurrence, ...state]`. */
  readonly u: Vec;
  /** Number of occurrences and length of a state: the shape of `u`. */
  readonly shape: readonly [occurrences: number, size: number];
}

/** One step's interpolant. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly at: (t: number, out: Vec) => void;
}

/** Collects frames in arrays that double, up to a limit. */
export interface Frames {
  push(t: number, u: Vec): void;
  finish(): { readonly t: Vec; readonly u: Vec };
}

/** What too many frames are called, and what to do about them. */
interface Excess {
  readonly what: (count: number) => string;
  readonly advice: string;
}

const STEPS: Excess = { what: (count) => `the frames of ${count} steps`, advice: "pass saveAt" };

/** Frames of `size` values, with room for `expected` at first. */
export function frames(size: number, expected: number, { what, advice }: Excess = STEPS): Frames {
  let capacity = expected;
  let t = new Float64Array(capacity);
  let u = new Float64Array(capacity * size);
  let count = 0;
  return {
    push(time, state) {
      if (count === capacity) {
        if ((count + 1) * size > MAX_VALUES) {
          throw new IntegrationError(
            "max-steps",
            time,
            count,
            `solve: ${what(count)} exceed ${MAX_VALUES} values; ${advice}`,
          );
        }
        capacity = Math.max(1, Math.min(2 * capacity, Math.floor(MAX_VALUES / size)));
        t = grown(t, capacity);
        u = grown(u, capacity * size);
      }
      t[count] = time;
      u.set(state, count * size);
      count++;
    },
    finish() {
      return count === capacity ? { t, u } : { t: t.slice(0, count), u: u.slice(0, count * size) };
    },
  };
}

function grown(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}

/**
 * `Solution.at`: a frame when `time` is one, else the interpolant of the step that holds it. Times run in `direction`.
 */
export function lookup(
  t: Vec,
  u: Vec,
  size: number,
  direction: 1 | -1,
  segments: readonly Segment[] | undefined,
): Solution["at"] {
  return (time, out) => {
    finite("at", "t", time);
    float64("at", "out", out, size);
    const frame = firstReaching(t.length, (k) => direction * (t[k]! - time));
    if (frame < t.length && t[frame] === time) {
      out.set(u.subarray(frame * size, (frame + 1) * size));
      return;
    }
    if (segments === undefined) throw new RangeError(`at: t = ${time} is not the time of a frame; pass dense: true`);
    const segment = segments[firstReaching(segments.length, (k) => direction * (segments[k]!.to - time))];
    if (segment === undefined || direction * (time - segments[0]!.from) < 0) {
      throw new RangeError(`at: t = ${time} lies outside the times reached`);
    }
    segment.at(time, out);
  };
}

/** The first of `count` indices whose ascending `lead` is not negative, or `count`. */
function firstReaching(count: number, lead: (k: number) => number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lead(middle) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type { JacobianShape, Rhs } from "@hml/integrators";

/** One stiff problem, the frames in which it is judged, and what is known about them. */
export interface StiffTask {
  readonly task: string;
  readonly size: number;
  /** Shape of the difference Jacobian; the peers are told the same. */
  readonly jacobian: JacobianShape;
  readonly u0: ArrayLike<number>;
  /** Times of the frames, from t = 0; the last is the end. */
  readonly times: readonly number[];
  /** atol is this times rtol, for everybody. */
  readonly atolPerRtol: number;
  readonly rhs: Rhs;
  /** The frames as they should be, one after another. */
  readonly reference: () => ArrayLike<number>;
  /** Largest relative error of any component of any frame, or relative L2 error of the last frame. */
  readonly error: "component" | "l2";
}

/** The error of frames, as the task counts it. */
export function errorOf({ error }: StiffTask, frames: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (frames.length !== reference.length) return Number.NaN;
  if (error === "component") {
    return Math.max(...Array.from(reference, (value, i) => Math.abs(frames[i]! / value - 1)));
  }
  let difference = 0;
  let size = 0;
  for (let i = 0; i < reference.length; i++) {
    difference += (frames[i]! - reference[i]!) ** 2;
    size += reference[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}

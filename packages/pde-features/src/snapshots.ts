import type { Dataset } from "./dataset.ts";
import type { Vec } from "./rhs.ts";

/** Fields and their time derivatives, stacked: what a law u_t = F(u) is learned from. */
export interface Snapshots {
  /** Fields, `[row, point]`. */
  readonly u: Vec;
  /** Time derivatives, `[row, point]`. */
  readonly dudt: Vec;
  /** Number of rows. */
  readonly rows: number;
  /** Number of grid points. */
  readonly points: number;
}

/** Stacks the complete frames of a data set, trajectory by trajectory in order of time; masked frames are left out. */
export function snapshots(data: Dataset): Snapshots {
  const points = data.shape[2];
  const rows = data.mask.reduce((count, present) => count + present, 0);
  const u = new Float64Array(rows * points);
  const dudt = new Float64Array(rows * points);
  let row = 0;
  for (const [frame, present] of data.mask.entries()) {
    if (present === 0) continue;
    u.set(data.u.subarray(frame * points, (frame + 1) * points), row * points);
    dudt.set(data.dudt.subarray(frame * points, (frame + 1) * points), row * points);
    row++;
  }
  return { u, dudt, rows, points };
}

import { readFile } from "node:fs/promises";
import type { LiftingOrder } from "@hml/patch";
import { type Dataset, dataset, readNpz } from "@hml/pde-features";
import type { Pool } from "../lib/workers.ts";
import { exactSolution } from "./exact.ts";
import type { InitialCondition } from "./initial-conditions.ts";
import { PAPER } from "./study.ts";
import type { Trajectory, TrajectoryJob } from "./trajectory-job.ts";

/** A data set and, where it is known, the fine solution at the same nodes and times. */
export interface StudyData {
  readonly data: Dataset;
  /** Fine solution `[trajectory, frame, node]`. */
  readonly fine: Float64Array | undefined;
  /** Its time derivative; NaN at t = 0, where the series does not converge. */
  readonly fineRate: Float64Array | undefined;
}

/** Patch dynamics from every initial condition; trajectories are independent, so they share the threads. */
export async function generate(
  pool: Pool<TrajectoryJob, Trajectory>,
  initials: readonly InitialCondition[],
  order: LiftingOrder,
  spacing: number,
  frames: number,
  onDone: (done: number) => void,
): Promise<Dataset> {
  const jobs = initials.map((initial): TrajectoryJob => ({ initial, order, spacing, frames }));
  const made = await pool.map(jobs, onDone);
  const size = PAPER.teeth + 1;
  const u = new Float64Array(made.length * frames * size);
  const dudt = new Float64Array(u.length);
  for (const [k, trajectory] of made.entries()) {
    u.set(trajectory.u, k * frames * size);
    dudt.set(trajectory.rate, k * frames * size);
  }
  return dataset({
    u,
    dudt,
    shape: [made.length, frames, size],
    t: Float64Array.from({ length: frames }, (_, n) => n * PAPER.macroStep),
    x: Float64Array.from({ length: size }, (_, i) => i / PAPER.teeth),
  });
}

/** The exact homogenised solutions of the same initial conditions. */
export function fineSolutions(
  initials: readonly InitialCondition[],
  aStar: number,
  t: Float64Array,
  x: Float64Array,
): { fine: Float64Array; fineRate: Float64Array } {
  const fine = new Float64Array(initials.length * t.length * x.length);
  const fineRate = new Float64Array(fine.length);
  let at = 0;
  for (const initial of initials) {
    const exact = exactSolution(initial, aStar);
    for (const tn of t) {
      for (const xi of x) {
        fine[at] = exact.value(xi, tn);
        fineRate[at] = tn === 0 ? Number.NaN : exact.rate(xi, tn);
        at++;
      }
    }
  }
  return { fine, fineRate };
}

/**
 * A user's own data: arrays U `[trajectory, frame, node]`, T and x, with Ut for the time derivatives if they are known
 * (forward differences otherwise) and U_exact or U_ref for a fine solution at the same nodes.
 */
export async function readData(file: string): Promise<StudyData> {
  const arrays = readNpz(new Uint8Array(await readFile(file)));
  const need = (name: string) => {
    const array = arrays.get(name);
    if (array === undefined)
      throw new RangeError(`${file}: must hold an array ${name}, got ${[...arrays.keys()].join(", ")}`);
    return array;
  };
  const dudt = arrays.get("Ut");
  const u = need("U");
  const data = dataset({
    u,
    t: need("T"),
    x: need("x"),
    ...(dudt === undefined ? { differences: "forward" } : { dudt }),
  });
  const fine = arrays.get("U_exact") ?? arrays.get("U_ref");
  // Only a fine solution on the very same frames and nodes can be compared.
  const fits = fine !== undefined && fine.data.length === data.u.length;
  return { data, fine: fits ? Float64Array.from(fine.data as ArrayLike<number>) : undefined, fineRate: undefined };
}

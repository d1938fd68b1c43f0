import { bdf, type JacobianShape, type Method, radau, type Solution, solve } from "@hml/integrators";
import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import type { StiffTask } from "./task.ts";

/** What one run cost, and its frames. */
export interface Counted {
  /** Calls of the right-hand side, those for difference Jacobians among them. */
  readonly calls: number;
  readonly factorisations: number;
  readonly frames: ArrayLike<number>;
}

/** Our methods by name. */
export const methods: Readonly<Record<"bdf" | "radau", (jacobian: JacobianShape) => Method>> = {
  bdf: (jacobian) => bdf({ jacobian }),
  radau: (jacobian) => radau({ jacobian }),
};

function run(task: StiffTask, method: keyof typeof methods, rtol: number): Solution {
  const { rhs, size, jacobian, u0, times, atolPerRtol } = task;
  return solve({ rhs, size }, u0, [0, times.at(-1)!], {
    method: methods[method](jacobian),
    rtol,
    atol: atolPerRtol * rtol,
    saveAt: times,
  });
}

/** One run, counted. */
export function count(task: StiffTask, method: keyof typeof methods, rtol: number): Counted {
  const { u, stats } = run(task, method, rtol);
  return { calls: stats.rhs + stats.rhsForJacobian, factorisations: stats.factorisations, frames: u };
}

/** The median time of `repeats` whole calls of `solve`, and the frames. */
export function timed(task: StiffTask, method: keyof typeof methods, rtol: number, repeats: number): Measured {
  const times: number[] = [];
  let frames: ArrayLike<number> = [];
  for (let r = 0; r < repeats; r++) {
    const start = performance.now();
    frames = run(task, method, rtol).u;
    times.push(performance.now() - start);
  }
  return { ms: median(times), values: Array.from(frames) };
}

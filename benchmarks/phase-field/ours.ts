import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import { flowOf, initialField, type Run, SAMPLE, STEPS, type Transforms } from "./problem.ts";

/** Runs a task some times and times it. */
export type Timed = (repeats: number) => Measured;

/** The median time per step of `repeats` runs from field to field, and the field at the end; the flow is made beforehand. */
export function imex1Steps(run: Run, transforms: Transforms): Timed {
  const flow = flowOf(run, transforms);
  const initial = initialField(run);
  const u = new Float64Array(flow.size);
  return (repeats) => {
    const times: number[] = [];
    for (let r = 0; r < repeats; r++) {
      u.set(initial);
      const start = performance.now();
      flow.advance(u, 0, STEPS * run.dt);
      times.push((performance.now() - start) / STEPS);
    }
    return { ms: median(times), values: Array.from(u).filter((_, j) => j % SAMPLE === 0) };
  };
}

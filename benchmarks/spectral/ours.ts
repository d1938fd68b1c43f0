import { etdrk4, timeStepper } from "@hml/integrators";
import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import { initialField, kuramotoSivashinsky, type Run, STEP, STEPS, type Transforms } from "./problem.ts";

/** Runs a task some times and times it. */
export type Timed = (repeats: number) => Measured;

/** The median time per step of `repeats` runs, and the field at the end; coefficients are made before the clock starts. */
export function etdrk4Steps(run: Run, transforms: Transforms): Timed {
  const ks = kuramotoSivashinsky(run, transforms);
  const flow = timeStepper(etdrk4(ks), STEP);
  const initial = ks.coefficients(initialField(run, ks.x));
  const u = new Float64Array(ks.size);
  const field = new Float64Array(run.points);
  return (repeats) => {
    const times: number[] = [];
    for (let r = 0; r < repeats; r++) {
      u.set(initial);
      const start = performance.now();
      flow.advance(u, 0, STEPS * STEP);
      times.push((performance.now() - start) / STEPS);
    }
    ks.field(u, field);
    return { ms: median(times), values: Array.from(field) };
  };
}

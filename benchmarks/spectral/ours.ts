import { etdrk4, imex1, type PeriodicField, timeStepper, type TimeStepper } from "@hml/integrators";
import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import {
  cahnHilliard,
  initialField,
  initialMixture,
  kuramotoSivashinsky,
  MIXTURE_STEP,
  MIXTURE_STEPS,
  type Mixture,
  type Run,
  SAMPLE,
  STEP,
  STEPS,
  type Transforms,
} from "./problem.ts";

/** Runs a task some times and times it. */
export type Timed = (repeats: number) => Measured;

/** The median time per step of `repeats` runs, and the field at the end; coefficients are made before the clock starts. */
export function etdrk4Steps(run: Run, transforms: Transforms): Timed {
  const ks = kuramotoSivashinsky(run, transforms);
  return timed(
    ks,
    timeStepper(etdrk4(ks), STEP),
    ks.coefficients(initialField(run, ks.x)),
    { step: STEP, steps: STEPS },
    1,
  );
}

/** The same for implicit-explicit Euler steps of a mixture. */
export function imex1Steps(run: Mixture, transforms: Transforms): Timed {
  const ch = cahnHilliard(run, transforms);
  const initial = ch.coefficients(initialMixture(run));
  return timed(ch, timeStepper(imex1(ch), MIXTURE_STEP), initial, { step: MIXTURE_STEP, steps: MIXTURE_STEPS }, SAMPLE);
}

function timed(
  equation: PeriodicField,
  flow: TimeStepper,
  initial: Float64Array,
  { step, steps }: { readonly step: number; readonly steps: number },
  sample: number,
): Timed {
  const u = new Float64Array(equation.size);
  const field = new Float64Array(equation.axes.reduce((product, axis) => product * axis.length, 1));
  return (repeats) => {
    const times: number[] = [];
    for (let r = 0; r < repeats; r++) {
      u.set(initial);
      const start = performance.now();
      flow.advance(u, 0, steps * step);
      times.push((performance.now() - start) / steps);
    }
    equation.field(u, field);
    return { ms: median(times), values: Array.from(field).filter((_, j) => j % sample === 0) };
  };
}

import { bdf, type Rhs, solve } from "@hml/integrators";
import { relativeMse } from "@hml/metrics";
import type { LiftingOrder } from "@hml/patch";
import { derivative } from "@hml/pde-features";
import { exactSolution } from "./exact.ts";
import { type InitialCondition, initialField } from "./initial-conditions.ts";
import { PAPER, paperDynamics } from "./study.ts";

export const LIFTING_ORDERS: readonly LiftingOrder[] = [2, 4, 6, "spectral"];

/** How far a scheme on `teeth` teeth lies from the fine solution, whatever law is learned from its data. */
export interface Floor {
  readonly teeth: number;
  readonly order: LiftingOrder;
  /** Relative mean squared error of the trajectory over t = 0 .. 0.499 at the scheme's own nodes. */
  readonly error: number;
}

/** u_t = a* D2 u, with D2 the second derivative of the lifting: the law that a perfect learner would find. */
export function perfectLaw(teeth: number, order: LiftingOrder, aStar: number): Rhs {
  const x = Float64Array.from({ length: teeth + 1 }, (_, i) => i / teeth);
  const second = derivative(x, 2, { order: order === "spectral" ? "sine-spectral" : order, ends: "odd" });
  return (_t, u, out) => {
    second.apply(u, out);
    for (let i = 0; i < out.length; i++) out[i] = aStar * out[i]!;
    out[0] = out[teeth] = 0;
  };
}

/** The error of a right-hand side on `teeth` teeth, integrated accurately from one initial condition. */
export function trajectoryError(
  rhs: Rhs,
  teeth: number,
  initial: InitialCondition,
  aStar: number,
  rtol = 1e-9,
): number {
  const x = Float64Array.from({ length: teeth + 1 }, (_, i) => i / teeth);
  const t = Float64Array.from({ length: PAPER.frames }, (_, n) => n * PAPER.macroStep);
  const u0 = x.map((xi) => initialField(initial, xi));
  const { u } = solve({ rhs, size: u0.length }, u0, [0, t.at(-1)!], {
    method: bdf(),
    rtol,
    atol: rtol / 100,
    saveAt: t,
  });
  const exact = exactSolution(initial, aStar);
  const truth = Float64Array.from(u, (_, k) => exact.value(x[k % u0.length]!, t[Math.floor(k / u0.length)]!));
  return relativeMse(u, truth);
}

/** The floors of the homogenised schemes, which no learning can go below. */
export function schemeFloors(initial: InitialCondition, aStar: number, teethCounts: readonly number[]): Floor[] {
  return teethCounts.flatMap((teeth) =>
    LIFTING_ORDERS.map((order) => ({
      teeth,
      order,
      error: trajectoryError(perfectLaw(teeth, order, aStar), teeth, initial, aStar),
    })),
  );
}

/**
 * Patch dynamics itself under the same macro integrator, nothing learned: BDF calls the patch slope as any right-hand
 * side. About a hundred slopes; a tolerance of 1e-6 lies well above the slope's own rounding.
 */
export function patchFloor(order: LiftingOrder, spacing: number, initial: InitialCondition, aStar: number): Floor {
  const { rhs } = paperDynamics(order, spacing);
  return { teeth: PAPER.teeth, order, error: trajectoryError(rhs, PAPER.teeth, initial, aStar, 1e-6) };
}

import type { BurstPatch, ToothFlow } from "../src/index.ts";

/** How a tooth is held to its two slopes. */
export type Held =
  /** du/dx at the outermost faces. */
  | { readonly by: "face" }
  /** The difference quotient over `cells` cells up to the outermost one, whose value follows from it: a mean slope. */
  | { readonly by: "mean"; readonly cells: number };

/**
 * u_t = (a(x) u_x)_x + f(u) on the cells of one tooth, fluxes at faces, by forward Euler: somebody's own fine model. The
 * coefficient `a` is taken at faces.
 */
export function neumannDiffusion(
  { from, spacing: h, points: n }: BurstPatch,
  a: (x: number) => number,
  held: Held = { by: "face" },
  reaction: (u: number) => number = () => 0,
): ToothFlow {
  const face = Float64Array.from({ length: n + 1 }, (_, i) => a(from + (i - 0.5) * h));
  const most = face.reduce((m, value) => Math.max(m, value), 0);
  const flux = new Float64Array(n + 1);
  return {
    size: n,
    advance(u, t0, t1, [lower, upper]) {
      const steps = Math.ceil((t1 - t0) / ((0.4 * h * h) / most));
      const dt = (t1 - t0) / steps;
      for (let k = 0; k < steps; k++) {
        for (let i = 1; i < n; i++) flux[i] = (face[i]! * (u[i]! - u[i - 1]!)) / h;
        flux[0] = face[0]! * lower!;
        flux[n] = face[n]! * upper!;
        for (let i = 0; i < n; i++) u[i] = u[i]! + (dt * (flux[i + 1]! - flux[i]!)) / h + dt * reaction(u[i]!);
        if (held.by === "mean") {
          u[0] = u[held.cells]! - held.cells * h * lower!;
          u[n - 1] = u[n - 1 - held.cells]! + held.cells * h * upper!;
        }
      }
    },
  };
}

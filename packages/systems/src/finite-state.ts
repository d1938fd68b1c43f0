import { IntegrationError, type Vec } from "@hml/integrators";

/** Ends a run whose state is not finite at `t1`; `t0` was the last good time. */
export function checkFinite(where: string, state: Vec, t0: number, t1: number): void {
  let sum = 0;
  for (let i = 0; i < state.length; i++) sum += state[i]! - state[i]!;
  if (sum === 0) return;
  const index = state.findIndex((value) => !Number.isFinite(value));
  throw new IntegrationError("nonfinite-state", t0, 0, `${where}: component ${index} was ${state[index]} at t = ${t1}`);
}

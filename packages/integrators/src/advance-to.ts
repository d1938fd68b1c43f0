import { IntegrationError } from "./failure.ts";
import { callbackThrew } from "./first-call.ts";

/**
 * Steps a run until it stands at t1, at most `maxSteps` times: the inside of a flow. What `step` throws comes as an
 * IntegrationError, in the name of `where`; `callback` is the user's function that it may come from.
 */
export function advanceTo(
  where: string,
  callback: string,
  run: { readonly t: number },
  step: () => void,
  {
    t1,
    maxSteps,
    stats,
  }: { readonly t1: number; readonly maxSteps: number; readonly stats: { readonly steps: number } },
): void {
  for (let k = 0; k < maxSteps; k++) {
    try {
      step();
    } catch (cause) {
      throw cause instanceof IntegrationError ? cause : callbackThrew(where, callback, run.t, stats.steps, cause);
    }
    if (run.t === t1) return;
  }
  const what = `${where}: ${maxSteps} steps reached t = ${run.t} of ${t1}`;
  throw new IntegrationError("max-steps", run.t, stats.steps, what);
}

import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import type { EdgeProducts } from "@hml/patch";
import { type Run, scheme, state } from "./problem.ts";

const BATCHES = 9;

/** The median time of a call of the right-hand side over nine batches, and the slopes. */
export function rhsCalls(run: Run, products?: EdgeProducts): (calls: number) => Measured {
  const system = scheme(run, products);
  const u = state(system);
  const out = new Float64Array(system.size);
  return (calls) => {
    const batch = Math.max(1, Math.floor(calls / BATCHES));
    const times: number[] = [];
    for (let b = 0; b < BATCHES; b++) {
      const start = performance.now();
      for (let k = 0; k < batch; k++) system.rhs(0, u, out);
      times.push((performance.now() - start) / batch);
    }
    return { ms: median(times), values: Array.from(out) };
  };
}

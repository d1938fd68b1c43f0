import { parareal } from "@hml/integrators";
import { threadPool } from "@hml/integrators/threads";
import slices, { lorenz } from "./slices.ts";

// A program of its own, since the threads load TypeScript: prints two advances on threads, the same in series, and the
// serial fine run.
const pool = await threadPool({ module: new URL("./slices.ts", import.meta.url), workers: 2 });
const options = { coarse: lorenz(0.02), slices: 8, rtol: 1e-9 };
const flows = [
  parareal({ ...options, fine: (own) => pool.flow(own, 3) }),
  parareal({ ...options, fine: lorenz(1e-3) }),
];
const runs = flows.map((flow) => {
  const u = Float64Array.of(1, 1, 1);
  return [0, 1].map((t) => {
    flow.advance(u, t, t + 1);
    return { u: [...u], ends: [...flow.ends], report: { ...flow.report, changes: [...flow.report.changes] } };
  });
});
const serial = Float64Array.of(1, 1, 1);
slices([{ index: 0, count: 1 }]).advance(serial, 0, 2);
process.stdout.write(JSON.stringify({ threaded: runs[0], alone: runs[1], serial: [...serial] }));

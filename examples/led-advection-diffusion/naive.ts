import { spawnSync } from "node:child_process";
import type { Case } from "./cases.ts";

/**
 * The particles as a textbook writes them: one after the other, normal numbers by Box and Muller, walls by
 * conditions. One coarse step; `x` is `[particle, axis]`.
 */
export function naiveStep({ equation, dt, sampling }: Case, x: Float64Array, t: number): void {
  const { amplitude, frequency, diffusivity } = equation;
  const axes = amplitude.length;
  for (let n = 0; n < Math.round(sampling / dt); n++) {
    for (let i = 0; i < x.length; i++) {
      const k = i % axes;
      const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
      let y =
        x[i]! + amplitude[k]! * Math.cos(frequency[k]! * (t + n * dt)) * dt + Math.sqrt(diffusivity * dt) * normal;
      while (y > 0.5 || y < -0.5) y = y > 0.5 ? 1 - y : -1 - y;
      x[i] = y;
    }
  }
}

/** The same in NumPy, an array of all particles at once as the paper's programs do it; prints the median seconds of a coarse step. */
const NUMPY = `
import sys, time, json, statistics, numpy as np
case = json.loads(sys.argv[1])
A, w = np.array(case["amplitude"]), np.array(case["frequency"])
D, dt, steps, count = case["diffusivity"], case["dt"], case["steps"], case["particles"]
x, t, seconds = np.zeros((count, len(A))), 0.0, []
for run in range(case["runs"]):
    began = time.perf_counter()
    for n in range(steps):
        x = x + A * np.cos(w * t) * dt + np.sqrt(D * dt) * np.random.randn(*x.shape)
        x = np.where(x > 0.5, 1 - x, x)
        x = np.where(x < -0.5, -1 - x, x)
        t += dt
    seconds.append(time.perf_counter() - began)
print(json.dumps({"seconds": statistics.median(seconds), "version": np.__version__}))
`;

/** Seconds of a coarse step in NumPy on one thread, where a python3 with NumPy is installed. */
export function numpySeconds(
  system: Case,
  runs: number,
): { readonly seconds: number; readonly version: string } | undefined {
  const { equation, dt, sampling, particles } = system;
  const task = { ...equation, dt, particles, steps: Math.round(sampling / dt), runs };
  for (const command of ["python3", "/usr/bin/python3"]) {
    const { status, stdout } = spawnSync(command, ["-c", NUMPY, JSON.stringify(task)], {
      encoding: "utf8",
      env: { ...process.env, OMP_NUM_THREADS: "1" },
    });
    if (status === 0) return JSON.parse(stdout) as { seconds: number; version: string };
  }
  return undefined;
}

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

interface Advance {
  readonly u: readonly number[];
  readonly ends: readonly number[];
  readonly report: { readonly iterations: number; readonly converged: boolean };
}

it("parareal gives the same bits on threads as in series, and comes to the serial fine run: Lorenz 1963", async () => {
  const program = fileURLToPath(new URL("./parareal-program.ts", import.meta.url));
  const argv = ["--conditions", "hml-source", "--import", "tsx", program];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 50_000 });
  const { threaded, alone, serial }: Record<"threaded" | "alone", Advance[]> & { serial: number[] } =
    JSON.parse(stdout);
  expect(threaded).toEqual(alone);
  for (const { report } of threaded) {
    expect(report.converged).toBe(true);
    expect(report.iterations).toBeLessThan(8);
  }
  // Each advance stops within 1e-9 at every slice end; the flow then stretches errors by about e^0.9 a unit of time.
  threaded.at(-1)!.u.forEach((value, i) => expect(Math.abs(value / serial[i]! - 1)).toBeLessThan(1e-7));
});

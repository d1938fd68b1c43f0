import { callable, float64, integer } from "@hml/guard";
import type { Rhs } from "@hml/integrators";
import type { LawSnapshots } from "./law-snapshots.ts";

/**
 * How much of a law an equation explains: 1 - sum (du/dt - rhs)^2 / sum (du/dt - mean)^2 over all rows and points, R^2. 1 is
 * all of it; 0 is no better than the mean of du/dt, and below 0 is worse.
 *
 * @throws RangeError or TypeError for malformed snapshots, or a du/dt that is the same everywhere, of which nothing can be
 * explained
 */
export function explainedFraction(rhs: Rhs, snapshots: LawSnapshots): number {
  const where = "explainedFraction";
  callable(where, "rhs", rhs);
  const rows = integer(where, "snapshots.rows", snapshots.rows, 1);
  const points = integer(where, "snapshots.points", snapshots.points, 1);
  const u = float64(where, "snapshots.u", snapshots.u, rows * points);
  const dudt = float64(where, "snapshots.dudt", snapshots.dudt, rows * points);
  const out = new Float64Array(points);
  const mean = dudt.reduce((sum, value) => sum + value, 0) / dudt.length;
  let unexplained = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    rhs(0, u.subarray(row * points, (row + 1) * points), out);
    for (let i = 0; i < points; i++) {
      const wanted = dudt[row * points + i]!;
      unexplained += (wanted - out[i]!) * (wanted - out[i]!);
      total += (wanted - mean) * (wanted - mean);
    }
  }
  if (!(total > 0)) throw new RangeError(`${where}: snapshots.dudt must vary, got ${mean} everywhere`);
  return 1 - unexplained / total;
}

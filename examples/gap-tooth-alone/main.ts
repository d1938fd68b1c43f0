import type { GapTooth } from "@hml/patch";
import { figure, saveFigure } from "../lib/figure.ts";
import { studyMetrics } from "../lib/metrics.ts";
import { studyOptions } from "../lib/options.ts";
import { progress } from "../lib/progress.ts";
import { writeReport } from "../lib/report.ts";
import { formatTable, type Table } from "../lib/table.ts";
import { coarse, LENGTH, PATCHES, RATIO, run, scheme } from "./gap-tooth.ts";

const options = studyOptions("gap-tooth-alone");
const metrics = studyMetrics("gap-tooth-alone", options);
const times = options.quick ? [0, 1, 2] : [0, 1, 2, 3, 4];

const bar = progress("micro model", 2);
const patches = scheme(PATCHES, RATIO);
const [some, someSeconds] = timed(() => run(patches, times));
bar.update(1, "in patches");
// One whole period in the middle of each patch lies on the full lattice at the same points.
const every = Math.round(1 / RATIO);
const whole = scheme(PATCHES * every, 1);
const [all, allSeconds] = timed(() => run(whole, times));
bar.finish();

const inPatches = coarse(patches, some);
const everywhere = coarse(whole, all);
const rows = times.map((t, n) => {
  let worst = 0;
  let largest = 0;
  for (let J = 0; J < PATCHES; J++) {
    for (let I = 0; I < PATCHES; I++) {
      const truth = everywhere[((n * PATCHES + J) * every + 1) * PATCHES * every + I * every + 1]!;
      worst = Math.max(worst, Math.abs(inPatches[(n * PATCHES + J) * PATCHES + I]! - truth));
      largest = Math.max(largest, truth);
    }
  }
  return [t, largest, worst];
});
const table: Table = {
  title: "Patch averages against the same model run everywhere",
  columns: [{ name: "t" }, { name: "largest u" }, { name: "largest error", digits: 2 }],
  rows,
};
console.log(formatTable(table));
metrics.set("largest_error", Math.max(...rows.map((row) => row[2]!)));
metrics.set("space_fraction", patches.size / whole.size);
metrics.set("patches_seconds", someSeconds);
metrics.set("full_seconds", allSeconds);

const frame = 2;
const color = { label: "u", domain: [0, 0.65] } as const;
const x = { label: "x", domain: [0, LENGTH] } as const;
const y = { label: "y", domain: [0, LENGTH] } as const;
const drawing = figure({
  title: `Two colonies in a medium that changes from point to point, t = ${times[frame]}`,
  caption:
    `Left: the model in patches, ${patches.size} points; between them (grey) nothing is computed. Right: the same model ` +
    `everywhere, ${whole.size} points. The patches know each other only through their edges.`,
  panels: [
    { kind: "heat", title: "in patches", x, y, color, values: picture(patches, some.u, frame), columns: side(whole) },
    { kind: "heat", title: "everywhere", x, y, color, values: picture(whole, all.u, frame), columns: side(whole) },
  ],
});
await saveFigure(drawing, options.out, "colonies", { png: true });
const page = await writeReport(
  {
    title: "The gap-tooth scheme alone",
    lead:
      `A user's own nonlinear model, one function on one patch, with @hml/patch alone: one ${Math.round(whole.size / patches.size)}th ` +
      `of space, ${someSeconds.toFixed(1)} s instead of ${allSeconds.toFixed(1)} s.`,
    sections: [{ heading: "Result", tables: [table], figures: [drawing] }],
  },
  options.out,
);
console.log(`\n${await metrics.write()}\n${page}`);

function timed<T>(work: () => T): [T, seconds: number] {
  const started = performance.now();
  return [work(), (performance.now() - started) / 1000];
}

/** Micro points along a side of the square. */
function side({ grid }: GapTooth<2>): number {
  return grid.patches[0] * grid.interior[0];
}

/** The micro values of one frame on the lattice of the whole square, NaN where no patch is. */
function picture({ grid, size }: GapTooth<2>, u: Float64Array, n: number): Float64Array {
  const [columns, patchesX, inside] = [side(whole), grid.patches[0], grid.interior[0]];
  const apart = columns / patchesX;
  const first = (apart - inside) / 2;
  const out = new Float64Array(columns * columns).fill(Number.NaN);
  for (let k = 0; k < size; k++) {
    const [i, j] = [k % inside, Math.floor(k / inside) % inside];
    const patch = Math.floor(k / (inside * inside));
    const [I, J] = [patch % patchesX, Math.floor(patch / patchesX)];
    out[(J * apart + first + j) * columns + I * apart + first + i] = u[n * size + k]!;
  }
  return out;
}

import { random, type TimeStepper } from "@hml/integrators";
import { exactFlow, patchModes, spectral } from "@hml/patch";
import { type Dataset, dataset, selectFrames } from "@hml/pde-features";
import { CENTRES, HEAL, lattice, PAPER, scheme, SIZE } from "./study.ts";
import { fieldAt, initialWaves, type Wave } from "./waves.ts";

/** Gap-tooth trajectories with their initial waves. */
export interface StudyData {
  /** Healed snapshots. */
  readonly healed: Dataset;
  /** The same with the lifted, unhealed state at t = 0 in place of the first snapshot, as the paper has it. */
  readonly unhealed: Dataset;
  readonly waves: readonly (readonly Wave[])[];
}

/** The scheme's own flow, exact in time: it is linear. */
export function schemeFlow(): TimeStepper {
  return exactFlow(patchModes(scheme.grid, lattice.rhs, spectral()));
}

/**
 * Runs the gap-tooth scheme from random fields, exactly in time (the scheme is linear), and records patch averages of the
 * field and of its slope. The slopes come from the scheme's own right-hand side at the snapshot.
 */
export function generate(seed: number, trajectories: number, onProgress: (done: number) => void): StudyData {
  const { rhs, restriction, size, sample } = scheme;
  const flow = schemeFlow();
  const source = random(seed);
  const waves = Array.from({ length: trajectories }, (_, k) => initialWaves(source.fork(k)));
  const times = Float64Array.from({ length: PAPER.frames + 1 }, (_, n) =>
    n < 2 ? n * HEAL : (n - 1) * PAPER.frameStep,
  );
  const u = new Float64Array(trajectories * times.length * SIZE);
  const dudt = new Float64Array(u.length);
  const slope = new Float64Array(size);
  for (const [k, initial] of waves.entries()) {
    const state = sample((x, y) => fieldAt(initial, x, y));
    for (let n = 0; n < times.length; n++) {
      if (n > 0) flow.advance(state, times[n - 1]!, times[n]!);
      rhs(times[n]!, state, slope);
      const at = (k * times.length + n) * SIZE;
      restriction.restrict(state, u.subarray(at, at + SIZE));
      restriction.restrict(slope, dudt.subarray(at, at + SIZE));
    }
    onProgress(k + 1);
  }
  const axis = { x: CENTRES, y: CENTRES };
  const shape = [trajectories, times.length, CENTRES.length, CENTRES.length];
  const all = dataset({ u, dudt, shape, t: times, ...axis });
  return { healed: selectFrames(all, 1), unhealed: withStart(all), waves };
}

/** The first frame, and all but the second. */
function withStart(all: Dataset): Dataset {
  const healed = selectFrames(all, 1);
  const start = selectFrames(all, 0, 1);
  const [trajectories, frames, points] = healed.shape;
  const [u, dudt, t] = [healed.u.slice(), healed.dudt.slice(), healed.t.slice()];
  t[0] = 0;
  for (let k = 0; k < trajectories; k++) {
    u.set(start.u.subarray(k * points, (k + 1) * points), k * frames * points);
    dudt.set(start.dudt.subarray(k * points, (k + 1) * points), k * frames * points);
  }
  return { ...healed, u, dudt, t };
}

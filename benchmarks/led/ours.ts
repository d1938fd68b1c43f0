import { random } from "@hml/integrators";
import { gru, initialWeights, latentModel, loadNet, saveNet, type Weights } from "@hml/nets";
import { advectionDiffusionStudy, fitzHughNagumo, kuramotoSivashinsky, particles } from "@hml/systems";
import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import { CODE, initialDensities, LATTICE_STEPS, PARTICLES, ROLLOUT, scattered } from "./problem.ts";

/** Runs a task some times; `ms` is the median time of one. */
export type Timed = (repeats: number) => Measured;

/** FitzHugh and Nagumo's equations from t = 0 to 1, walls as in the authors' program; the values are the densities. */
export function latticeSteps(): Timed {
  const model = fitzHughNagumo({ walls: "led" });
  const start = new Float64Array(model.size);
  model.lifting("equal-weights").lift(initialDensities(), start);
  const f = new Float64Array(model.size);
  const densities = new Float64Array(model.size / 3);
  return timed(
    () => f.set(start),
    () => model.advance(f, 0, LATTICE_STEPS * model.dt),
    () => {
      model.restriction.restrict(f, densities);
      return Array.from(densities);
    },
  );
}

/**
 * A coarse step of the particles in three dimensions, from zeros, with new numbers each time. The values are the means of x_k
 * and of x_k^2 over all particles of all repeats.
 */
export function particleSteps(): Timed {
  const { equation, dt, sampling } = advectionDiffusionStudy("3D");
  const flow = particles(equation, { dt, particles: PARTICLES, random: random(1) });
  const x = new Float64Array(flow.size);
  return (repeats) => {
    const sums = new Float64Array(2 * flow.axes);
    const measured = timed(
      () => x.fill(0),
      () => flow.advance(x, 0, sampling),
      () => {
        for (let i = 0; i < x.length; i++) {
          const axis = Math.floor(i / PARTICLES);
          sums[axis]! += x[i]!;
          sums[flow.axes + axis]! += x[i]! * x[i]!;
        }
        return [];
      },
    )(repeats);
    return { ms: measured.ms, values: Array.from(sums, (sum) => sum / (repeats * PARTICLES)) };
  };
}

/** Kuramoto and Sivashinsky's equation over a coarse step of 1/4, in steps of `dt`, field in, field out. */
export function waveSteps(dt: number): Timed {
  const ks = kuramotoSivashinsky({ dt });
  const q = (2 * Math.PI) / ks.length;
  const start = ks.x.map((x) => Math.cos(q * x) * (1 + Math.sin(q * x)));
  const u = start.slice();
  return timed(
    () => u.set(start),
    () => ks.advance(u, 0, 0.25),
    () => Array.from(u),
  );
}

/** A latent step of a GRU with a linear read-out, every answer the next input; the values are the code after the rollout. */
export function latentSteps(units: number): Timed {
  const spec = gru({ channels: CODE, units });
  const trained = loadNet(saveNet({ spec, precision: "float32", scaling: undefined, weights: () => startOf(units) }));
  const model = latentModel({ propagator: { ...trained, spec }, dt: 1 });
  const start = scattered(CODE, 100, 0.1);
  const z = new Float64Array(CODE);
  const memory = model.initial();
  const rollouts = timed(
    () => {
      z.set(start);
      memory.fill(0);
    },
    () => {
      for (let step = 0; step < ROLLOUT; step++) model.step(z, memory, z);
    },
    () => Array.from(z),
  );
  return (repeats) => {
    const { ms, values } = rollouts(repeats);
    return { ms: ms / ROLLOUT, values };
  };
}

/** Weights by a formula, in the order in which PyTorch declares them; biases are zero. */
function startOf(units: number): Weights {
  const start = new Map(initialWeights(gru({ channels: CODE, units }), random(1)));
  let phase = 0;
  for (const [name, { shape, data }] of start) {
    phase++;
    const drawn = shape.length === 1 ? data.map(() => 0) : scattered(data.length, phase, 1 / Math.sqrt(shape[1]!));
    start.set(name, { shape, data: drawn as typeof data });
  }
  return start;
}

function timed(reset: () => void, work: () => void, result: () => readonly number[]): Timed {
  return (repeats) => {
    const times: number[] = [];
    let values: readonly number[] = [];
    for (let r = 0; r < repeats; r++) {
      reset();
      const start = performance.now();
      work();
      times.push(performance.now() - start);
      values = result();
    }
    return { ms: median(times), values };
  };
}

import { fokkerPlanck } from "@hml/systems";
import type { Case } from "./cases.ts";
import { learnedLaw, type Nets } from "./law.ts";
import { cloudMaps, microSolver } from "./micro.ts";
import { naiveStep, numpySeconds } from "./naive.ts";

/** Seconds of one coarse step of a case, by everything that can make one. */
export interface Costs {
  /** Our particles, the fastest we have. */
  readonly micro: number;
  /** A step of codes. */
  readonly latent: number;
  /** From a cloud to its code; from a code to a cloud of new particles. */
  readonly encode: number;
  readonly decode: number;
  /** The exact density: at the resolution of the reference, and with 50 cells and steps of 0.02, which gives moments to 5e-4 at D = 0.2. */
  readonly density: number;
  readonly coarseDensity: number;
  /** Loops as a textbook has them, in TypeScript, and NumPy where it is installed. */
  readonly naive: number;
  readonly numpy: number | undefined;
  readonly numpyVersion: string | undefined;
}

/**
 * Times everything by turns, so that a busy machine slows all of them alike; medians of `rounds`. To be called on a thread of
 * its own that no array was transferred to: see "What a coarse step costs" in the README of `@hml/systems`.
 */
export function measureCosts(system: Case, nets: Nets, rounds: number): Costs {
  const { axes, particles: count, sampling } = system;
  const micro = microSolver(system, count, 1);
  const x = new Float64Array(micro.size);
  const cloud = new Float64Array(micro.size);
  const law = learnedLaw(system, nets, count, 1);
  const memory = law.initial();
  const code = new Float64Array(law.latentSize);
  const z = new Float64Array(law.latentSize);
  const fine = fokkerPlanck(system.equation, system.exact);
  const coarse = fokkerPlanck(system.equation, { cells: 50, dt: 0.02 });
  const [p, q] = [fine.pointMass(), coarse.pointMass()];
  const naive = new Float64Array(micro.size);
  const { restriction } = cloudMaps(axes, count);
  micro.advance(x, 0, 20 * sampling);
  const step = (n: number): number => (20 + n) * sampling;
  const tasks = {
    micro: (n: number) => micro.advance(x, step(n), step(n + 1)),
    encode() {
      restriction.restrict(x, cloud);
      law.encode(cloud, code);
    },
    latent() {
      for (let k = 0; k < LATENT_STEPS; k++) law.step(k === 0 ? code : z, memory, z);
    },
    decode: () => law.decode(z, cloud),
    density: (n: number) => fine.advance(p, step(n), step(n + 1)),
    coarseDensity: (n: number) => coarse.advance(q, step(n), step(n + 1)),
    naive: (n: number) => naiveStep(system, naive, step(n)),
  };
  const names = Object.keys(tasks) as (keyof typeof tasks)[];
  const seconds = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    (typeof names)[number],
    number[]
  >;
  for (let n = 0; n < rounds + WARM_ROUNDS; n++) {
    for (const name of names) {
      // The naive loops are an order slower and need fewer looks.
      if (name === "naive" && n % 4 > 0) continue;
      const began = performance.now();
      tasks[name](n);
      if (n >= WARM_ROUNDS) seconds[name].push((performance.now() - began) / 1000);
    }
  }
  const numpy = numpySeconds(system, 5);
  const of = (name: (typeof names)[number]): number => median(seconds[name]);
  return {
    micro: of("micro"),
    latent: of("latent") / LATENT_STEPS,
    encode: of("encode"),
    decode: of("decode"),
    density: of("density"),
    coarseDensity: of("coarseDensity"),
    naive: of("naive"),
    numpy: numpy?.seconds,
    numpyVersion: numpy?.version,
  };
}

/** Steps of the law that are timed together: one is at the limit of the clock. */
const LATENT_STEPS = 200;
/** Rounds in which everything is compiled. */
const WARM_ROUNDS = 10;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LatentModel } from "@hml/nets";
import { fitzHughNagumo } from "@hml/systems";
import { populations } from "./forecast.ts";
import { PAPER, STATE } from "./study.ts";

/** What a unit of time costs, microseconds; medians of rounds in which all take turns. */
export interface Costs {
  /** The lattice of `@hml/systems`, our fastest. */
  readonly micro: number;
  /** The textbook's loops in TypeScript, arrays made anew in every step. */
  readonly naive: number;
  /** Whole-array operations of NumPy, in a process of its own; NaN where there is none. */
  readonly numpy: number;
  /** Each law alone, and with a state decoded after every step; in the order given. */
  readonly laws: readonly { readonly name: string; readonly latent: number; readonly decoded: number }[];
}

/** Times the micro solver, a naive one and laws in turn, in this process. */
export function measureCosts(
  laws: readonly { name: string; law: LatentModel }[],
  truth: Float64Array,
  rounds: number,
): Costs {
  const fhn = fitzHughNagumo();
  const f = populations(fhn, truth, [500]);
  let g = naiveStart(truth.subarray(500 * STATE, 501 * STATE));
  const tasks: (() => number)[] = [
    () => timed(() => fhn.advance(f, 0, 20)) / 20,
    () =>
      timed(() => {
        for (let k = 0; k < 400; k++) g = naiveStep(g);
      }) / 2,
    ...laws.flatMap(({ law }) => [alone(law, truth), decoded(law, truth)]),
  ];
  const times: number[][] = tasks.map(() => []);
  for (let round = 0; round < rounds + 3; round++) {
    // The first rounds are for the compiler.
    for (const [k, task] of tasks.entries()) {
      const microseconds = 1e6 * task();
      if (round >= 3) times[k]!.push(microseconds);
    }
  }
  const [micro, naive, ...rest] = times.map(median);
  return {
    micro: micro!,
    naive: naive!,
    numpy: numpyCost(),
    laws: laws.map(({ name }, k) => ({ name, latent: rest[2 * k]!, decoded: rest[2 * k + 1]! })),
  };
}

/** Seconds for a unit of time by the law, its memory warm. */
function alone(law: LatentModel, truth: Float64Array): () => number {
  const { z, memory } = warm(law, truth);
  const steps = 500;
  return () =>
    timed(() => {
      for (let k = 0; k < steps; k++) law.step(z, memory, z);
    }) /
    (steps * law.dt);
}

/** The same with each state decoded. */
function decoded(law: LatentModel, truth: Float64Array): () => number {
  const { z, memory } = warm(law, truth);
  const state = new Float64Array(STATE);
  const steps = 100;
  return () =>
    timed(() => {
      for (let k = 0; k < steps; k++) {
        law.step(z, memory, z);
        law.decode(z, state);
      }
    }) /
    (steps * law.dt);
}

function warm(law: LatentModel, truth: Float64Array): { z: Float64Array; memory: Float64Array } {
  const memory = law.initial();
  const z = new Float64Array(law.latentSize);
  const next = new Float64Array(law.latentSize);
  for (let t = 500; t <= 500 + PAPER.warmUp; t += law.dt) {
    law.encode(truth.subarray(t * STATE, (t + 1) * STATE), z);
    law.step(z, memory, next);
  }
  return { z: next, memory };
}

function timed(run: () => void): number {
  const began = performance.now();
  run();
  return (performance.now() - began) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function numpyCost(): number {
  const script = fileURLToPath(new URL("lattice.py", import.meta.url));
  const { status, stdout } = spawnSync("python3", [script], { encoding: "utf8", timeout: 60_000 });
  return status === 0 ? 1e6 * Number(stdout) : Number.NaN;
}

/** Populations of both fields, three arrays each. */
type Naive = readonly (readonly Float64Array[])[];

/** Equal weights. */
export function naiveStart(state: Float64Array): Naive {
  return [0, 1].map((field) => {
    const third = state.slice(field * PAPER.points, (field + 1) * PAPER.points).map((rho) => rho / 3);
    return [third, third.slice(), third.slice()];
  });
}

/** One step as one would write it down: densities, collision and streaming, one after the other, each into new arrays. */
export function naiveStep(f: Naive): Naive {
  const { points, epsilon } = PAPER;
  const [dt, dx] = [0.005, 0.2];
  const [u, v] = f.map(([minus, rest, plus]) => minus!.map((value, j) => value + rest![j]! + plus![j]!));
  const reaction = [
    u!.map((rho, j) => dt * (rho - rho ** 3 - v![j]!)),
    v!.map((rho, j) => dt * epsilon * (u![j]! - 2 * rho + 0.03)),
  ];
  return f.map((three, field) => {
    const rho = field === 0 ? u! : v!;
    const omega = 2 / (1 + (3 * (field === 0 ? 1 : 4) * dt) / dx ** 2);
    const [minus, rest, plus] = three.map((g) =>
      g.map((value, j) => value - omega * (value - rho[j]! / 3) + reaction[field]![j]! / 3),
    );
    return [
      minus!.map((_, j) => (j === points - 1 ? plus![j]! : minus![j + 1]!)),
      rest!,
      plus!.map((_, j) => (j === 0 ? minus![0]! : plus![j - 1]!)),
    ];
  });
}

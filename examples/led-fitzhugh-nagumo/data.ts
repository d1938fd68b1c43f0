import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type FitzHughNagumo, fitzHughNagumo } from "@hml/systems";
import { PAPER, type Plan, STATE } from "./study.ts";

/** Where the authors' initial conditions and the reference states lie, if anywhere. */
const SHARED = process.env["HML_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** Where the six initial conditions come from. */
export type Origin = "authors" | "own";

/** Everything that is learned from and judged by; states `[time, field, node]`, one unit of time apart. */
export interface StudyData {
  readonly origin: Origin;
  /** The runs that are learned from, joined. */
  readonly training: Float64Array;
  /** The runs that choose; their first `PAPER.samples` states are the paper's validation set. */
  readonly validation: readonly Float64Array[];
  /** The run that judges. */
  readonly test: Float64Array;
  /** max - min of activator and inhibitor over the test run: what errors are divided by. */
  readonly ranges: readonly [u: number, v: number];
}

/** The authors' six initial conditions `[u, v]` where they are at hand, else smooth fronts of our own. */
export function initialConditions(): { readonly states: readonly Float64Array[]; readonly origin: Origin } {
  const folder = path.join(SHARED, "data", "fhn");
  const names = [0, 1, 2, 3, 4, 5].map((k) => ["u", "v"].map((field) => path.join(folder, `y0${k}${field}.txt`)));
  if (!names.flat().every((name) => existsSync(name))) {
    return { states: [0, 1, 2, 3, 4, 5].map(ownState), origin: "own" };
  }
  const read = (name: string): number[] => readFileSync(name, "utf8").trim().split(/\s+/).map(Number);
  return { states: names.map((pair) => Float64Array.from(pair.flatMap(read))), origin: "authors" };
}

/** A front that moves to and fro, and an inhibitor that rises where the front has passed: near the cycle, at six phases of it. */
export function ownState(k: number): Float64Array {
  const phase = (Math.PI * (k + 0.3)) / 3;
  const place = 10.4 - 6.1 * Math.cos(phase);
  return Float64Array.from({ length: STATE }, (_, i) => {
    const side = Math.tanh((0.2 * (i % PAPER.points) - place) / (i < PAPER.points ? 1.5 : 4));
    return i < PAPER.points ? 0.95 * side : 0.092 * Math.sin(phase) + 0.057 * side;
  });
}

/** States of a run from t = `dropped` on, as many as asked for, one unit of time apart. */
export function simulate(state: Float64Array, samples: number, fhn: FitzHughNagumo = fitzHughNagumo()): Float64Array {
  const f = new Float64Array(fhn.size);
  fhn.lifting("first-order").lift(state, f);
  fhn.advance(f, 0, PAPER.dropped);
  const states = new Float64Array(samples * STATE);
  for (let t = 0; t < samples; t++) {
    if (t > 0) fhn.advance(f, t - 1, t);
    fhn.restriction.restrict(f, states.subarray(t * STATE, (t + 1) * STATE));
  }
  return states;
}

/** All runs of the study. */
export function generate(plan: Plan): StudyData {
  const { states, origin } = initialConditions();
  const runs = (which: readonly number[], samples: number): Float64Array[] =>
    which.map((k) => simulate(states[k]!, samples));
  const test = simulate(states[PAPER.test]!, plan.test);
  return {
    origin,
    training: joined(runs(PAPER.training, PAPER.samples)),
    validation: runs(PAPER.validation, Math.max(plan.validation, PAPER.samples)),
    test,
    ranges: [rangeOf(test, 0), rangeOf(test, 1)],
  };
}

/** Arrays one behind the other. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Which field an entry of `[..., field, node]` belongs to. */
export function fieldOf(i: number): 0 | 1 {
  return i % STATE < PAPER.points ? 0 : 1;
}

function rangeOf(states: Float64Array, field: 0 | 1): number {
  let [low, high] = [Infinity, -Infinity];
  states.forEach((value, i) => {
    if (fieldOf(i) !== field) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  });
  return high - low;
}

/** The reference states of another program, by wall rule and time; undefined where they are not at hand. */
type Reference = Record<string, Record<string, { readonly u: readonly number[]; readonly v: readonly number[] }>>;

/** Largest difference from the reference states, both wall rules, up to t = 100; NaN without the reference. */
export function referenceError(): number {
  const file = path.join(SHARED, "refs", "led", "fhn-lb.json");
  const { states, origin } = initialConditions();
  if (!existsSync(file) || origin !== "authors") return Number.NaN;
  const reference = JSON.parse(readFileSync(file, "utf8")) as Reference;
  let worst = 0;
  for (const [walls, key] of [
    ["led", "authors_bc"],
    ["bounce-back", "bounceback_bc"],
  ] as const) {
    const fhn = fitzHughNagumo({ walls });
    const f = new Float64Array(fhn.size);
    const found = new Float64Array(STATE);
    fhn.lifting("equal-weights").lift(states[0]!, f);
    let before = 0;
    for (const time of Object.keys(reference[key]!).toSorted((a, b) => Number(a) - Number(b))) {
      const { u, v } = reference[key]![time]!;
      fhn.advance(f, before, Number(time));
      before = Number(time);
      fhn.restriction.restrict(f, found);
      for (const [i, value] of [...u, ...v].entries()) worst = Math.max(worst, Math.abs(found[i]! - value));
    }
  }
  return worst;
}

/** What 2000 steps of pure diffusion change in the sum of the inhibitor. */
export function massDrift(walls: "bounce-back" | "led"): number {
  const fhn = fitzHughNagumo({ walls, epsilon: 0 });
  const f = new Float64Array(fhn.size);
  const state = ownState(1);
  const mass = (densities: Float64Array): number =>
    densities.subarray(PAPER.points).reduce((sum, value) => sum + value, 0);
  fhn.lifting("equal-weights").lift(state, f);
  fhn.advance(f, 0, 10);
  const after = new Float64Array(STATE);
  fhn.restriction.restrict(f, after);
  return Math.abs(mass(after) - mass(state));
}

import { etdrk4, imex1, normal, random } from "@hml/integrators";
import { type PhaseField, phaseField, uniformField } from "@hml/systems";
import { MODELS, type ModelName } from "./study.ts";

/** States of one run at equal times apart, `[frame, y, x]`. */
export interface Movie {
  readonly model: ModelName;
  /** Points along both axes. */
  readonly points: number;
  readonly frames: number;
  /** Time of the first frame, and between frames. */
  readonly start: number;
  readonly frame: number;
  readonly u: Float64Array;
}

/** How a run is made. */
export interface RunOptions {
  readonly points: number;
  readonly seed: number;
  readonly frames: number;
  /** Time of the first frame, and between frames. */
  readonly start: number;
  readonly frame: number;
  /** The paper's first-order scheme and step, or steps of fourth order whose error does not matter. */
  readonly scheme: "paper" | "exact";
}

/** The solver of a model on n x n points: the paper's first-order scheme, or one of fourth order. */
export function solver(model: ModelName, points: number, scheme: RunOptions["scheme"]): PhaseField {
  const { equation, dt, exactDt } = MODELS[model];
  const grid = { points: [points, points], spacing: 1 };
  return scheme === "paper"
    ? phaseField(equation, { ...grid, dt, scheme: imex1 })
    : phaseField(equation, { ...grid, dt: exactDt, scheme: etdrk4 });
}

/** The uniform random start of a run. */
export function startOf(model: ModelName, points: number, seed: number): Float64Array {
  const { low, high } = MODELS[model];
  return uniformField({ points: [points, points], spacing: 1 }, { low, high, random: random(seed) });
}

/** Runs a model from a random start. */
export function simulate(model: ModelName, { points, seed, frames, start, frame, scheme }: RunOptions): Movie {
  const flow = solver(model, points, scheme);
  const state = startOf(model, points, seed);
  const u = new Float64Array(frames * flow.size);
  let t = 0;
  for (let n = 0; n < frames; n++) {
    const next = start + n * frame;
    flow.advance(state, t, next);
    t = next;
    u.set(state, n * flow.size);
  }
  return { model, points, frames, start, frame, u };
}

/** The paper's frames of one run after the burn-in, every `stride`th. */
export function paperFrames(model: ModelName, points: number, seed: number, stride: number): Movie {
  const { frame, end, burnIn } = MODELS[model];
  const frames = Math.floor((end - burnIn) / (stride * frame) + 1e-9) + 1;
  return simulate(model, { points, seed, frames, start: burnIn, frame: stride * frame, scheme: "paper" });
}

/** The exact right-hand side on every frame. */
export function slopesOf({ model, points, frames, u }: Movie): Float64Array {
  const flow = solver(model, points, "exact");
  const out = new Float64Array(u.length);
  for (let n = 0; n < frames; n++) {
    const [from, to] = [n * flow.size, (n + 1) * flow.size];
    flow.rhs(0, u.subarray(from, to), out.subarray(from, to));
  }
  return out;
}

/** A movie with white noise, `part` of the field's standard deviation on every value. */
export function noisy(movie: Movie, part: number, seed: number): Movie {
  const { u } = movie;
  const mean = u.reduce((sum, value) => sum + value, 0) / u.length;
  const deviation = Math.sqrt(u.reduce((sum, value) => sum + (value - mean) ** 2, 0) / u.length);
  const draw = normal(random(seed));
  return part === 0 ? movie : { ...movie, u: u.map((value) => value + part * deviation * draw()) };
}

/** Frames and what nets should make of them, `[frame, y, x]` both. */
export interface Learned {
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly frames: number;
}

/** Several movies of equal grids as one list of frames with exact slopes. */
export function together(movies: readonly Movie[]): Learned {
  return {
    inputs: joined(movies.map(({ u }) => u)),
    targets: joined(movies.map(slopesOf)),
    frames: movies.reduce((sum, { frames }) => sum + frames, 0),
  };
}

/** Some of the frames. */
export function framesAt({ inputs, targets, frames }: Learned, which: readonly number[]): Learned {
  const size = inputs.length / frames;
  const take = (values: Float64Array): Float64Array =>
    joined(which.map((n) => values.subarray(n * size, (n + 1) * size)));
  return { inputs: take(inputs), targets: take(targets), frames: which.length };
}

/** The paper's split, 80:10:10 of randomly drawn frames: neighbours in time of the test frames are learned from. */
export function leakySplit(frames: number, seed: number): { readonly train: number[]; readonly test: number[] } {
  const order = shuffled(frames, seed);
  return { train: order.slice(0, Math.round(0.8 * frames)), test: order.slice(Math.round(0.9 * frames)) };
}

/** The numbers 0 to count - 1 in a random order (Fisher and Yates). */
export function shuffled(count: number, seed: number): number[] {
  const source = random(seed);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(source() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

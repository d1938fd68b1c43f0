import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  adaptiveProjective,
  leastSquaresSlope,
  midpointTableau,
  projective,
  projectiveAdams,
  projectiveGeneral,
  type Rhs,
  rk4,
  rk4Pair,
  telescopic,
  timeStepper,
  type Vec,
} from "../index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const size = 64;
const rhs: Rhs = (_t, u, out) => {
  for (let i = 0; i < size; i++) out[i] = -0.1 * u[i]!;
};
const inner = timeStepper(rk4(rhs, size), 0.001);
const burst = 0.003;

/** Array buffers alive before each collection are counted by sampling: an array of 512 bytes a step would show. */
function arrayBytesPerStep(steps: number, step: () => void): number {
  for (let k = 0; k < 100; k++) step();
  collect();
  const start = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let k = 1; k <= steps; k++) {
    step();
    if (k % 1000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - start);
  }
  return most / 1000;
}

function retainedBytesPerStep(steps: number, step: () => void): number {
  for (let k = 0; k < 500; k++) step();
  collect();
  const start = process.memoryUsage().heapUsed;
  for (let k = 0; k < steps; k++) step();
  collect();
  return (process.memoryUsage().heapUsed - start) / steps;
}

const u = new Float64Array(size);
const out = new Float64Array(size);

function repeated(advance: (u: Vec, out: Vec) => void): () => void {
  return () => {
    u.fill(1);
    advance(u, out);
  };
}

const back = projective(inner, { burst, lookBack: 3, outer: midpointTableau });
const fitted = projective(inner, { burst, chord: burst, slope: leastSquaresSlope(4) });
const adams = projectiveAdams(inner, { burst });
const nested = telescopic(inner, { damping: 1, skip: 2, levels: 2 });
const slow = projectiveGeneral(inner, { burst });
const flow = adaptiveProjective(inner, { burst, outer: rk4Pair, rtol: 1e-3, maxStep: 0.5 });

describe("memory of projective schemes", () => {
  it.each([
    ["lookBack", repeated((v, w) => back.step(0, 0.1, v, w))],
    ["leastSquaresSlope, backwards", repeated((v, w) => fitted.step(0, -0.1, v, w))],
    ["projectiveAdams", repeated((v, w) => adams.step(0, 0.1, v, w))],
    ["telescopic", repeated((v, w) => nested.step(0, 0.016, v, w))],
    ["projectiveGeneral", repeated((v, w) => slow.rhs(0, v, w))],
    // A few macro steps an advance.
    ["adaptiveProjective", repeated((v) => flow.advance(v, 0, 1))],
  ])("%s makes no arrays and keeps nothing from step to step", (_name, step) => {
    expect(arrayBytesPerStep(3000, step)).toBeLessThan(50);
    // Code compiled in the first run is no leak.
    retainedBytesPerStep(5000, step);
    expect(retainedBytesPerStep(5000, step)).toBeLessThan(10);
  });
});

import { describe, it } from "vitest";
import { expectSteadyMemory } from "../../test/memory.ts";
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

const size = 64;
const rhs: Rhs = (_t, u, out) => {
  for (let i = 0; i < size; i++) out[i] = -0.1 * u[i]!;
};
const inner = timeStepper(rk4(rhs, size), 0.001);
const burst = 0.003;

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
  ])("%s makes no arrays and keeps nothing over 1e5 steps", (_name, step) => {
    expectSteadyMemory(step);
  });
});

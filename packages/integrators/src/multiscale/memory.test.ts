import { describe, it } from "vitest";
import { DT, delayLaw, rotation } from "../../test/exact-pairs.ts";
import { expectSteadyMemory } from "../../test/memory.ts";
import { type MultiscaleFlow, multiscale } from "../index.ts";

const members = 8;
const law = delayLaw(0.7, [0.5, 0.3, 0.2]);
const micro = rotation(0.7, members);
let seen = 0;

/** Two steps an advance, of one run that never ends. */
function running(flow: MultiscaleFlow): () => void {
  const u = new Float64Array(flow.size).fill(1);
  let n = 0;
  return () => {
    flow.advance(u, n * DT, (n + 2) * DT);
    n += 2;
  };
}

describe("memory of multiscale runs", () => {
  it.each([
    [
      "a fixed schedule with an observer and a clock",
      running(
        multiscale(micro, law, { warmUp: 3, macro: 4, micro: 2 }, { onState: () => void seen++, clock: () => seen }),
      ),
    ],
    [
      "an adaptive schedule",
      running(
        multiscale(micro, law, {
          warmUp: 1,
          comparison: 2,
          macro: 5,
          micro: 3,
          relaxation: 1,
          // Some comparisons of a law that is exact to rounding fail at this.
          largestError: 1e-16,
        }),
      ),
    ],
  ])("%s makes no arrays and keeps nothing over 1e5 advances", (_name, advance) => {
    expectSteadyMemory(advance);
  });
});

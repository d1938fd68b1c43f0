import { adamBytes } from "@hml/kernels";
import { describe, expect, it } from "vitest";
import { linearMemory } from "../spec/linear-memory.ts";
import { mlpPropagator } from "../spec/mlp-propagator.ts";
import { layoutOf } from "../spec/net-spec.ts";
import { gru, lstm } from "../spec/recurrent-net.ts";
import { reservoir } from "../spec/reservoir.ts";
import { sequenceNetwork } from "./sequence-network-of.ts";

/** A page of WebAssembly memory, in which the size of an engine is counted, and what kernels may read behind an array. */
const PAGE = 65_536;

describe("the memory of a net of sequences", () => {
  // Large enough that each net has an engine of its own, made to its measure.
  const specs = [
    gru({ channels: 7, units: 65 }),
    gru({ channels: 7, forcing: 2, units: 65, layers: 3, reset: "before", residual: true }),
    lstm({
      channels: 7,
      units: 65,
      layers: 2,
      readout: [
        { units: 33, activation: "tanh" },
        { units: 7, activation: "linear" },
      ],
    }),
    lstm({ channels: 7, units: 65, residual: true }),
    mlpPropagator({ channels: 7, forcing: 1 }),
    mlpPropagator({ channels: 7, residual: false }),
    linearMemory({ channels: 7, forcing: 3, memories: 21 }),
    reservoir({ channels: 7, units: 301, residual: true }),
    reservoir({ channels: 7, units: 301 }),
  ];

  it("is what it was counted to be: the arrays fit, and little more than the optimiser's is left", () => {
    for (const spec of specs) {
      const numbers = layoutOf(spec).parameters;
      for (const precision of ["float64", "float32"] as const) {
        for (const [trainable, inputGradient, steps] of [
          [true, false, 41],
          [true, true, 1],
          [false, false, 1],
        ] as const) {
          const rows = steps === 1 ? 1023 : 43;
          const { kernels } = sequenceNetwork(spec, {
            rows,
            steps,
            engine: "wasm",
            precision,
            trainable,
            inputGradient,
          });
          const left = kernels.bytes - kernels.used - (trainable ? adamBytes({ parameters: numbers, precision }) : 0);
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left).toBeLessThan(2 * PAGE);
        }
      }
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchNorm, batchNormBytes, type BatchNorm, kernelEngine, type Precision } from "./index.ts";

function values(length: number, seed: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i * i + i + seed));
}

/**
 * Layers that run one after the other as if they ran side by side: a pass is repeated until every call of the hook has been
 * answered with the sum over what the layers gave it, which is known one repetition later.
 */
function lockStep() {
  let totals: Float64Array[] = [];
  let seen: Float64Array | undefined;
  let call = 0;
  const allReduce = (sums: Float64Array): void => {
    const total = totals[call];
    if (total !== undefined) sums.set(total);
    else if (call === totals.length) seen = seen === undefined ? sums.slice() : seen.map((s, i) => s + sums[i]!);
    call++;
  };
  /** Runs all layers; `pass` has to do the same at each repetition. Returns the totals. */
  const run = (layers: readonly BatchNorm[], pass: (layer: BatchNorm, shard: number) => void): Float64Array[] => {
    totals = [];
    for (let repetition = 0; repetition < 4; repetition++) {
      seen = undefined;
      for (const [shard, layer] of layers.entries()) {
        call = 0;
        pass(layer, shard);
      }
      if (seen === undefined) break;
      totals.push(seen);
    }
    return totals;
  };
  return { allReduce, run };
}

describe("batchNorm on shards of a batch", () => {
  it("gives the statistics, outputs and gradients of the whole batch to 1e-12, shards being of any sizes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 5 }),
        (sizes, channels) => {
          const rows = sizes.reduce((sum, size) => sum + size, 0);
          const shape = { channels, gradient: "all", epsilon: 1e-2 } as const;
          const whole = batchNorm(kernelEngine({ bytes: 1 << 18 }), { ...shape, rows });
          const { allReduce, run } = lockStep();
          const shards = sizes.map((size) =>
            batchNorm(kernelEngine({ bytes: 1 << 18 }), { ...shape, rows: size, allReduce }),
          );
          const first = sizes.map((_, k) => channels * sizes.slice(0, k).reduce((sum, size) => sum + size, 0));
          const [x, d] = [values(rows * channels, 1), values(rows * channels, 2)];
          const [scale, shift] = [values(channels, 3), values(channels, 4)];

          whole.setParameters(scale, shift);
          whole.input.set(x);
          whole.forwardTraining();
          whole.outputGradient!.set(d);
          whole.backward();

          const forward = run(shards, (layer, k) => {
            layer.setParameters(scale, shift);
            layer.runningMean.fill(0);
            layer.runningVariance.fill(1);
            layer.input.set(x.subarray(first[k], first[k]! + layer.input.length));
            layer.forwardTraining();
          });
          const backward = run(shards, (layer, k) => {
            layer.scaleGradient!.fill(0);
            layer.shiftGradient!.fill(0);
            layer.outputGradient!.set(d.subarray(first[k], first[k]! + layer.input.length));
            layer.backward();
          });
          expect(forward.map(({ length }) => length)).toEqual([channels + 1, channels]);
          expect(forward[0]![channels]).toBe(rows);
          expect(backward.map(({ length }) => length)).toEqual([2 * channels]);

          const near = (ours: readonly number[], theirs: Float64Array): void => {
            // Up to 900 terms of size one, summed in another order: 1e-13, times up to ten for the deviation.
            ours.forEach((value, i) => expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-12));
          };
          near(
            shards.flatMap(({ output }) => [...output]),
            whole.output,
          );
          near(
            shards.flatMap(({ inputGradient }) => [...inputGradient!]),
            whole.inputGradient!,
          );
          for (const { runningMean, runningVariance } of shards) {
            near([...runningMean], whole.runningMean);
            near([...runningVariance], whole.runningVariance);
            expect([runningMean, runningVariance]).toEqual([shards[0]!.runningMean, shards[0]!.runningVariance]);
          }
          for (const name of ["scaleGradient", "shiftGradient"] as const) {
            near(
              Array.from(shift, (_, c) => shards.reduce((sum, layer) => sum + layer[name]![c]!, 0)),
              whole[name]!,
            );
          }
        },
      ),
    );
  });

  it("has the bits of a layer without the hook when there is one shard, in both precisions", () => {
    for (const precision of ["float64", "float32"] as const) {
      const [alone, hooked] = [undefined, () => {}].map((allReduce) => {
        const layer = batchNorm<Precision>(kernelEngine({ bytes: 1 << 16 }), {
          rows: 300,
          channels: 3,
          precision,
          gradient: "all",
          ...(allReduce && { allReduce }),
        });
        layer.input.set(values(900, 1));
        layer.forwardTraining();
        layer.outputGradient!.set(values(900, 2));
        layer.backward();
        const { output, inputGradient, scaleGradient, shiftGradient, runningMean, runningVariance } = layer;
        return { output, inputGradient, scaleGradient, shiftGradient, runningMean, runningVariance };
      });
      expect(hooked).toEqual(alone);
    }
  });

  it("asks nobody in inference", () => {
    let calls = 0;
    const layer = batchNorm(kernelEngine({ bytes: 1 << 12 }), {
      rows: 2,
      channels: 1,
      gradient: "all",
      allReduce: () => calls++,
    });
    layer.forward();
    layer.backward();
    expect(calls).toBe(0);
    layer.forwardTraining();
    layer.backward();
    expect(calls).toBe(3);
  });
});

describe("batchNormBytes", () => {
  it("fills an engine of the bytes that it says it takes, arrays of its own or shared", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom<Precision>("float64", "float32"),
        fc.constantFrom<"none" | "parameters" | "all">("none", "parameters", "all"),
        fc.subarray(["input", "inputGradient", "scaleGradient", "shiftGradient"] as const),
        (rows, channels, precision, gradient, wanted) => {
          const shared = wanted.filter(
            (name) => name === "input" || gradient === "all" || (name !== "inputGradient" && gradient !== "none"),
          );
          const engine = kernelEngine({ bytes: 1 << 16 });
          const lengthOf = (name: string): number => (name.startsWith("input") ? rows * channels : channels);
          const given = Object.fromEntries(shared.map((name) => [name, engine[precision](lengthOf(name))]));
          const before = engine.used;
          batchNorm<Precision>(engine, { rows, channels, precision, gradient, ...given });
          expect(engine.used - before).toBe(batchNormBytes({ rows, channels, precision, gradient }, shared));
        },
      ),
    );
    expect(() => batchNormBytes({ rows: 0, channels: 1 })).toThrow(/batchNormBytes: rows must be an integer/);
    // @ts-expect-error no array of this name
    expect(() => batchNormBytes({ rows: 1, channels: 1 }, ["output"])).toThrow(/shared must be one of/);
  });

  it("the hook has to be a function", () => {
    // @ts-expect-error not a function
    expect(() => batchNorm(kernelEngine({ bytes: 1 << 12 }), { rows: 1, channels: 1, allReduce: 1 })).toThrow(
      /allReduce must be a function/,
    );
  });
});

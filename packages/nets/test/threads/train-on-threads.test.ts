import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { discretisedNet } from "../../src/spec/field-net.ts";
import { fieldCnn } from "../../src/spec/field-cnn.ts";
import { reservoir } from "../../src/spec/reservoir.ts";
import { trainOnThreads } from "../../src/threads/index.ts";
import { heatData } from "../heat-data.ts";

interface Outcome {
  readonly weights: readonly number[];
  readonly loss: readonly number[];
  readonly validation: readonly number[];
  readonly status: string;
  readonly error?: string;
}

/** Runs program.ts beside this file in a process of its own. */
async function program(name: string, ...runs: string[]): Promise<Outcome[]> {
  const file = fileURLToPath(new URL("./program.ts", import.meta.url));
  const argv = ["--conditions", "hml-source", "--import", "tsx", file, name, ...runs];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 55_000 });
  return JSON.parse(stdout) as Outcome[];
}

/** The largest difference of two lists of numbers. */
function distance(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe("trainOnThreads", () => {
  it.each(["rows", "single", "codes", "sequences", "fields"])(
    "gives the same bits on one and on two threads: %s",
    async (name) => {
      const [one, ...others] = await program(name, "1x3", "2x3");
      expect(one!.status).toBe("done");
      for (const other of others) expect(other).toEqual(one);
    },
  );

  // In the first epoch nothing is drawn but weights and the order, so the sums are those of `train` in another order: rounding, which a few steps
  // of Adam enlarge.
  it.each([
    ["clean", 1e-12],
    ["taught", 1e-12],
    ["latent", 1e-12],
    ["fields", 1e-10],
  ] as const)("makes the steps of train but for the order of its sums: %s", async (name, tolerance) => {
    const [alone, two, whole] = await program(name, "0", "2x2", "1x1");
    expect(distance(two!.weights, alone!.weights)).toBeLessThan(tolerance);
    expect(distance(two!.loss, alone!.loss)).toBeLessThan(tolerance);
    expect(distance(two!.validation, alone!.validation)).toBeLessThan(tolerance);
    expect(alone!.weights).not.toEqual(two!.weights);
    // One shard is the batch.
    expect(whole).toEqual(alone);
  });

  it("resumes with the bits of a training that was not stopped", async () => {
    const [whole, again] = await program("rows", "resume");
    expect(whole!.loss).toHaveLength(5);
    expect(again).toEqual(whole);
  });

  it("reports a loss that is no longer finite as train does", async () => {
    const [alone, two] = await program("blowUp", "0", "2x2");
    expect(two!.error).toBe(alone!.error);
    expect(two!.error).toContain("TrainingError: train: the loss is not finite in epoch 1, batch 2");
  });

  it("refuses bad arguments before it starts a thread", async () => {
    const data = heatData(10, 9, 0.1, random(1));
    const options = { epochs: 1, random: random(1), workers: 2 };
    const refused = (change: object): Promise<unknown> =>
      trainOnThreads(discretisedNet(), data, { ...options, ...change }).catch(String);
    expect(await refused({ workers: 0 })).toContain("trainOnThreads: workers must be an integer");
    expect(await refused({ shards: 11 })).toContain("trainOnThreads: shards must be an integer between 1 and 10");
    expect(await refused({ worker: 2 })).toContain("did you mean workers");
    expect(await refused({ timeout: 0 })).toContain("timeout must be positive");
    expect(await refused({ epochs: 0 })).toContain("train: epochs");
    const fields = { inputs: new Float64Array(5 * 64), targets: new Float64Array(5 * 64), points: [8, 8] };
    const norm = trainOnThreads(fieldCnn({ widths: [2] }), fields, { ...options, batchSize: 2 });
    await expect(norm).rejects.toThrow(/shards must be at most the 1 samples of the last batch/);
    const sequence = { values: Float64Array.from({ length: 40 }, (_, i) => Math.sin(i)), times: 20 };
    const solved = trainOnThreads(reservoir({ channels: 1, units: 10, seed: 1 }), sequence, options);
    await expect(solved).rejects.toThrow(/a reservoir is solved for at once/);
  });
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { random } from "@hml/integrators";
import { mlp } from "@hml/nets";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readSealed, studyParts, writeSealed } from "../parts.ts";
import trainJob, { type TrainJob } from "../train-job.ts";

let out: string;
beforeEach(() => {
  out = mkdtempSync(path.join(tmpdir(), "parts-"));
});
afterEach(() => {
  rmSync(out, { recursive: true, force: true });
});

describe("studyParts", () => {
  it("computes a part once, and gives the same numbers to a later run", async () => {
    const compute = vi.fn(() => ({ u: Float64Array.of(0.1, Number.NaN), file: Uint8Array.of(7), runs: [[1], [2]] }));
    const first = await studyParts({ out }).get("data", { samples: 3 }, compute);
    const later = await studyParts({ out }).get("data", { samples: 3 }, compute);
    expect(compute).toHaveBeenCalledTimes(1);
    expect(later).toEqual(first);
    expect(later.u).toBeInstanceOf(Float64Array);
  });

  it("tells parts apart by name and by settings, and starts anew when asked to", async () => {
    const compute = vi.fn(async () => 1);
    for (const [name, settings] of [
      ["a", { n: 1 }],
      ["a", { n: 2 }],
      ["b", { n: 1 }],
      ["a", { n: 1 }],
    ] as const) {
      await studyParts({ out }).get(name, settings, compute);
    }
    expect(compute).toHaveBeenCalledTimes(3);
    await studyParts({ out, fresh: true }).get("a", { n: 1 }, compute);
    expect(compute).toHaveBeenCalledTimes(4);
  });

  it("keeps nothing of a part that fails, but its unfinished file", async () => {
    const parts = studyParts({ out });
    const failing = parts.get("part", 1, (unfinished) => {
      writeSealed(unfinished, Uint8Array.of(1, 2));
      throw new Error("killed");
    });
    await expect(failing).rejects.toThrow("killed");
    const found = await parts.get("part", 1, (unfinished) => [...(readSealed(unfinished) ?? [])]);
    expect(found).toEqual([1, 2]);
    expect(readdirSync(parts.folder)).toEqual([expect.stringMatching(/^part-[0-9a-f]{12}\.part$/)]);
  });

  it("notices a damaged file, says so, and computes the part again", async () => {
    const parts = studyParts({ out });
    const warned = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    for (const damage of [
      (file: string) => truncateSync(file, 40),
      (file: string) => truncateSync(file, 0),
      (file: string) => writeFileSync(file, readFileSync(file).fill(1, 50, 51)),
    ]) {
      await parts.get("part", {}, () => "a value long enough to be cut in two");
      damage(path.join(parts.folder, readdirSync(parts.folder)[0]!));
      expect(await parts.get("part", {}, () => "again")).toBe("again");
      rmSync(path.join(parts.folder, readdirSync(parts.folder)[0]!));
    }
    expect(warned).toHaveBeenCalledTimes(3);
    warned.mockRestore();
  });

  it("refuses a name that is none", async () => {
    await expect(studyParts({ out }).get("../x", {}, () => 1)).rejects.toThrow(RangeError);
  });
});

describe("writeSealed", () => {
  it("leaves the old file whole when the program is killed while it writes", () => {
    const file = path.join(out, "state");
    // A child that writes 8 MB again and again, each time other bytes, until it is killed.
    const program = `
      const { writeSealed } = await import(${JSON.stringify(new URL("../parts.ts", import.meta.url).href)});
      for (let k = 0; ; k = (k + 1) % 256) writeSealed(${JSON.stringify(file)}, new Uint8Array(8_000_000).fill(k));
    `;
    for (const timeout of [900, 1230, 1410]) {
      spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
        timeout,
        killSignal: "SIGKILL",
      });
      const bytes = readSealed(file);
      if (bytes === undefined) continue;
      expect(bytes.length).toBe(8_000_000);
      expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    }
    expect(readSealed(file)).toBeDefined();
  });
});

describe("a training on a thread", () => {
  const draw = random(3);
  const inputs = Float64Array.from({ length: 300 }, () => 2 * draw() - 1);
  const job: TrainJob = {
    spec: mlp({
      inputs: 1,
      layers: [
        { units: 8, activation: "tanh" },
        { units: 1, activation: "linear" },
      ],
    }),
    data: { inputs, targets: inputs.map((x) => x * x) },
    settings: { epochs: 40, batchSize: 30, learningRate: 1e-2 },
    seed: 5,
  };

  it("that was killed goes on from its checkpoint file to the same bits", async () => {
    const whole = await trainJob(job);
    const checkpoint = path.join(out, "training");
    // A clock that runs fast, so that a checkpoint is due after each epoch; the training is stopped after half of them.
    let clock = 0;
    const now = vi.spyOn(performance, "now").mockImplementation(() => (clock += 10_000));
    await trainJob({ ...job, settings: { ...job.settings, epochs: 20 }, checkpoint });
    now.mockRestore();
    const resumed = await trainJob({ ...job, checkpoint });
    expect(resumed.file).toEqual(whole.file);
    expect(resumed.history.loss).toEqual(whole.history.loss);
    expect(resumed.seconds).toBeGreaterThan(whole.seconds);
  });
});

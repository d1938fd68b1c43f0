import { etdrk4 } from "@hml/integrators";
import { relativeL2 } from "@hml/metrics";
import { parameterCount } from "@hml/nets";
import { readNpz, writeNpz } from "@hml/pde-features";
import { cahnHilliard, phaseField } from "@hml/systems";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import trainJob from "../lib/train-job.ts";
import { leakySplit, noisy, paperFrames, simulate, slopesOf, solver, startOf, together } from "./data.ts";
import { discover } from "./discover-job.ts";
import { featuresOf, inverseLaplacian, whiten, whitening } from "./features.ts";
import { forecast } from "./forecast-job.ts";
import { slopeScore } from "./judge.ts";
import { problemOf, slopes, termsEquation } from "./laws.ts";
import { leastSquares } from "./least-squares.ts";
import { pointData } from "./mlp.ts";
import { cnnJob, structuredJob } from "./networks.ts";
import { watched } from "./runs.ts";
import { MODEL_NAMES, MODELS, PAPER } from "./study.ts";
import { discoverFile, solverText } from "./user-movie.ts";

const N = 32;

describe("the phase-field study", () => {
  it.each(MODEL_NAMES)("knows the terms of %s: they give the slopes of the model", (model) => {
    const u = simulate(model, { points: N, seed: 3, frames: 1, start: 2, frame: 1, scheme: "exact" }).u;
    const [own, wanted] = [new Float64Array(N * N), new Float64Array(N * N)];
    slopes(problemOf({ kind: "terms", coefficients: MODELS[model].truth }, model, N))(u, own);
    solver(model, N, "exact").rhs(0, u, wanted);
    // Rounding of the largest symbol, (2 pi^2)^3 = 7700, over a slope that is smaller than its terms.
    expect(relativeL2(own, wanted)).toBeLessThan(1e-10);
  });

  it("watches runs: energy falls at every step, the mean of conserved models stays", () => {
    for (const model of MODEL_NAMES) {
      const { largestRise, driftPerStep, energy } = watched(model, 24, 1, [1]);
      expect(largestRise).toBe(0);
      expect(energy.at(-1)).toBeLessThan(energy[0]!);
      if (model !== "ac") expect(driftPerStep).toBeLessThan(1e-14);
    }
  });

  it("has frames after the burn-in, noise of the part that it says, and a split that does not overlap", () => {
    const movie = paperFrames("ch", 24, 5, 20);
    expect([movie.frames, movie.start, movie.frame]).toEqual([5, 1, 4]);
    const added = noisy(movie, 0.05, 6).u.map((value, i) => value - movie.u[i]!);
    const deviation = (values: Float64Array): number =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    // 2880 draws: the deviation scatters by 1.3 %.
    expect(deviation(added) / deviation(movie.u)).toBeGreaterThan(0.047);
    expect(deviation(added) / deviation(movie.u)).toBeLessThan(0.053);
    const { train, test } = leakySplit(100, 1);
    expect([train.length, test.length]).toEqual([80, 10]);
    expect(train.some((n) => test.includes(n))).toBe(false);
  });

  it("whitens features, and inverts the Laplacian of fields without a mean", () => {
    const u = startOf("ch", N, 2);
    const fields = new Float64Array(5 * N * N);
    featuresOf(2, N)(u, fields);
    const places = [0, 1, 3, 4];
    const rows = Float64Array.from({ length: 4 * N * N }, (_, i) => fields[places[i % 4]! * N * N + (i >> 2)]!);
    const out = new Float64Array(rows.length);
    whiten(fields, N * N, places, whitening(rows, 4), out);
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        let sum = 0;
        for (let i = 0; i < N * N; i++) sum += (out[4 * i + a]! * out[4 * i + b]!) / (N * N);
        expect(sum).toBeCloseTo(a === b ? 1 : 0, 8);
      }
    }
    const back = new Float64Array(N * N);
    inverseLaplacian(N)(fields.slice(3 * N * N, 4 * N * N), back);
    const mean = u.reduce((sum, value) => sum + value, 0) / u.length;
    expect(
      relativeL2(
        back,
        u.map((value) => value - mean),
      ),
    ).toBeLessThan(1e-12);
  });

  it("finds coefficients by least squares", () => {
    const columns = [1, 2, 3].map((q) => Float64Array.from({ length: 40 }, (_, i) => ((i - 20) / 10) ** q));
    const target = columns[0]!.map((_, i) => 2 * columns[0]![i]! - 1e-3 * columns[1]![i]! + 5 * columns[2]![i]!);
    const found = leastSquares(columns, target);
    [2, -1e-3, 5].forEach((c, k) => expect(found[k]).toBeCloseTo(c, 12));
  });

  it("takes the linear part off what the MLP of the potential learns: what is left is u^3 and a constant", () => {
    const data = pointData("ch", "potential", N, together([paperFrames("ch", N, 4, 19)]), 300, 1);
    // mu = -u - lap u + u^3.
    expect(data.linear[0]).toBeCloseTo(-1, 8);
    expect(data.linear[1]).toBeCloseTo(-1, 8);
    expect(data.inputs.length).toBe(3 * data.targets.length);
  });

  it("has the paper's field CNN", async () => {
    const job = cnnJob({ epochs: 1, batchSize: 1 }, 16, together([paperFrames("ch", 16, 1, 48)]), 1);
    const { file } = await trainJob(job);
    expect(parameterCount(job.spec)).toBe(PAPER.cnnParameters);
    expect(file.length).toBeGreaterThan(4 * PAPER.cnnParameters);
  });

  it("learns a free energy from a few frames and forecasts an unseen run with it", async () => {
    const learned = together([paperFrames("ch", N, 1, 12), paperFrames("ch", N, 2, 12)]);
    const { file } = await trainJob(structuredJob("ch", { epochs: 1, batchSize: 4 }, N, learned, 1));
    const law = { kind: "gradient-flow", file } as const;
    expect(slopeScore(law, "ch", N, together([paperFrames("ch", N, 9, 12)]), 0).pooled).toBeGreaterThan(0.9999);
    const { error, drift } = forecast({ model: "ch", points: N, seed: 11, law, dt: 0.1, frame: 2 });
    expect(error.at(-1)).toBeLessThan(1e-2);
    expect(Math.abs(drift.at(-1)!)).toBeLessThan(1e-12);
    const still = forecast({ model: "ch", points: N, seed: 11, law: "persistence", dt: 1, frame: 2 });
    expect(still.error.at(-1)).toBeGreaterThan(0.2);
  });

  it("finds Cahn-Hilliard at 5 % noise, and Allen-Cahn behind its first-order steps", () => {
    const noisyOne = discover({ model: "ch", points: 48, frames: 60, seed: 1, noise: 0.05, data: "exact" });
    expect(noisyOne.exact).toBe(true);
    expect(noisyOne.error).toBeLessThan(0.03);
    const first = { model: "ac", points: N, frames: 30, seed: 1, noise: 0 } as const;
    expect(discover({ ...first, data: "paper, scheme known" }).error).toBeLessThan(0.01);
    expect(discover({ ...first, data: "paper" }).error).toBeGreaterThan(0.03);
  }, 60_000);

  it("makes slopes of frames that are the equation's", () => {
    const movie = paperFrames("ac", N, 2, 48);
    const own = slopesOf(movie);
    const flow = phaseField(termsEquation(MODELS.ac.truth), { points: [N, N], spacing: 1, dt: 0.1 });
    const wanted = new Float64Array(N * N);
    flow.rhs(0, movie.u.subarray(0, N * N), wanted);
    expect(relativeL2(own.subarray(0, N * N), wanted)).toBeLessThan(1e-12);
  });
});

describe("a movie of one's own", () => {
  it("becomes an equation and a program that runs it", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "movie-"));
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      const { u, frames } = simulate("ch", { points: N, seed: 1, frames: 50, start: 1, frame: 0.2, scheme: "exact" });
      const file = path.join(folder, "movie.npz");
      writeFileSync(file, writeNpz({ u: { data: u, shape: [frames, N, N] }, dt: [0.2] }));
      expect(readNpz(readFileSync(file)).get("u")!.shape).toEqual([50, N, N]);
      await discoverFile(file, { out: folder, seed: 1, dt: 0, spacing: 0 });
      expect(readFileSync(path.join(folder, "equation.tex"), "utf8")).toContain("\\nabla^{4} u");
      expect(readFileSync(path.join(folder, "solver.mjs"), "utf8")).toContain("lap(u^3)");
    } finally {
      log.mockRestore();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it("is a program whose flow is that of the equation", async () => {
    const terms = Object.entries(MODELS.ch.truth).map(([name, coefficient]) => {
      return { name, coefficient, standardError: 0, interval: [coefficient, coefficient] as const };
    });
    const text = solverText({ terms, toString: () => "u_t = ..." }, { points: [N, N], spacing: [1, 1], dt: 0.2 });
    // Below this folder, where the packages are found.
    const folder = new URL("../out/phase-field-test/", import.meta.url);
    mkdirSync(folder, { recursive: true });
    const file = new URL("solver.mjs", folder);
    writeFileSync(file, text);
    try {
      const { flow } = (await import(file.href)) as { flow: ReturnType<typeof phaseField> };
      const [a, b] = [startOf("ch", N, 7), startOf("ch", N, 7)];
      flow.advance(a, 0, 1);
      phaseField(cahnHilliard(), {
        points: [N, N],
        spacing: 1,
        dt: 0.05,
        scheme: etdrk4,
      }).advance(b, 0, 1);
      expect(relativeL2(a, b)).toBeLessThan(1e-12);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

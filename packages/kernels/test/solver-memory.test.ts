import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { banded, complexTridiagonal, diffusionStencil, kernelEngine, stencil, tridiagonal } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const RUNS = 10_000;

describe("solvers and stencils keep nothing: 10,000 rounds leave less than a byte each behind", () => {
  it.each(["auto", "plain"] as const)("on an engine of %s", (use) => {
    const engine = kernelEngine({ use, bytes: 1 << 16 });
    const chain = tridiagonal(engine, { rows: 5, systems: 3, periodic: true });
    const band = banded(engine, { rows: 6, lower: 2, upper: 1, columns: 2 });
    const poles = complexTridiagonal(engine, { rows: 5, shifts: [1, 2, -1, 3], weights: [1, 0, 0, 1] });
    const bonds = diffusionStencil(engine, { shape: [6, 4], ends: "periodic" });
    const weights = stencil(engine, { shape: [9], weights: [1, -2, 1], ends: "held" });
    chain.diagonal.fill(4);
    band.band.fill(4, 6, 12);
    poles.rowSum.fill(-1);
    const [r, slope] = [new Float64Array(5), new Float64Array(9)];
    const round = (): void => {
      chain.factor();
      chain.solve();
      band.factor();
      band.solve();
      poles.factor();
      poles.addSums(r, chain.x.subarray(0, 5));
      bonds.step(0.1, 2);
      weights.rhs(0, weights.u, slope);
      weights.step(0.1);
    };
    // As often before: what the compiler keeps is kept by then.
    for (let i = 0; i < RUNS; i++) round();
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < RUNS; i++) round();
    collect();
    const after = process.memoryUsage();
    expect((after.heapUsed - before.heapUsed) / RUNS).toBeLessThan(1);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(RUNS);
  });
});

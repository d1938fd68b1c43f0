import {
  banded,
  bandedBytes,
  diffusionStencil,
  diffusionStencilBytes,
  kernelEngine,
  tridiagonal,
  tridiagonalBytes,
} from "@hml/kernels";
import { Matrix } from "ml-matrix";
import { median } from "../lib/bench.ts";
import type { Timed, Use } from "./ours.ts";
import { entry } from "./problem.ts";

/** Explicit steps of heterogeneous diffusion with held ends, per step. */
export function heat(shape: readonly number[], dt: number, use: Use): Timed {
  const lattice = diffusionStencil(kernelEngine({ use, bytes: diffusionStencilBytes(shape) }), { shape, ends: "held" });
  const { bondsX, bondsY, points } = lattice;
  for (let i = 0; i < points; i++) bondsX[i] = 1.1 + entry(i, 0);
  bondsY?.forEach((_, i) => (bondsY[i] = 1.1 + entry(i, 1)));
  return (repeats) => {
    const { u } = lattice;
    for (let i = 0; i < points; i++) u[i] = entry(i, 2);
    const start = performance.now();
    lattice.step(dt, repeats);
    const ms = (performance.now() - start) / repeats;
    return { ms, values: spread(lattice.u) };
  };
}

/** A tridiagonal matrix, dominant, and right-hand sides; factors are kept. */
export function chain(rows: number, systems: number, use: Use): Timed {
  const options = { rows, systems, matrix: "shared" } as const;
  const solver = tridiagonal(kernelEngine({ use, bytes: tridiagonalBytes(options) }), options);
  for (let i = 0; i < rows; i++) {
    solver.lower[i] = entry(i, 0);
    solver.upper[i] = entry(i, 1);
    solver.diagonal[i] = 2.5 + entry(i, 2);
  }
  const b = Float64Array.from({ length: rows * systems }, (_, k) => entry(k, 3));
  solver.factor();
  return timed(
    () => {
      solver.x.set(b);
      solver.solve();
    },
    () => spread(solver.x),
  );
}

/** A band of `half` diagonals on either side; factored at every run or once. */
export function band(rows: number, half: number, columns: number, factors: "kept" | "made", use: Use): Timed {
  const options = { rows, lower: half, upper: half, columns };
  const solver = banded(kernelEngine({ use, bytes: bandedBytes(options) }), options);
  for (let k = 0; k < solver.band.length; k++) solver.band[k] = entry(k, 0);
  // Not dominant: rows are exchanged.
  for (let i = 0; i < rows; i++) solver.band[half * rows + i]! += 2;
  const b = Float64Array.from({ length: rows * columns }, (_, k) => entry(k, 1));
  solver.factor();
  return timed(
    () => {
      if (factors === "made") solver.factor();
      solver.x.set(b);
      solver.solve();
    },
    () => spread(solver.x),
  );
}

/** A product of square matrices by ml-matrix, plain JavaScript that is widely used. */
export function mlMatrix(n: number): Timed {
  const of = (phase: number): Matrix =>
    Matrix.from1DArray(
      n,
      n,
      Array.from({ length: n * n }, (_, i) => entry(i, phase)),
    );
  const [a, b] = [of(0), of(1)];
  let c = a;
  return timed(
    () => {
      c = a.mmul(b);
    },
    () => spread(c.to1DArray()),
  );
}

function timed(work: () => void, values: () => number[]): Timed {
  return (repeats) => {
    const times: number[] = [];
    for (let r = 0; r < repeats; r++) {
      const start = performance.now();
      work();
      times.push(performance.now() - start);
    }
    return { ms: median(times), values: values() };
  };
}

/** 48 numbers spread over an array: all of them would be much to send. */
function spread(array: ArrayLike<number>): number[] {
  return Array.from({ length: 48 }, (_, i) => array[Math.floor((i * array.length) / 48)]!);
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Coupling, gapTooth, lagrange, patchGrid, type PatchGrid, type PatchRhs, spectral } from "../src/index.ts";
import { asymmetry, jacobianOf, latticeDiffusion } from "./lattice-diffusion.ts";

const still: PatchRhs = () => {};
const keep = (): void => {};
type Field = (x: number, y: number, z: number) => number;

/** Largest difference of the filled patches, all points, from the field; fields are of order one. */
function edgeError(grid: PatchGrid, coupling: Coupling, field: Field): number {
  const walls = grid.periodic.every(Boolean) ? {} : { boundary: keep };
  const system = gapTooth(grid, still, coupling, walls);
  const filled = system.edges(0, system.sample(field));
  let worst = 0;
  system.patches.forEach(({ points, spacing, origin }, p) => {
    const [nx, ny = 1, nz = 1] = points;
    for (let at = 0; at < nx * ny * nz; at++) {
      const exact = field(
        origin[0] + (at % nx) * spacing[0],
        (origin[1] ?? 0) + (Math.floor(at / nx) % ny) * (spacing[1] ?? 0),
        (origin[2] ?? 0) + Math.floor(at / (nx * ny)) * (spacing[2] ?? 0),
      );
      worst = Math.max(worst, Math.abs(filled[p]![at]! - exact));
    }
  });
  return worst;
}

const orders = [2, 4, 6, 8];
const sources = ["edgy", "centre"] as const;

describe("macroscale interpolation", () => {
  it.each(orders.flatMap((order) => sources.map((source) => ({ order, source }))))(
    "of order $order, $source, reproduces polynomials of that degree between walls, extrapolation included",
    ({ order, source }) => {
      fc.assert(
        fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 }), (c) => {
          const grid = patchGrid({
            dim: 1,
            extent: [[-1, 1]],
            patches: 11,
            points: 7,
            spacing: 0.01,
            boundary: "equispaced",
          });
          const polynomial = (x: number): number => c.slice(0, order + 1).reduceRight((sum, a) => sum * x + a, 0);
          // At walls the one-sided weights reach a few tens in sum, times rounding.
          expect(edgeError(grid, lagrange(order, { source }), polynomial)).toBeLessThan(1e-13);
        }),
        { numRuns: 20 },
      );
    },
  );
  it.each(orders)("of order %i fails on the next even degree", (order) => {
    const grid = patchGrid({
      dim: 1,
      extent: [[-1, 1]],
      patches: 11,
      points: 7,
      spacing: 0.01,
      boundary: "equispaced",
    });
    expect(
      edgeError(grid, lagrange(order), (x) => Math.exp((order + 2) * Math.log(Math.abs(x) + 1e-300))),
    ).toBeGreaterThan(1e-9);
  });
  it("on Chebyshev centres reproduces the full degree with spectral coupling", () => {
    const grid = patchGrid({ dim: 1, extent: 2, patches: 9, points: 5, spacing: 0.01, boundary: "chebyshev" });
    expect(edgeError(grid, spectral(), (x) => (x - 1) ** 8 - 3 * (x - 1) ** 5 + 1)).toBeLessThan(1e-13);
  });
  it("reproduces polynomials on a periodic axis where the stencil does not wrap", () => {
    const grid = patchGrid({ dim: 1, extent: 12, patches: 12, points: 5, ratio: 0.3 });
    for (const order of orders) {
      const system = gapTooth(grid, still, lagrange(order));
      const polynomial = (x: number): number => ((x - 6) / 6) ** order + 0.3 * (x - 6);
      const filled = system.edges(0, system.sample(polynomial));
      const { origin, spacing } = system.patches[6]!;
      for (const i of [0, 4]) {
        expect(Math.abs(filled[6]![i]! - polynomial(origin[0] + i * spacing[0]))).toBeLessThan(1e-14);
      }
    }
  });
  it.each([8, 9, 10, 25])("spectral through %i patches keeps fields of fewer than half as many waves", (patches) => {
    for (const source of sources) {
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches, points: 5, ratio: source === "edgy" ? 0.7 : 0.2 });
      for (let k = 0; k < patches / 2; k++) {
        // Sums of `patches` products: rounding of order 1e-16 times the square root of that, and of k x.
        expect(edgeError(grid, spectral({ source }), (x) => Math.cos(k * x + 0.4))).toBeLessThan(2e-14);
      }
    }
  });
  it("in 3D with mixed kinds of axes keeps what each axis can carry, corners included", () => {
    const grid = patchGrid({
      dim: 3,
      extent: [2 * Math.PI, 1, [-1, 1]],
      patches: [8, 5, 6],
      points: [5, 6, 9],
      spacing: [0.05, 0.02, 0.01],
      boundary: ["periodic", "equispaced", { centres: [-0.9, -0.5, -0.1, 0.2, 0.5, 0.8] }],
    });
    const field = (x: number, y: number, z: number): number => Math.sin(2 * x + 0.3) * (1 + y - y ** 4) * (2 - z ** 3);
    expect(edgeError(grid, spectral(), field)).toBeLessThan(1e-13);
  });
  it("of two edge layers keeps them in each interleaved lattice", () => {
    for (const source of sources) {
      const grid = patchGrid({
        dim: 2,
        extent: 2 * Math.PI,
        patches: 7,
        points: source === "edgy" ? 8 : 10,
        spacing: 0.02,
        edgePoints: 2,
      });
      expect(edgeError(grid, spectral({ source }), (x, y) => Math.sin(2 * x - y) + Math.cos(3 * y))).toBeLessThan(
        2e-14,
      );
    }
  });
});

describe("every coupling", () => {
  const grids = [
    patchGrid({ dim: 1, extent: 3, patches: 9, points: 5, ratio: 0.2 }),
    patchGrid({ dim: 2, extent: [3, 2], patches: [9, 10], points: [5, 7], ratio: 0.2 }),
    patchGrid({ dim: 1, extent: 3, patches: 9, points: 5, spacing: 0.02, boundary: "chebyshev" }),
  ];
  it("keeps constants and is linear", () => {
    for (const grid of grids) {
      for (const coupling of [spectral(), ...orders.map((order) => lagrange(order))]) {
        for (const { upper, lower, width } of coupling.weights(grid).axes) {
          for (const rows of [upper, lower]) {
            for (let row = 0; row < rows.length; row += width) {
              const weights = rows.subarray(row, row + width);
              const sum = weights.reduce((all, w) => all + w, 0);
              const size = weights.reduce((all, w) => all + Math.abs(w), 0);
              expect(Math.abs(sum - 1)).toBeLessThan(4e-16 * width * size);
            }
          }
        }
      }
    }
  });
  it("commutes with translations by whole patches on periodic axes", () => {
    const grid = patchGrid({ dim: 2, extent: [3, 2], patches: [6, 5], points: 5, ratio: 0.2 });
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
        fc.constantFrom(spectral(), lagrange(4)),
        (stream, coupling) => {
          const { edges, size } = gapTooth(grid, still, coupling);
          const u = Float64Array.from({ length: size }, () => stream.next().value!);
          // [patchY, patchX, y, x]: one patch along x is 9 values, 6 of them a row.
          const moved = Float64Array.from(u, (_, at) => u[Math.floor(at / 54) * 54 + ((at + 9) % 54)]!);
          const before = edges(0, u).map((field) => Float64Array.from(field));
          edges(0, moved).forEach((field, p) => {
            const from = before[Math.floor(p / 6) * 6 + ((p + 1) % 6)]!;
            // Sums in another order: rounding of a dozen products of order one.
            field.forEach((value, i) => expect(Math.abs(value - from[i]!)).toBeLessThan(1e-14));
          });
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("edgy coupling", () => {
  const bond = (seed: number) => (i: number, j: number, k: number) =>
    1.5 + Math.sin(seed + 2.1 * ((i + 3) % 3) + 1.3 * ((j + 3) % 3) + 0.7 * ((k + 2) % 2));
  it.each(["spectral", 2, 4, 6, 8] as const)("of order %s keeps lattice diffusion symmetric to 1e-14", (order) => {
    const coupling = order === "spectral" ? spectral() : lagrange(order);
    const bonds = [bond(0), bond(1), bond(2)];
    const jacobian = (system: { rhs: (t: number, u: Float64Array, out: Float64Array) => void; size: number }) =>
      jacobianOf(system.rhs, system.size);
    for (const patches of [9, 10]) {
      const line = patchGrid({ dim: 1, extent: 2, patches, points: 5, ratio: 0.3 });
      expect(asymmetry(jacobian(gapTooth(line, latticeDiffusion<1>(bonds), coupling)))).toBeLessThan(1e-14);
    }
    // An odd and an even number of patches along the axes of one square.
    const square = patchGrid({ dim: 2, extent: [2, 3], patches: [9, 10], points: 5, ratio: 0.3 });
    expect(asymmetry(jacobian(gapTooth(square, latticeDiffusion<2>(bonds), coupling)))).toBeLessThan(1e-14);
  });
  it("keeps it symmetric in 3D, and in a 2D ensemble whose patches hold no whole period", () => {
    const box = patchGrid({ dim: 3, extent: [1, 2, 3], patches: 3, points: [5, 5, 4], ratio: 0.3 });
    const bonds = [bond(0), bond(1), bond(2)];
    const { rhs, size } = gapTooth(box, latticeDiffusion<3>(bonds), spectral());
    expect(asymmetry(jacobianOf(rhs, size))).toBeLessThan(1e-14);
    const square = patchGrid({ dim: 2, extent: [2, 3], patches: 5, points: 4, ratio: 0.3, period: 3 });
    expect(square.members).toBe(9);
    const ensemble = gapTooth(square, latticeDiffusion<2>(bonds), lagrange(4));
    expect(asymmetry(jacobianOf(ensemble.rhs, ensemble.size))).toBeLessThan(1e-14);
    const broken = gapTooth(
      patchGrid({ dim: 2, extent: [2, 3], patches: 5, points: 4, ratio: 0.3 }),
      latticeDiffusion<2>(bonds),
      lagrange(4),
    );
    expect(asymmetry(jacobianOf(broken.rhs, broken.size))).toBeGreaterThan(1e-3);
  });
  it("of two edge layers keeps a fourth-order model symmetric and, when spectral, its rates those of the lattice", () => {
    const bend: PatchRhs<1> = (_t, u, out, { points: [n], spacing: [h] }) => {
      for (let i = 2; i < n - 2; i++) {
        out[i] = -(u[i - 2]! - 4 * u[i - 1]! + 6 * u[i]! - 4 * u[i + 1]! + u[i + 2]!) / (h * h * h * h);
      }
    };
    for (const points of [6, 8, 10]) {
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 9, points, ratio: 0.1, edgePoints: 2 });
      for (const coupling of [spectral(), lagrange(2), lagrange(4)]) {
        const { rhs, size } = gapTooth(grid, bend, coupling);
        expect(asymmetry(jacobianOf(rhs, size))).toBeLessThan(1e-14);
      }
      const { rhs, size, sample } = gapTooth(grid, bend, spectral());
      const [h] = grid.spacing;
      for (let k = 1; k <= 4; k++) {
        const u = sample((x) => Math.sin(k * x + 0.2));
        const out = new Float64Array(size);
        rhs(0, u, out);
        const root = (2 - 2 * Math.cos(k * h)) / (h * h);
        // Values known to a few rounding units, times the norm 16 / h^4.
        const rounding = (2e-15 * 16) / (h * h * h * h);
        out.forEach((value, i) => expect(Math.abs(value + root * root * u[i]!)).toBeLessThan(rounding));
      }
    }
  });
});

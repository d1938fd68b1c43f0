import { kernelEngine, lineProducts } from "@hml/kernels";
import {
  type Coupling,
  dirichlet,
  type EdgeProducts,
  gapTooth,
  gapToothMap,
  lagrange,
  type PatchGrid,
  patchGrid,
  type PatchRhs,
  spectral,
} from "@hml/patch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Any function of each value serves, in any dimension. */
const square: PatchRhs = (_t, u, out) => {
  for (let i = 0; i < u.length; i++) out[i] = u[i]! * u[i]!;
};

/** The slope and the filled patches of a generic state. */
function evaluate(grid: PatchGrid, coupling: Coupling, products?: EdgeProducts) {
  const { rhs, edges, size } = gapTooth(grid, square, coupling, products === undefined ? {} : { products });
  const u = Float64Array.from({ length: size }, (_, i) => Math.sin(i * i));
  const out = new Float64Array(size);
  rhs(0, u, out);
  return [...out, ...edges(0, u).flatMap((block) => Array.from(block))];
}

/** Place of the first number that differs in a bit, -1 if none does. */
const different = (a: readonly number[], b: readonly number[]): number => a.findIndex((x, i) => !Object.is(x, b[i]));

describe("patches with the products of kernels", () => {
  it("have the bits of the plain loops, in WebAssembly and plain, on any periodic grid", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<1 | 2 | 3>(1, 2, 3),
        fc.integer({ min: 3, max: 13 }),
        fc.record({ channels: fc.integer({ min: 1, max: 2 }), members: fc.integer({ min: 1, max: 2 }) }),
        fc.constantFrom<Coupling>(spectral(), spectral({ source: "centre" }), lagrange(2)),
        (dim, most, shape, coupling) => {
          const patches = dim === 3 ? Math.min(most, 5) : most;
          const grid = patchGrid({ dim, extent: 1, patches, points: 5, ratio: 0.2, ...shape });
          const plain = evaluate(grid, coupling);
          for (const use of ["auto", "plain"] as const) {
            const products = lineProducts(kernelEngine({ bytes: 1 << 23, use }));
            expect(different(evaluate(grid, coupling, products), plain)).toBe(-1);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("have them beside walls, where rules write the edges", () => {
    const grid = patchGrid({
      dim: 2,
      extent: [1, 1],
      patches: [6, 5],
      points: 5,
      ratio: [0.2, 0.2],
      boundary: ["periodic", "equispaced"],
    });
    const slopes = [undefined, lineProducts(kernelEngine({ bytes: 1 << 18 }))].map((products) => {
      const boundary = [undefined, dirichlet(0.5)] as const;
      const options = products === undefined ? { boundary } : { boundary, products };
      const { rhs, size } = gapTooth(grid, square, lagrange(4), options);
      const out = new Float64Array(size);
      rhs(
        0,
        Float64Array.from({ length: size }, (_, i) => Math.sin(i * i)),
        out,
      );
      return out;
    });
    expect(slopes[0]).toEqual(slopes[1]);
  });

  it("have them in gapToothMap", () => {
    const grid = patchGrid({ dim: 1, extent: 1, patches: 8, points: 5, ratio: 0.2 });
    const ends = [undefined, lineProducts(kernelEngine({ bytes: 1 << 16 }))].map((products) => {
      const step = (_t: number, dt: number, u: Float64Array, out: Float64Array): void => {
        for (let i = 1; i < 4; i++) out[i] = u[i]! + dt * (u[i + 1]! - 2 * u[i]! + u[i - 1]!);
      };
      const map = gapToothMap(grid, step, spectral(), { dt: 0.1, ...(products === undefined ? {} : { products }) });
      const u = map.sample((x) => Math.sin(2 * Math.PI * x));
      map.advance(u, 0, 1);
      return u;
    });
    expect(ends[0]).toEqual(ends[1]);
  });
});

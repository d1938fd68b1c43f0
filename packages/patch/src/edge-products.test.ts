import { describe, expect, it } from "vitest";
import { latticeDiffusion } from "../test/lattice-diffusion.ts";
import { type EdgeProducts, gapTooth, patchGrid, spectral } from "./index.ts";

const diffusion1 = latticeDiffusion<1>([() => 1]);
const diffusion2 = latticeDiffusion<2>([() => 1, () => 2]);

/** The definitions, a number at a time. */
const plain: EdgeProducts = {
  float64: (length) => new Float64Array(length),
  circulant:
    ({ values, from, to, stride, count, start, row }) =>
    () => {
      for (const [line, source] of from.entries()) {
        for (let i = 0; i < count; i++) {
          const at = (j: number): number => values[source + ((i + start + j) % count) * stride]!;
          values[to[line]! + i * stride] = row.reduce((sum, weight, j) => sum + weight * at(j), 0);
        }
      }
    },
  transpose:
    ({ from, stride, to, rows, columns }) =>
    () => {
      for (let n = 0; n < rows * columns; n++) to[n] = from[(n % rows) * stride + Math.floor(n / rows)]!;
    },
};

describe("products from elsewhere", () => {
  it("are used for the edges and the patches, in any dimension, channels and members", () => {
    for (const [dim, patches] of [
      [1, 7],
      [1, 12],
      [2, 6],
      [3, 4],
    ] as const) {
      const grid = patchGrid({ dim, extent: 1, patches, points: 5, ratio: 0.2, channels: 2, members: 2 });
      const model = (_t: number, u: Float64Array, out: Float64Array): void => out.set(u);
      const [ours, theirs] = [{}, { products: plain }].map((options) => {
        const { edges, size } = gapTooth(grid, model, spectral(), options);
        return edges(
          0,
          Float64Array.from({ length: size }, (_, i) => Math.sin(i * i)),
        ).flatMap((u) => Array.from(u));
      });
      // Two orders of summing 12 products of size one along up to three axes.
      const largest = ours!.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs![i]!)), 0);
      expect(ours!.length).toBe(theirs!.length);
      expect(largest).toBeLessThan(1e-14);
    }
  });

  it("are bound once, when the scheme is built, to their own arrays", () => {
    const made: Float64Array[] = [];
    let bound = 0;
    const products: EdgeProducts = {
      float64(length) {
        made.push(new Float64Array(length));
        return made.at(-1)!;
      },
      circulant(lines) {
        bound++;
        return plain.circulant(lines);
      },
      transpose(transposition) {
        bound++;
        return plain.transpose(transposition);
      },
    };
    const grid = patchGrid({ dim: 2, extent: 1, patches: 4, points: 5, ratio: 0.2, members: 3 });
    const { rhs, size, edges } = gapTooth(grid, diffusion2, spectral(), { products });
    const [arrays, calls] = [made.length, bound];
    // Two ends of two axes, and the blocks of three members.
    expect(calls).toBe(7);
    const u = new Float64Array(size).fill(1);
    for (let k = 0; k < 3; k++) rhs(0, u, new Float64Array(size));
    expect([made.length, bound]).toEqual([arrays, calls]);
    for (const block of edges(0, u)) expect(made.map((array) => array.buffer)).toContain(block.buffer);
  });

  it("are refused when a part is missing", () => {
    const grid = patchGrid({ dim: 1, extent: 1, patches: 8, points: 5, ratio: 0.2 });
    const build = (products: unknown) => () =>
      gapTooth(grid, diffusion1, spectral(), { products: products as EdgeProducts });
    expect(build(plain)).not.toThrow();
    expect(build({ ...plain, circulant: undefined })).toThrow("gapTooth: products.circulant must be a function");
    expect(build(null)).toThrow("products.float64 must be a function");
  });
});

import { checkOptions, finiteVector, integer, lengthOf, oneOf } from "@hml/guard";
import { float64Bytes } from "./array-bytes.ts";
import type { KernelEngine } from "./engine.ts";
import { stencilCode } from "./stencil-code.ts";
import { latticeShape, type StencilLattice, stencilLattice, stencilLatticeBytes } from "./stencil-lattice.ts";

/** A linear stencil on a lattice. */
export interface StencilOptions {
  /** Points along x, or along x and y; at least the width of the stencil. */
  readonly shape: readonly number[];
  /**
   * An odd number of weights, or in two dimensions the square of one, `[dy, dx]`: the middle one is that of the point itself. Weights
   * of zero cost nothing.
   */
  readonly weights: ArrayLike<number>;
  /** `held`: points whose neighbourhood is cut keep their values. `periodic`: ends are joined. */
  readonly ends: "held" | "periodic";
}

/**
 * A linear stencil on a lattice of one or two axes,
 *
 *   du_i / dt = sum_k w_k u_(i + k),   k = -r, ..., r,
 *
 * in two dimensions over a square of neighbours. Fields are [y, x], x contiguous. Each sum runs over the weights upwards, first
 * along x, so the bits do not depend on the engine; the error is at most (2 r + 1) eps |w| |u|, in two dimensions
 * (2 r + 1)^2 eps |w| |u|.
 *
 * `diffusionStencil` is for coefficients that differ from point to point.
 *
 * @throws TypeError, RangeError for bad options, RangeError when the arrays do not fit into the engine: see `stencilBytes`
 */
export function stencil(engine: KernelEngine, options: StencilOptions): StencilLattice {
  const where = "stencil";
  checkOptions(where, options, ["shape", "weights", "ends"]);
  const { nx, ny, axes, points, width, weights } = sizesOf(where, options);
  const periodic = oneOf(where, "ends", options.ends, ["held", "periodic"]) === "periodic" ? 1 : 0;
  const half = (width - 1) / 2;
  const taps: number[] = [];
  for (let k = 0; k < weights.length; k++) {
    const dy = Math.floor(k / width);
    if (weights[k] !== 0) taps.push(weights[k]!, k - dy * width - half, axes === 2 ? dy - half : 0);
  }
  // A stencil of zeros alone has slope 0.
  if (taps.length === 0) taps.push(0, 0, 0);
  const table = engine.float64(3 * weights.length);
  table.set(taps);
  const bases = engine.float64(weights.length);
  const code = stencilCode(where, engine, table);
  const [count, halfY] = [taps.length / 3, axes === 2 ? half : 0];
  return stencilLattice(where, engine, points, (from, to, dt) => {
    const [t, b] = [table.byteOffset, bases.byteOffset];
    code.weigh64(dt === undefined ? 0 : 1, from, t, count, b, to, nx, ny, half, halfY, periodic, dt ?? 1);
  });
}

/**
 * Bytes of an engine that `stencil` takes: 24 a point and 32 a weight.
 *
 * @throws TypeError, RangeError for a bad shape or number of weights
 */
export function stencilBytes(options: Pick<StencilOptions, "shape" | "weights">): number {
  const { points, weights } = sizesOf("stencilBytes", options);
  return stencilLatticeBytes(points) + float64Bytes(3 * weights.length) + float64Bytes(weights.length);
}

function sizesOf(
  where: string,
  { shape, weights }: Pick<StencilOptions, "shape" | "weights">,
): ReturnType<typeof latticeShape> & { readonly width: number; readonly weights: ArrayLike<number> } {
  const count = lengthOf(where, "weights", weights);
  const { axes } = latticeShape(where, shape, 1);
  const width = integer(where, "the width of weights", axes === 2 ? Math.sqrt(count) : count, 1);
  if (width % 2 === 0) throw new RangeError(`${where}: the width of weights must be odd, got ${width}`);
  finiteVector(where, "weights", weights);
  return { ...latticeShape(where, shape, width), width, weights };
}

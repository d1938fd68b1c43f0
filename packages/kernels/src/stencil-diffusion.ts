import { checkOptions, lengthOf, oneOf, positive } from "@hml/guard";
import { float64Bytes } from "./array-bytes.ts";
import type { KernelEngine } from "./engine.ts";
import { stencilCode } from "./stencil-code.ts";
import { latticeShape, type StencilLattice, stencilLattice, stencilLatticeBytes } from "./stencil-lattice.ts";

/** Diffusion through the bonds of a lattice. */
export interface DiffusionStencilOptions {
  /** Points along x, or along x and y; at least 3. */
  readonly shape: readonly number[];
  /** Distance of neighbours, one for all axes or one for each; 1 unless told otherwise. */
  readonly spacing?: number | readonly number[];
  /** `held`: the points at the ends keep their values. `periodic`: the last point is joined to the first. */
  readonly ends: "held" | "periodic";
}

/** A diffusion lattice with its bonds. */
export interface DiffusionStencil extends StencilLattice {
  /** Diffusivity between a point and the next along x, `[y, x]`; with held ends the last of each row is not used. */
  readonly bondsX: Float64Array;
  /** Diffusivity between a point and the next along y, `[y, x]`; in one dimension it is not there. */
  readonly bondsY: Float64Array | undefined;
}

/**
 * Diffusion in a heterogeneous lattice of one or two axes,
 *
 *   du_i / dt = (a_(i+1/2) (u_(i+1) - u_i) - a_(i-1/2) (u_i - u_(i-1))) / h^2,
 *
 * in two dimensions the sum of this along x and along y (five points). Fields are [y, x], x contiguous; bonds are all 1 at
 * first, fill `bondsX` and `bondsY`. A constant field has slope 0 to the bit. With periodic ends the sum of the field is
 * kept to rounding.
 *
 * Explicit steps are stable for dt below h^2 / (2 max a) in one dimension, 1 / (2 max a (1 / hx^2 + 1 / hy^2)) in two. The bits
 * do not depend on the engine.
 *
 * @throws TypeError, RangeError for bad options, RangeError when the arrays do not fit into the engine: see
 * `diffusionStencilBytes`
 */
export function diffusionStencil(engine: KernelEngine, options: DiffusionStencilOptions): DiffusionStencil {
  const where = "diffusionStencil";
  checkOptions(where, options, ["shape", "spacing", "ends"]);
  const { nx, ny, axes, points } = latticeShape(where, options.shape, 3);
  const periodic = oneOf(where, "ends", options.ends, ["held", "periodic"]) === "periodic" ? 1 : 0;
  const [hx, hy] = spacings(where, options.spacing ?? 1, axes);
  const bondsX = engine.float64(points).fill(1);
  const bondsY = axes === 2 ? engine.float64(points).fill(1) : undefined;
  const code = stencilCode(where, engine, bondsX);
  const [x, y] = [bondsX.byteOffset, bondsY?.byteOffset];
  const lattice = stencilLattice(where, engine, points, (from, to, dt) => {
    const step = dt === undefined ? 0 : 1;
    const kx = (dt ?? 1) / (hx * hx);
    if (y === undefined) code.diffuseLine64(step, from, x, to, nx, periodic, kx);
    else code.diffusePlane64(step, from, x, y, to, nx, ny, periodic, kx, (dt ?? 1) / (hy * hy));
  });
  return {
    points,
    bondsX,
    bondsY,
    get u() {
      return lattice.u;
    },
    rhs: lattice.rhs,
    step: lattice.step,
  };
}

/**
 * Bytes of an engine that `diffusionStencil` of a shape takes: 32 a point on a line, 40 in the plane.
 *
 * @throws TypeError, RangeError for a bad shape
 */
export function diffusionStencilBytes(shape: readonly number[]): number {
  const { axes, points } = latticeShape("diffusionStencilBytes", shape, 3);
  return stencilLatticeBytes(points) + axes * float64Bytes(points);
}

function spacings(where: string, spacing: number | readonly number[], axes: number): readonly [number, number] {
  const each = typeof spacing === "number" ? Array.from({ length: axes }, () => spacing) : spacing;
  lengthOf(where, "spacing", each, axes);
  const [hx = 1, hy = 1] = Array.from(each, (h, d) => positive(where, `spacing[${d}]`, h));
  return [hx, hy];
}

import { callable, checkOptions, oneOf } from "@hml/guard";
import type { Rhs, Vec } from "@hml/integrators";
import type { Lifting, Restriction } from "@hml/lift-restrict";
import type { EdgeProducts } from "./edge-products.ts";
import type { EdgeRules } from "./edge-rule.ts";
import type { Coupling } from "./edge-weights.ts";
import { type PatchFields, patchFields } from "./patch-fields.ts";
import type { PatchGrid } from "./patch-grid.ts";
import { blocksOf, gather } from "./patch-layout.ts";
import { constantLifting, interpolatingLifting, patchRestriction } from "./patch-maps.ts";
import type { Dim, PatchRhs, PatchView } from "./patch-view.ts";

/** Choices of `gapTooth` and `gapToothMap`. */
export interface GapToothOptions<D extends Dim> {
  /**
   * What to write on edge points at walls: a rule for all, or per axis a rule for both ends or a pair, undefined for
   * periodic axes. Needed when an axis is not periodic; see `dirichlet` and `neumann`.
   */
  readonly boundary?: EdgeRules<D>;
  /** The coarse value of a patch: "average" (default) over its interior, or the value at its "centre" (staggered). */
  readonly restriction?: "average" | "centre";
  /** How a coarse state becomes a fine one: "interpolate" (default) at the coupling's order, or "constant" per patch. */
  readonly lifting?: "interpolate" | "constant";
  /**
   * While you write a micro model: checks after each call that it left its input alone and wrote every interior point with a
   * finite number, and throws a TypeError that names the patch and the index if not. Off by default; twice the time.
   */
  readonly check?: boolean;
  /** Faster products, of the same bits: `lineProducts(kernelEngine())` of @hml/kernels. Plain loops when left out. */
  readonly products?: EdgeProducts;
}

/** Patches that act as one system, whatever moves them in time. Not re-entrant: it owns its work arrays. */
export interface PatchSystem<D extends Dim = Dim> {
  /** Where the patches stand. */
  readonly grid: PatchGrid<D>;
  /** Length of a state `[member, channel, patchZ, patchY, patchX, z, y, x]`: interior points only. */
  readonly size: number;
  /** One coarse value per patch: `[member, channel, patchZ, patchY, patchX]`. */
  readonly restriction: Restriction;
  /** Fine states from coarse ones; restricting them gives the coarse state back. */
  readonly lifting: Lifting;
  /** The patches of all members, in the order of the fields that `edges` returns. */
  readonly patches: readonly PatchView<D>[];
  /** The state of a field f(x, y, z, channel, member), absent coordinates 0. */
  sample(f: (x: number, y: number, z: number, channel: number, member: number) => number): Vec;
  /**
   * The fields `[channel, z, y, x]` of all patches with their edges filled at time t. They are the system's own work arrays,
   * good until its next call.
   */
  edges(t: number, u: Vec): readonly Vec[];
}

/** The gap-tooth scheme as a right-hand side, ready for `solve`. */
export interface GapTooth<D extends Dim = Dim> extends PatchSystem<D> {
  /** du/dt of a state: fills the edges, then calls the micro model on every patch. */
  readonly rhs: Rhs;
}

const KEYS = ["boundary", "restriction", "lifting", "check", "products"];

/**
 * The gap-tooth scheme: a micro model, run in small patches that a coupling makes act as the whole.
 *
 * `micro(t, u, out, patch)` writes du/dt at the interior points of one patch from values whose edges are filled. It must not
 * write `u`. A call of `rhs` fills edges along x, then y, then z, and calls `micro` once per patch; it allocates nothing.
 *
 * @throws TypeError or RangeError when micro is no function, the coupling does not suit the grid or walls lack a rule.
 * Source: Kevrekidis et al., Comm. Math. Sci. 1 (2003) 715; Roberts and Kevrekidis, SIAM J. Sci. Comput. 29 (2007) 1495.
 */
export function gapTooth<D extends Dim>(
  grid: PatchGrid<D>,
  micro: PatchRhs<NoInfer<D>>,
  coupling: Coupling,
  options: GapToothOptions<NoInfer<D>> = {},
): GapTooth<D> {
  callable("gapTooth", "micro", micro);
  checkOptions("gapTooth", options, KEYS);
  const model = options.check === true ? checkedModel(micro) : micro;
  const { system, fields } = patchSystem("gapTooth", grid, coupling, options);
  const { layout, blocks } = fields;
  const slopes = new Float64Array(layout.size);
  const slopeBlocks = blocksOf(layout, slopes);
  const { patches } = layout;
  const rhs: Rhs = (t, u, out) => {
    fields.fill(t, u);
    for (let p = 0; p < patches.length; p++) model(t, blocks[p]!, slopeBlocks[p]!, patches[p]!);
    gather(layout, slopes, out);
  };
  return Object.freeze({ ...system, rhs });
}

/** A micro model with its manners watched. */
function checkedModel<D extends Dim>(micro: PatchRhs<D>): PatchRhs<D> {
  return (t, u, out, patch) => {
    const before = Float64Array.from(u);
    out.fill(Number.NaN);
    micro(t, u, out, patch);
    const where = `micro at patch [${patch.patch.join(", ")}] of member ${patch.member}`;
    const changed = u.findIndex((value, i) => !Object.is(value, before[i]));
    if (changed >= 0) throw new TypeError(`gapTooth: ${where} must not write u, but changed u[${changed}]`);
    const [nx, ny = 1, nz = 1] = patch.points;
    const inside = (i: number, n: number): boolean => n === 1 || (i >= patch.edgePoints && i < n - patch.edgePoints);
    out.forEach((value, at) => {
      const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny)) % nz] as const;
      if (Number.isFinite(value) || !inside(i, nx) || !inside(j, ny) || !inside(k, nz)) return;
      throw new TypeError(
        `gapTooth: ${where} must write a finite number to every interior point, got ${value} in out[${at}] ` +
          `(x ${i}, y ${j}, z ${k}; NaN also where nothing is written)`,
      );
    });
  };
}

/** What all patch schemes share: the padded field and the maps between the scales. */
export function patchSystem<D extends Dim>(
  where: string,
  grid: PatchGrid<D>,
  coupling: Coupling,
  options: GapToothOptions<D>,
): { system: PatchSystem<D>; fields: PatchFields<D> } {
  checkOptions(where, options, KEYS);
  callable(where, "coupling.weights", (coupling as Coupling | undefined)?.weights);
  const fields = patchFields(where, grid, coupling, options.boundary, options.products);
  const { layout, blocks, padded } = fields;
  const byTurns = coupling.interpolation !== undefined;
  const allowed = byTurns ? (["centre"] as const) : (["average", "centre"] as const);
  const restrict = oneOf(where, "restriction", options.restriction ?? allowed[0], allowed);
  const lift = oneOf(where, "lifting", options.lifting ?? "interpolate", ["interpolate", "constant"]);
  const restriction = patchRestriction(grid, restrict);
  const system: PatchSystem<D> = {
    grid,
    size: grid.size,
    restriction,
    lifting: lift === "constant" ? constantLifting(grid) : interpolatingLifting(grid, coupling, restriction),
    patches: layout.patches,
    sample(f) {
      callable("sample", "f", f);
      blocks.forEach((block, p) => samplePatch(block, layout.patches[p]!, f));
      const state = new Float64Array(grid.size);
      gather(layout, padded, state);
      return state;
    },
    edges(t, u) {
      fields.fill(t, u);
      return blocks;
    },
  };
  return { system, fields };
}

function samplePatch(
  block: Vec,
  patch: PatchView,
  f: (x: number, y: number, z: number, channel: number, member: number) => number,
): void {
  const [x0, y0 = 0, z0 = 0] = patch.origin;
  const [dx, dy = 0, dz = 0] = patch.spacing;
  const [nx, ny = 1, nz = 1] = patch.points;
  let next = 0;
  for (let channel = 0; channel < patch.channels; channel++) {
    for (let k = 0; k < nz; k++) {
      for (let j = 0; j < ny; j++) {
        for (let i = 0; i < nx; i++) block[next++] = f(x0 + i * dx, y0 + j * dy, z0 + k * dz, channel, patch.member);
      }
    }
  }
}

import { callable, checkOptions, integer, nonNegative, oneOf, positive } from "@hml/guard";
import type { Rhs, Vec } from "@hml/integrators";
import {
  boxWindow,
  type Closure,
  type Ends,
  type LiftingOrder,
  polynomialLifting,
  smoothWindow,
  windowAverages,
} from "@hml/lift-restrict";
import type { BurstModel, BurstPatch } from "./burst-patch.ts";
import { extentOf, shiftInvariance } from "./macro-extent.ts";
import { bufferWarning, type PatchWarning, periodWarning } from "./patch-warning.ts";

/** What patch dynamics is made of. Lengths and times in the fine model's own units. */
export interface PatchDynamicsSpec {
  /** First and last position of the macroscale domain. */
  readonly extent: readonly [from: number, to: number];
  /** Macroscale spacings in the domain: nodes lie `(to - from) / teeth` apart. */
  readonly teeth: number;
  /** Width h of a tooth, over which the fine state is averaged. */
  readonly toothWidth: number;
  /** Width H of a whole patch, the tooth and the buffer on both of its sides. */
  readonly bufferWidth: number;
  /** Distance between fine points. Widths are rounded to a whole, even number of these. */
  readonly spacing: number;
  /** The fine model: `perPatch(...)`, or one flow of all patches. */
  readonly micro: BurstModel;
  /** Duration of the burst whose average change gives the slope. */
  readonly burst: number;
  /** Duration run and discarded before each burst, so that the lifted field can heal; default 0. */
  readonly heal?: number;
  /** Order of the lifting, default 2. */
  readonly order?: LiftingOrder;
  /** Macroscale ends: `"periodic"`, or `"held"` (Dirichlet values, first and last in the state); default `"held"`. */
  readonly ends?: Ends;
  /** Closure of the lifting at held ends, default `"one-sided"`. */
  readonly closure?: Closure;
  /** Restriction: the plain average over the tooth, or a smooth weight; default `"box"`. */
  readonly window?: "box" | "smooth";
  /**
   * Whether adding a constant to the fine state adds it to the result, true of diffusion and advection without sources.
   * Then the node's value is subtracted before each burst, which saves the rounding of large states (0.05 in dU/dt at
   * the paper's numbers). No default: a wrong `true` is silently wrong physics.
   */
  readonly shiftInvariant: boolean;
  /** Period of the fine structure, if known; checks that a box window holds whole periods. */
  readonly period?: number;
  /** Effective diffusivity, if known even roughly; checks the buffer against the burst's diffusion length. */
  readonly diffusivity?: number;
}

/** The macroscale equation that patch dynamics makes of a fine model. */
export interface PatchDynamics {
  /** Number of macroscale values, held ends included. */
  readonly size: number;
  /** Positions of the macroscale values, `[size]`. */
  readonly nodes: Vec;
  /**
   * dU/dt by one burst in every patch, from `t` on. A held end has slope zero. Not re-entrant: it owns the patches' state.
   */
  readonly rhs: Rhs;
  /** Geometry of the patches. */
  readonly patches: readonly BurstPatch[];
  /** Rules of thumb that the spec breaks. */
  readonly warnings: readonly PatchWarning[];
  /** Fine points times fine time spent on one slope. */
  readonly costPerSlope: number;
  /** Part of the space-time of a full simulation that is simulated when a macro step of `macroStep` takes one slope. */
  spacetimeFraction(macroStep: number): number;
}

const KEYS = [
  "extent",
  "teeth",
  "toothWidth",
  "bufferWidth",
  "spacing",
  "micro",
  "burst",
  "heal",
  "order",
  "ends",
  "closure",
  "window",
  "shiftInvariant",
  "period",
  "diffusivity",
];

/**
 * Patch dynamics with buffers: a macroscale du/dt from short bursts of a fine model in small patches around the nodes.
 *
 * For each node i: lift the macroscale values to a smooth field on the patch [x_i - H/2, x_i + H/2] whose tooth average
 * is exactly U_i; run the fine model for `heal` and then for `burst` with the patch's ends held; the slope is
 *
 *   dU_i/dt = (average over the tooth after the burst - average before it) / burst.
 *
 * The slope is an ordinary `Rhs`, so every macro integrator runs on it; with forward Euler this is the scheme of the
 * paper. The buffer protects the tooth from the held ends: half of it must be about 5.9 sqrt(D burst), see `warnings`.
 *
 * The state holds every macroscale value, held ends too: their values are data of the run, and a learner needs them.
 *
 * @throws RangeError / TypeError for a malformed spec: overlapping patches, a tooth wider than its patch, too few nodes for
 * the order, a fine model of another size. A non-finite result is left to the macro integrator, which reports the time
 * and the node.
 *
 * Good starting values: burst 10 to 1000 relaxation times of the micro-structure, `bufferWidth` 12 sqrt(D burst),
 * `toothWidth` 10 periods, order "spectral" for smooth fields.
 *
 * Source: Samaey, Kevrekidis, Roose, J. Comput. Phys. 213 (2006) 264, algorithm of section 3; Arbabi, Bunder, Samaey,
 * Roberts, Kevrekidis, JOM 72 (2020) 4444, eqs. (8)-(11).
 */
export function patchDynamics(spec: PatchDynamicsSpec): PatchDynamics {
  const where = "patchDynamics";
  checkOptions(where, spec, KEYS, "spec");
  const teeth = integer(where, "teeth", spec.teeth, 2, 1e6);
  const burst = positive(where, "burst", spec.burst);
  const heal = nonNegative(where, "heal", spec.heal ?? 0);
  const ends = oneOf(where, "ends", spec.ends ?? "held", ["periodic", "held"]);
  const order = oneOf(where, "order", spec.order ?? 2, [2, 4, 6, "spectral"]);
  const windowKind = oneOf(where, "window", spec.window ?? "box", ["box", "smooth"]);
  const shiftInvariant = shiftInvariance(where, spec.shiftInvariant);
  const spacing = positive(where, "spacing", spec.spacing);
  const [from, length] = extentOf(where, spec.extent);
  const macroSpacing = length / teeth;
  const toothWidth = positive(where, "toothWidth", spec.toothWidth);
  const bufferWidth = positive(where, "bufferWidth", spec.bufferWidth);
  if (toothWidth > bufferWidth) {
    throw new RangeError(
      `${where}: toothWidth must not exceed bufferWidth (the whole patch), got ${toothWidth} > ${bufferWidth}`,
    );
  }
  if (bufferWidth > macroSpacing) {
    throw new RangeError(
      `${where}: bufferWidth must be at most the node spacing ${macroSpacing}, got ${bufferWidth}; patches would overlap`,
    );
  }
  const points = 2 * integer(where, "bufferWidth / (2 spacing)", Math.round(bufferWidth / spacing / 2), 2, 1 << 25) + 1;
  const toothPoints = 2 * integer(where, "toothWidth / (2 spacing)", Math.round(toothWidth / spacing / 2), 1) + 1;
  const nodeCount = ends === "held" ? teeth + 1 : teeth;
  const window = windowKind === "box" ? boxWindow(toothPoints) : smoothWindow(toothPoints);

  const lifting = polynomialLifting({
    nodes: nodeCount,
    spacing: macroSpacing,
    ends,
    closure: spec.closure ?? "one-sided",
    order,
    window,
    points,
    pointSpacing: spacing,
  });
  const { boxes } = lifting;
  const restriction = windowAverages({ boxes, points, window });
  const nodes = Float64Array.from({ length: nodeCount }, (_, i) => from + (i * length) / teeth);
  const patches = Array.from({ length: boxes }, (_, index): BurstPatch => {
    const centre = nodes[lifting.nodeOf(index)]!;
    return Object.freeze({ index, centre, from: centre - ((points - 1) / 2) * spacing, spacing, points });
  });

  const size = integer(where, "patches * points", boxes * points, 1, 1_073_741_824);
  const flow = callable(where, "micro", spec.micro)(patches);
  integer(where, "the size of micro's flow", flow.size, size, size);
  const fine = new Float64Array(size);
  const views = patches.map((_, p) => fine.subarray(p * points, (p + 1) * points));
  const before = new Float64Array(boxes);
  const after = new Float64Array(boxes);

  const rhs: Rhs = (t, U, out) => {
    for (let p = 0; p < boxes; p++) {
      const value = U[lifting.nodeOf(p)]!;
      lifting.liftBox(p, U, shiftInvariant ? value : 0, views[p]!);
      before[p] = shiftInvariant ? 0 : value;
    }
    if (heal > 0) {
      flow.advance(fine, t, t + heal);
      restriction.restrict(fine, before);
    }
    flow.advance(fine, t + heal, t + heal + burst);
    restriction.restrict(fine, after);
    if (ends === "held") out[0] = out[nodeCount - 1] = 0;
    for (let p = 0; p < boxes; p++) out[lifting.nodeOf(p)] = (after[p]! - before[p]!) / burst;
  };

  const costPerSlope = size * (heal + burst);
  return Object.freeze({
    size: nodeCount,
    nodes,
    rhs,
    patches: Object.freeze(patches),
    warnings: Object.freeze(
      warningsOf(spec, windowKind, (toothPoints - 1) * spacing, (points - 1) * spacing, heal + burst),
    ),
    costPerSlope,
    spacetimeFraction(macroStep: number): number {
      positive("spacetimeFraction", "macroStep", macroStep);
      return costPerSlope / ((length / spacing) * macroStep);
    },
  });
}

function warningsOf(
  spec: PatchDynamicsSpec,
  window: "box" | "smooth",
  toothWidth: number,
  patchWidth: number,
  duration: number,
): PatchWarning[] {
  const { period, diffusivity } = spec;
  const found: (PatchWarning | undefined)[] = [];
  if (diffusivity !== undefined) {
    found.push(
      bufferWarning("patchDynamics", patchWidth / 2, positive("patchDynamics", "diffusivity", diffusivity), duration),
    );
  }
  if (period !== undefined && window === "box") {
    found.push(periodWarning("patchDynamics", toothWidth, positive("patchDynamics", "period", period)));
  }
  return found.filter((warning) => warning !== undefined);
}

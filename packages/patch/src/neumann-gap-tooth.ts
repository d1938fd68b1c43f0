import { callable, checkOptions, integer, nonNegative, oneOf, positive } from "@hml/guard";
import type { Rhs, Vec } from "@hml/integrators";
import { localPolynomials, windowAverages } from "@hml/lift-restrict";
import type { BurstPatch } from "./burst-patch.ts";
import { extentOf, shiftInvariance } from "./macro-extent.ts";
import type { PatchDynamics, PatchDynamicsSpec } from "./patch-dynamics.ts";
import { bareSlopesWarning, periodWarning, type PatchWarning } from "./patch-warning.ts";
import type { ToothModel } from "./tooth-model.ts";

/** What the gap-tooth scheme with Neumann ends is made of. Lengths and times in the fine model's own units. */
export interface NeumannGapToothSpec
  extends Omit<
    PatchDynamicsSpec,
    "toothWidth" | "bufferWidth" | "spacing" | "micro" | "window" | "diffusivity" | "period"
  > {
  /** Width h of a tooth, over which the fine state is averaged; rounded to whole cells. */
  readonly toothWidth: number;
  /**
   * Width H of what is simulated about a node, in steps of two cells beyond the tooth; default the tooth and `slopeInset` on
   * both of its sides.
   */
  readonly bufferWidth?: number;
  /** Width of a fine cell. */
  readonly spacing: number;
  /**
   * How far inside the ends of what is simulated the slopes are taken; default 0, for a plain Neumann condition. A model that
   * holds the mean of du/dx over a length l, whose middle is the tooth's end, reaches l / 2 further: inset l / 2.
   */
  readonly slopeInset?: number;
  /** The fine model with given slopes at its ends: `perTooth(...)`, or one flow of all teeth. */
  readonly micro: ToothModel;
  /** Period of the fine structure, if it has one and it is known; see `warnings`. */
  readonly period?: number;
}

const KEYS = [
  "extent",
  "teeth",
  "toothWidth",
  "bufferWidth",
  "spacing",
  "slopeInset",
  "micro",
  "burst",
  "heal",
  "order",
  "ends",
  "closure",
  "shiftInvariant",
  "period",
];

/**
 * The gap-tooth scheme with Neumann ends: a macroscale du/dt from short runs of a fine model in small teeth about the nodes,
 * each held to the slopes of the macroscale interpolant.
 *
 * The macroscale values U_i are averages over teeth of width h. For each node: p_i is the polynomial of degree `order`
 * whose averages over the tooth and its `order` nearest neighbours are the given values; the tooth starts from p_i and
 * runs for `heal` and then `burst` with du/dx = p_i' held at both ends; the slope is
 *
 *   dU_i/dt = (average over the tooth after the burst - average before it) / burst.
 *
 * A fine model that conserves its content makes this the difference of the two end fluxes over h. For u_t = D u_xx it is
 * D times the central difference of that order of U, for every h and burst: of order `order` in the node spacing (to the
 * fine lattice's own error, D spacing^2 u_xxxx / 24, above order 2).
 *
 * Where the medium varies inside a tooth, u_t = (a(x / epsilon) u_x)_x, plain slopes are wrong: the end flux is a at the end times
 * p', so a at the ends stands where the homogenised coefficient belongs, however fine the medium. Two cures: hold the mean
 * of du/dx over a period about each end (`slopeInset` half a period), a constraint as in the paper; or a buffer, `bufferWidth` beyond
 * `toothWidth`, which keeps the ends away for the time of a burst, with `heal` some epsilon^2 / a, as `patchDynamics`
 * does.
 *
 * The result has the members of `patchDynamics`; `patches` are the teeth, whose points are the centres of cells.
 *
 * @throws RangeError / TypeError for a malformed spec: teeth that overlap, slopes taken outside, too few nodes for the
 * order, a fine model of another size. A non-finite result is left to the macro integrator.
 *
 * Good starting values: order 4, `toothWidth` a few whole periods, burst some periods^2 / a.
 *
 * Source: Samaey, Roose, Kevrekidis, Multiscale Model. Simul. 4 (2005) 278 (the scheme, its order, constraints, buffers).
 */
export function neumannGapTooth(spec: NeumannGapToothSpec): PatchDynamics {
  const where = "neumannGapTooth";
  checkOptions(where, spec, KEYS, "spec");
  const teeth = integer(where, "teeth", spec.teeth, 2, 1e6);
  const burst = positive(where, "burst", spec.burst);
  const heal = nonNegative(where, "heal", spec.heal ?? 0);
  const ends = oneOf(where, "ends", spec.ends ?? "held", ["periodic", "held"]);
  const order = oneOf(where, "order", spec.order ?? 2, [2, 4, 6, "spectral"]);
  const shiftInvariant = shiftInvariance(where, spec.shiftInvariant);
  const [from, length] = extentOf(where, spec.extent);
  const macroSpacing = length / teeth;
  const { spacing, tooth, cells, inset } = widthsOf(where, spec, macroSpacing);

  const nodeCount = ends === "held" ? teeth + 1 : teeth;
  const window = new Float64Array(tooth).fill(1 / tooth);
  const polynomials = localPolynomials({
    nodes: nodeCount,
    spacing: macroSpacing,
    ends,
    closure: spec.closure ?? "one-sided",
    order,
    window,
    points: cells,
    pointSpacing: spacing,
  });
  const { boxes, terms, nodeOf } = polynomials;
  const restriction = windowAverages({ boxes, points: cells, window });
  const nodes = Float64Array.from({ length: nodeCount }, (_, i) => from + (i * length) / teeth);
  const patches = Array.from({ length: boxes }, (_, index): BurstPatch => {
    const centre = nodes[nodeOf(index)]!;
    return Object.freeze({ index, centre, from: centre - ((cells - 1) / 2) * spacing, spacing, points: cells });
  });
  const size = integer(where, "teeth * cells", boxes * cells, 1, 1_073_741_824);
  const flow = callable(where, "micro", spec.micro)(patches);
  integer(where, "the size of micro's flow", flow.size, size, size);
  const fine = new Float64Array(size);
  const views = patches.map((_, p) => fine.subarray(p * cells, (p + 1) * cells));
  const slopes = new Float64Array(2 * boxes);
  const coefficients = new Float64Array(terms);
  const before = new Float64Array(boxes);
  const after = new Float64Array(boxes);
  // Coefficients are in powers of s / halfWidth about the node; this is where the slopes are taken, and their unit.
  const halfWidth = ((cells - 1) * spacing) / 2;
  const end = ((cells * spacing) / 2 - inset) / halfWidth;

  const rhs: Rhs = (t, U, out) => {
    for (let p = 0; p < boxes; p++) {
      const value = U[nodeOf(p)]!;
      polynomials.coefficients(p, U, shiftInvariant ? value : 0, coefficients);
      pointValues(coefficients, views[p]!);
      endSlopes(coefficients, end, halfWidth, slopes, 2 * p);
      before[p] = shiftInvariant ? 0 : value;
    }
    if (heal > 0) {
      flow.advance(fine, t, t + heal, slopes);
      restriction.restrict(fine, before);
    }
    flow.advance(fine, t + heal, t + heal + burst, slopes);
    restriction.restrict(fine, after);
    if (ends === "held") out[0] = out[nodeCount - 1] = 0;
    for (let p = 0; p < boxes; p++) out[nodeOf(p)] = (after[p]! - before[p]!) / burst;
  };

  const costPerSlope = size * (heal + burst);
  return Object.freeze({
    size: nodeCount,
    nodes,
    rhs,
    patches: Object.freeze(patches),
    warnings: Object.freeze(warningsOf(where, spec.period, tooth * spacing, cells === tooth)),
    costPerSlope,
    spacetimeFraction(macroStep: number): number {
      positive("spacetimeFraction", "macroStep", macroStep);
      return costPerSlope / ((length / spacing) * macroStep);
    },
  });
}

/** The cells of a tooth and of what is simulated about it, and where in that the slopes are taken. */
interface Widths {
  readonly spacing: number;
  readonly tooth: number;
  readonly cells: number;
  readonly inset: number;
}

function widthsOf(where: string, spec: NeumannGapToothSpec, macroSpacing: number): Widths {
  const spacing = positive(where, "spacing", spec.spacing);
  const toothWidth = positive(where, "toothWidth", spec.toothWidth);
  const inset = nonNegative(where, "slopeInset", spec.slopeInset ?? 0);
  const bufferWidth = positive(where, "bufferWidth", spec.bufferWidth ?? toothWidth + 2 * inset);
  if (toothWidth > bufferWidth) {
    throw new RangeError(
      `${where}: toothWidth must not exceed bufferWidth (all that is simulated), got ${toothWidth} > ${bufferWidth}`,
    );
  }
  const tooth = integer(where, "toothWidth / spacing", Math.round(toothWidth / spacing), 2, 1 << 25);
  const margin = integer(where, "buffer / spacing", Math.round((bufferWidth - toothWidth) / spacing / 2), 0, 1 << 25);
  const cells = tooth + 2 * margin;
  // A millionth of a cell of slack lets teeth touch.
  if (cells * spacing > macroSpacing + 1e-6 * spacing) {
    throw new RangeError(
      `${where}: bufferWidth must be at most the node spacing ${macroSpacing}, got ${cells * spacing}; teeth would overlap`,
    );
  }
  if (!(2 * inset < cells * spacing)) {
    throw new RangeError(`${where}: slopeInset must be less than half of ${cells * spacing}, got ${inset}`);
  }
  return { spacing, tooth, cells, inset };
}

/** The polynomial at equally spaced points of [-1, 1]. */
function pointValues(c: Vec, out: Vec): void {
  const last = out.length - 1;
  for (let i = 0; i <= last; i++) {
    const s = (2 * i - last) / last;
    let sum = c[c.length - 1]!;
    for (let k = c.length - 2; k >= 0; k--) sum = sum * s + c[k]!;
    out[i] = sum;
  }
}

/** The polynomial's derivative at -s and s, per `unit`, into out[at] and out[at + 1]. */
function endSlopes(c: Vec, s: number, unit: number, out: Vec, at: number): void {
  // Even and odd parts apart: neighbours that share an end get the same slope from both sides.
  let even = 0;
  let odd = 0;
  let power = 1;
  for (let k = 1; k < c.length; k++) {
    if (k % 2 === 1) even += k * c[k]! * power;
    else odd += k * c[k]! * power;
    power *= s;
  }
  out[at] = (even - odd) / unit;
  out[at + 1] = (even + odd) / unit;
}

function warningsOf(where: string, period: number | undefined, toothWidth: number, bare: boolean): PatchWarning[] {
  if (period === undefined) return [];
  positive(where, "period", period);
  const found = [periodWarning(where, toothWidth, period), bare ? bareSlopesWarning(where) : undefined];
  return found.filter((warning) => warning !== undefined);
}

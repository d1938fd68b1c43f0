import type { Coupling } from "./edge-weights.ts";
import type { PatchGrid } from "./patch-grid.ts";
import { AXIS_NAMES } from "./per-axis.ts";
import { percent, type WaveError } from "./wave-error.ts";

/** Something about a grid and a coupling that runs but is probably not what was meant. */
export interface ReportWarning {
  /** Which rule. */
  readonly code:
    | "edgy-low-order"
    | "coupling-error"
    | "period-not-whole"
    | "no-saving"
    | "centre-not-symmetric"
    | "zigzag"
    | "few-patches"
    | "runge";
  /** The rule, what was got, and what to do. */
  readonly message: string;
}

/** A coupling that changes the longest wave's rate by more than this is worth a word. */
const LARGEST_ERROR = 0.01;
/** Above this part of the domain patches save too little to be worth their error. */
const LARGEST_SHARE = 0.9;
/** More equispaced patches between walls than this make one polynomial through all oscillate. */
const MOST_EQUISPACED = 10;

/** The rules that are broken, in the order of the axes. */
export function reportWarnings(
  grid: PatchGrid,
  coupling: Coupling,
  period: readonly number[],
  errors: readonly WaveError[],
): ReportWarning[] {
  const found: ReportWarning[] = [];
  for (let a = 0; a < grid.dim; a++) {
    found.push(
      ...couplingRules(coupling, a, errors),
      ...brokenPeriod(grid, coupling, a, period[a]!),
      ...wallRules(grid, coupling, a),
    );
  }
  const share = grid.ratio.reduce((all: number, r: number, a) => all * r * grid.period[a]!, 1);
  if (share > LARGEST_SHARE) {
    found.push({
      code: "no-saving",
      message:
        `ratio times phases of the ensemble should be at most ${LARGEST_SHARE}, got ${share.toPrecision(3)}; simulate the ` +
        `full lattice, or take a smaller ratio`,
    });
  }
  if (coupling.source === "centre") {
    found.push({
      code: "centre-not-symmetric",
      message:
        `centre coupling does not keep a self-adjoint micro model self-adjoint: rates stay right, but norms may grow for a ` +
        `while and solvers that need symmetry do not apply; source "edgy" keeps it`,
    });
  }
  return found;
}

function couplingRules(coupling: Coupling, axis: number, errors: readonly WaveError[]): ReportWarning[] {
  const { order, source } = coupling;
  const longest = errors.find((one) => one.axis === axis && one.waves === 1);
  const error = longest?.measured ?? longest?.expected;
  if (order === "spectral" || error === undefined) return [];
  const size = `${longest?.measured === undefined ? "an expected" : "a measured"} error of ${percent(error)} for the longest wave`;
  if (source === "edgy" && order === 2) {
    return [
      {
        code: "edgy-low-order",
        message:
          `edgy coupling of order 2 along ${AXIS_NAMES[axis]} should not be relied on, got ${size}, which grows with the ` +
          `points of a patch; take spectral(), order 4 and more, or source "centre"`,
      },
    ];
  }
  if (Math.abs(error) <= LARGEST_ERROR) return [];
  return [
    {
      code: "coupling-error",
      message:
        `the coupling along ${AXIS_NAMES[axis]} should carry the longest wave to ${percent(LARGEST_ERROR)}, got ${size}; ` +
        `spectral() has no such error; or take a higher order, more patches, or source "centre"`,
    },
  ];
}

/** Edgy patches should hold whole periods; centre ones from the middle to the edge. An ensemble of phases needs neither. */
function brokenPeriod(grid: PatchGrid, coupling: Coupling, axis: number, period: number): ReportWarning[] {
  if (grid.period[axis]! > 1 || period === 1) return [];
  const edgy = coupling.source === "edgy";
  const reach = edgy ? grid.interior[axis]! : (grid.points[axis]! - grid.edgePoints) / 2;
  if (reach % period === 0) return [];
  const whole = Math.max(1, Math.round(reach / period)) * period;
  const better = edgy ? whole + 2 * grid.edgePoints : 2 * whole + grid.edgePoints;
  return [
    {
      code: "period-not-whole",
      message:
        `${edgy ? "points - 2 edgePoints" : "(points - edgePoints) / 2"} along ${AXIS_NAMES[axis]} should be a multiple of ` +
        `the period ${period}, got ${reach}; take ${better} points, or give patchGrid the period for an ensemble of phases`,
    },
  ];
}

function wallRules(grid: PatchGrid, coupling: Coupling, axis: number): ReportWarning[] {
  const patches = grid.patches[axis]!;
  const name = AXIS_NAMES[axis];
  if (coupling.order !== "spectral") {
    if (patches >= 2 * coupling.order) return [];
    return [
      {
        code: "few-patches",
        message:
          `patches along ${name} should be at least twice the order ${coupling.order}, got ${patches}; ` +
          `${grid.periodic[axis]! ? "spectral() uses as many and is exact" : "lower the order"}`,
      },
    ];
  }
  if (grid.periodic[axis]!) {
    if (patches % 2 === 1) return [];
    return [
      {
        code: "zigzag",
        message:
          `an even number of patches along ${name}, ${patches}, has a zigzag wave that is carried as a cosine, with a rate ` +
          `of its own; an odd number has none`,
      },
    ];
  }
  const centres = grid.centres[axis]!;
  const equal = Math.abs(centres[1]! - centres[0]! - grid.distance[axis]!) < 1e-6 * grid.distance[axis]!;
  if (!equal || patches <= MOST_EQUISPACED) return [];
  return [
    {
      code: "runge",
      message:
        `one polynomial through ${patches} equispaced patches along ${name} oscillates near the walls (at most ` +
        `${MOST_EQUISPACED} are safe); take lagrange(4) or Chebyshev centres`,
    },
  ];
}

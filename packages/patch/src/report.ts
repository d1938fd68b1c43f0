import { checkOptions, integer } from "@hml/guard";
import { type Bloch, bloch } from "./bloch.ts";
import { couplingError, modeError } from "./coupling-error.ts";
import type { Coupling } from "./edge-weights.ts";
import { type PatchGrid, product } from "./patch-grid.ts";
import type { Dim, PatchRhs, PerAxis } from "./patch-view.ts";
import { AXIS_NAMES, eachAxis } from "./per-axis.ts";
import { type ReportWarning, reportWarnings } from "./report-warnings.ts";
import { type PatchModes, patchModes } from "./spectra/patch-modes.ts";
import { percent, type WaveError } from "./wave-error.ts";

/** What a report may know beyond grid and coupling. */
export interface ReportOptions<D extends Dim> {
  /** A linear diffusive micro model of one field: errors are then measured against the full lattice, and rates given. */
  readonly micro?: PatchRhs<D>;
  /** Period of the medium in points along each axis; default the grid's, 1 without an ensemble. */
  readonly period?: number | PerAxis<D>;
}

/** The scales of time that the micro model has in patches. */
export interface PatchRates {
  /** Slowest decay inside a patch: heal a lifted state for some multiples of its inverse. */
  readonly slowestMicro: number;
  /** Fastest decay: explicit steps are at most about 2 to 3 of its inverse. */
  readonly fastestMicro: number;
}

/** What to expect of a patch scheme: plain data. */
export interface PatchReport {
  /** Unknowns of the scheme. */
  readonly unknowns: number;
  /** Unknowns of the full lattice on the same domain at the same spacing. */
  readonly fullUnknowns: number;
  /** unknowns / fullUnknowns: the cost of a right-hand side against full simulation, coupling apart. */
  readonly fraction: number;
  /** Whether a self-adjoint micro model stays self-adjoint: edgy coupling on periodic axes. */
  readonly keepsSymmetry: boolean;
  /** Expected errors of waves along each axis, 1, 2, 4, ... over the domain. */
  readonly errors: readonly WaveError[];
  /** Rates within a patch, if `micro` is given on a periodic grid. */
  readonly rates: PatchRates | undefined;
  /** What is probably not meant. */
  readonly warnings: readonly ReportWarning[];
  /** All of it as lines of text. */
  readonly text: string;
}

/**
 * What a patch scheme will cost and how right it will be, before it is run: expected relative errors of macroscale rates,
 * the part of the domain that is simulated, symmetry, and warnings. With a micro model (linear, one field) errors are measured
 * against the full lattice.
 *
 * @throws RangeError / TypeError when the coupling does not suit the grid, or the model is not linear or differs between
 * patches.
 */
export function report<D extends Dim>(
  grid: PatchGrid<D>,
  coupling: Coupling,
  options: ReportOptions<NoInfer<D>> = {},
): PatchReport {
  const where = "report";
  checkOptions(where, options, ["micro", "period"]);
  const period = eachAxis(where, "period", grid.dim, options.period ?? grid.period, (name, value: number) =>
    integer(where, name, value, 1),
  );
  coupling.weights(grid);
  const periodic = !grid.periodic.includes(false);
  let measure: { readonly modes: PatchModes; readonly exact: Bloch } | undefined;
  if (options.micro !== undefined && periodic) {
    const { dim, spacing, channels, edgePoints } = grid;
    measure = {
      modes: patchModes(grid, options.micro, coupling),
      exact: bloch(options.micro, { dim, period, spacing, channels, edgePoints }),
    };
  }
  const errors = Array.from({ length: grid.dim }, (_, axis) => waveErrors(grid, coupling, axis, measure)).flat();
  const fullUnknowns = grid.channels * product(grid.extent.map(([from, to], a) => (to - from) / grid.spacing[a]!));
  const facts = {
    unknowns: grid.size,
    fullUnknowns,
    fraction: grid.size / fullUnknowns,
    keepsSymmetry: coupling.source === "edgy" && periodic,
    errors: Object.freeze(errors),
    rates: measure === undefined ? undefined : ratesOf(measure.modes),
    warnings: Object.freeze(reportWarnings(grid, coupling, period, errors)),
  };
  return Object.freeze<PatchReport>({ ...facts, text: textOf(grid, coupling, facts) });
}

function waveErrors(
  grid: PatchGrid,
  coupling: Coupling,
  axis: number,
  measure: { readonly modes: PatchModes; readonly exact: Bloch } | undefined,
): WaveError[] {
  const patches = grid.patches[axis]!;
  const stride = product(grid.patches.slice(0, axis));
  const found: WaveError[] = [];
  for (let waves = 1; 2 * waves < patches; waves *= 2) {
    const expected = grid.periodic[axis]!
      ? couplingError({
          order: coupling.order,
          source: coupling.source,
          interior: grid.interior[axis]!,
          angle: (2 * Math.PI * waves) / patches,
        })
      : undefined;
    const measured = measure === undefined ? undefined : modeError(measure.modes, measure.exact, waves * stride);
    found.push(Object.freeze({ axis, waves, patchesPerWave: patches / waves, expected, measured }));
  }
  return found;
}

/** From the uniform mode: all but its slow eigenvalues, one for each field and decoupled member, belong to the micro model. */
function ratesOf(modes: PatchModes): PatchRates | undefined {
  const { re } = modes.eigenvalues(0);
  const fastest = -re[re.length - 1]!;
  // Slow ones are zero to rounding, micro ones are of the order of the fastest over points squared.
  const micro = re.find((value) => -value > 1e-9 * fastest);
  return micro === undefined ? undefined : Object.freeze({ slowestMicro: -micro, fastestMicro: fastest });
}

function textOf(grid: PatchGrid, coupling: Coupling, facts: Omit<PatchReport, "text">): string {
  const { unknowns, fullUnknowns, fraction, keepsSymmetry, errors, rates, warnings } = facts;
  const order = coupling.order === "spectral" ? "spectral" : `order ${coupling.order}`;
  const lines = [
    `${grid.patches.join(" x ")} patches of ${grid.points.join(" x ")} points, ${coupling.source} coupling, ${order}`,
    `cost: ${unknowns} unknowns, ${(100 * fraction).toPrecision(3)} % of the full lattice's ${Math.round(fullUnknowns)}`,
    keepsSymmetry
      ? "symmetry: a self-adjoint micro model stays self-adjoint"
      : "symmetry: not kept; energies of a self-adjoint micro model may grow for a while",
  ];
  for (const { axis, waves, patchesPerWave, expected, measured } of errors) {
    const parts = [
      ...(expected === undefined ? [] : [`expected ${percent(expected)} (homogeneous diffusion)`]),
      ...(measured === undefined ? [] : [`measured ${percent(measured)}`]),
    ];
    if (parts.length === 0) continue;
    lines.push(
      `error of the rate of ${waves} wave${waves === 1 ? "" : "s"} along ${AXIS_NAMES[axis]} ` +
        `(${patchesPerWave.toPrecision(3)} patches each): ${parts.join(", ")}`,
    );
  }
  if (rates !== undefined) {
    lines.push(
      `rates in a patch: slowest ${rates.slowestMicro.toPrecision(3)} (heal for some ` +
        `${(1 / rates.slowestMicro).toPrecision(2)}), fastest ${rates.fastestMicro.toPrecision(3)} (explicit steps up to ` +
        `about ${(2 / rates.fastestMicro).toPrecision(2)})`,
    );
  }
  for (const { message } of warnings) lines.push(`warning: ${message}`);
  return lines.join("\n");
}

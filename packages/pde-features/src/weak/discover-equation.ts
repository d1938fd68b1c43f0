import { callable, checkOptions, integer, nonNegative, oneOf, positive, show } from "@hml/guard";
import type { PeriodicGrid } from "../periodic-grid.ts";
import type { Rhs, Vec } from "../rhs.ts";
import { type FieldMovie, fieldMovie } from "./field-movie.ts";
import { equationRhs, type SplitEquation, splitEquation, type WeightedTerm, written } from "./found-equation.ts";
import { gridModes, modesBelow } from "./grid-modes.ts";
import { movieSpectrum } from "./movie-spectrum.ts";
import { resampled } from "./resampling.ts";
import { type MovieScheme, schemeSpectra } from "./scheme-spectra.ts";
import { squareOfTarget, type TermSolution } from "./solve-terms.ts";
import { type BoundTerms, boundTerms, type WeakFit, weakFit } from "./weak-fit.ts";
import { distinctFields, type FieldSpectra, fieldSpectra, weakSystem } from "./weak-system.ts";
import { type WeakTerm, weakTerms } from "./weak-terms.ts";

/** Options of `discoverEquation`. */
export interface DiscoverOptions {
  /** Candidate terms, default `weakTerms()`: lap^p(u^q), p = 0, ..., 3, q = 1, 2, 3. */
  readonly terms?: readonly WeakTerm[];
  /** Standard deviation of white noise on every value; default from the spectrum. */
  readonly noise?: number;
  /** Longest wavenumber |k| of the test functions; default where signal and noise are equal. */
  readonly cutoff?: number;
  /** Half-width of the test functions in frames; default that of 6, 12, 24 (as far as frames allow) with the fewest terms, then the surest coefficients. */
  readonly halfWidth?: number;
  /** A term is left out when the sum of squares then grows by less than this part, default 0.2. Smaller for short movies. */
  readonly jump?: number;
  /** The first-order scheme that made the data, where it is known; its error of first order in dt is then no part of the equation. */
  readonly scheme?: MovieScheme;
  /** Modes used at most, default 1,500. More cost time and give a little more precision. */
  readonly modes?: number;
  /** A seeded source of uniform numbers for bootstrap resampling; without it blocks of rows are left out one by one (jackknife). */
  readonly random?: () => number;
  /** Bootstrap samples, default 200. */
  readonly samples?: number;
  /** Part of the candidate terms withheld in each bootstrap sample, default 0 (library bagging: Fasel et al. 2022). */
  readonly withhold?: number;
}

/** A term of a discovered equation. */
export interface DiscoveredTerm {
  /** Name of the term. */
  readonly name: string;
  /** Its coefficient. */
  readonly coefficient: number;
  /** Standard error, from resampled blocks of rows with the terms as found. */
  readonly standardError: number;
  /** Interval that holds the true coefficient with a confidence of 95 %, if the terms are the true ones. */
  readonly interval: readonly [low: number, high: number];
}

/** An equation found in a movie. */
export interface DiscoveredEquation {
  /** The terms found, in the order of the library. */
  readonly terms: readonly DiscoveredTerm[];
  /** Names of all candidates. */
  readonly names: readonly string[];
  /** One coefficient a candidate, 0 where it was left out. */
  readonly coefficients: Vec;
  /** Part of the resampled fits in which each candidate was found, of those in which it was offered. */
  readonly inclusion: Vec;
  /** Standard deviation of the noise that was reckoned with. */
  readonly noise: number;
  /** Longest wavenumber of the test functions. */
  readonly cutoff: number;
  /** Half-width of the test functions in frames. */
  readonly halfWidth: number;
  /** Part of the weighted sum of squares that the equation explains. */
  readonly explained: number;
  /** The equation with its linear part apart, as `fieldEquation` of `@hml/systems` takes it. */
  readonly split: SplitEquation;
  /**
   * The equation as a right-hand side on a periodic grid of any points and period, for any integrator; spectral, nothing is
   * dealiased. It allocates nothing and is not re-entrant.
   */
  rhs(grid: PeriodicGrid): Rhs;
  /** "u_t = -0.99987 lap(u) - 1.0002 lap^2(u) + 1.0001 lap(u^3)". */
  toString(): string;
  /** The same in LaTeX. */
  toLatex(): string;
}

const WHERE = "discoverEquation";
/** Degree of the test functions in time: their first derivative is all that is needed, the rest is accuracy of the trapezoid rule. */
const DEGREE = 6;
/** Each round takes the law's error into the states between frames, where it matters less by the ratio of dt to the times of the field. */
const SCHEME_ROUNDS = 6;

/**
 * Finds the equation u_t = sum_j c_j A_j f_j(u) of a movie, noisy or not, and says how sure it is.
 *
 * Weak form: the equation is integrated against phi(t - t_c) e^(-ikx), phi = (1 - (t / a)^2)^6, so that no derivative is taken of the data:
 * -int phi_t u_k = sum_j c_j A_j(k) int phi f_j(u)_k for each mode k up to the corner of the spectrum and each centre t_c. Powers of noisy values
 * are Hermite polynomials, whose expectation is that of the clean powers; rows are weighted by the inverse of their variance (generalised least
 * squares); and what noise adds to the normal equations in expectation is taken off, so that coefficients are not pulled towards
 * zero. Terms are left out one by one as long as the residual does not jump. Intervals come from resampled blocks of rows.
 *
 * Noise must be white in space and time, and the grid periodic. Several movies of equal grids and times are used together.
 *
 * ```ts
 * const movie = fieldMovie({ u: readNpz(bytes).get("u")!, spacing: 1, dt: 0.2 });
 * const found = discoverEquation(movie);
 * console.log(String(found), found.terms);
 * ```
 *
 * Good starting values: the defaults; 100 frames so close that what happens takes five frames or more. Sources: Messenger and Bortz, J. Comput.
 * Phys. 443 (2021) 110525 (weak form); Bortz, Messenger, Dukic, Bull. Math. Biol. 85 (2023) 110 (covariance of weak residuals); Fuller, Measurement
 * Error Models, Wiley 1987 (noise in the terms); Fasel et al., Proc. R. Soc. A 478 (2022) 20210904 (ensembles).
 *
 * @throws TypeError or RangeError for bad options, movies of unlike grids, a movie in which nothing moves, or candidates none of which can be
 * told from the others
 */
export function discoverEquation(
  movies: FieldMovie | readonly FieldMovie[],
  options: DiscoverOptions = {},
): DiscoveredEquation {
  checkOptions(WHERE, options, [
    "terms",
    "noise",
    "cutoff",
    "halfWidth",
    "jump",
    "scheme",
    "modes",
    "random",
    "samples",
    "withhold",
  ]);
  const list = checkMovies(movies);
  const first = list[0]!;
  const terms = options.terms ?? weakTerms();
  if (!Array.isArray(terms) || terms.length === 0) {
    throw new TypeError(`${WHERE}: terms must be an array of terms, got ${show(terms)}; use weakTerms()`);
  }
  const jump = nonNegative(WHERE, "jump", options.jump ?? 0.2);
  const most = integer(WHERE, "modes", options.modes ?? 1500, 8);
  const samples = integer(WHERE, "samples", options.samples ?? 200, 2, 100_000);
  const withhold = nonNegative(WHERE, "withhold", options.withhold ?? 0);
  if (!(withhold < 1)) throw new RangeError(`${WHERE}: withhold must be below 1, got ${withhold}`);
  if (options.random !== undefined) callable(WHERE, "random", options.random);

  const scheme = options.scheme === undefined ? undefined : checkScheme(options.scheme, first.dt);

  const seen = list.map((movie) => movieSpectrum(movie));
  const noise =
    options.noise === undefined
      ? Math.sqrt(seen.reduce((sum, each) => sum + each.noise * each.noise, 0) / seen.length)
      : nonNegative(WHERE, "noise", options.noise);
  const cutoff =
    options.cutoff === undefined
      ? seen.reduce((least, each) => Math.max(least, each.cutoff), 0)
      : positive(WHERE, "cutoff", options.cutoff);
  const modes = modesBelow(gridModes(first.points, first.spacing), cutoff, most);
  const fields = distinctFields(terms);
  const bound = boundTerms(terms, fields, modes);
  const plain = list.map((movie) => fieldSpectra(movie, fields, modes, noise * noise));
  let best = bestFit(plain, bound, halfWidths(options.halfWidth, first.frames), jump);
  const law = (): WeightedTerm[] => {
    if (best === undefined) {
      throw new RangeError(
        `${WHERE}: terms must hold one that can be fitted, got ${terms.map((t) => t.name).join(", ")}`,
      );
    }
    const { active, coefficients } = best.solution;
    return active.map((j, position) => ({ term: terms[j]!, coefficient: coefficients[position]! }));
  };
  if (scheme !== undefined) {
    for (let round = 0; round < SCHEME_ROUNDS; round++) {
      const before = law();
      const between = list.map((movie) => schemeSpectra(movie, fields, modes, noise * noise, scheme, before));
      best = bestFit(between, bound, halfWidths(options.halfWidth, first.frames - 1), jump);
      if (settled(before, law())) break;
    }
  }
  const weighted = law();
  const { fit, halfWidth, solution } = best!;
  const { active, coefficients, residual } = solution;
  const { standardErrors, inclusion } = resampled(fit, solution, jump, { random: options.random, samples, withhold });
  const whole = new Float64Array(terms.length);
  for (const [position, j] of active.entries()) whole[j] = coefficients[position]!;
  return Object.freeze({
    terms: weighted.map(({ term, coefficient }, position): DiscoveredTerm => {
      const standardError = standardErrors[position]!;
      return {
        name: term.name,
        coefficient,
        standardError,
        interval: [coefficient - 1.96 * standardError, coefficient + 1.96 * standardError],
      };
    }),
    names: terms.map(({ name }) => name),
    coefficients: whole,
    inclusion,
    noise,
    cutoff,
    halfWidth,
    explained: 1 - residual / squareOfTarget(fit.sums),
    split: splitEquation(weighted),
    rhs: (grid: PeriodicGrid) => equationRhs("DiscoveredEquation.rhs", weighted, grid),
    toString: () =>
      written(
        weighted.map(({ term, coefficient }) => ({ text: term.name, coefficient })),
        false,
      ),
    toLatex: () =>
      written(
        weighted.map(({ term, coefficient }) => ({ text: term.latex, coefficient })),
        true,
      ),
  });
}

/** The fit of the half-width that needs the fewest terms, and of several such the one whose coefficients are surest. */
function bestFit(
  spectra: readonly FieldSpectra[],
  bound: BoundTerms,
  widths: readonly number[],
  jump: number,
): { fit: WeakFit; solution: TermSolution; halfWidth: number } | undefined {
  let best: { fit: WeakFit; solution: TermSolution; halfWidth: number; sureness: number } | undefined;
  for (const halfWidth of widths) {
    const fit = weakFit(weakSystem(spectra, halfWidth, DEGREE), bound, jump);
    const { solution } = fit;
    if (solution === undefined) continue;
    // The inverse square of the largest relative standard error, up to a constant.
    const sureness = (fit.sums.rows * solution.growth.reduce((a, b) => Math.min(a, b))) / solution.residual;
    const fewer = best === undefined ? 1 : best.solution.active.length - solution.active.length;
    if (best === undefined || fewer > 0 || (fewer === 0 && sureness > best.sureness)) {
      best = { fit, solution, halfWidth, sureness };
    }
  }
  return best;
}

/** Whether two laws have the same terms and coefficients within 1e-5. */
function settled(before: readonly WeightedTerm[], after: readonly WeightedTerm[]): boolean {
  return (
    before.length === after.length &&
    after.every(({ term, coefficient }, k) => {
      const old = before[k]!;
      return old.term === term && Math.abs(coefficient - old.coefficient) <= 1e-5 * Math.abs(coefficient);
    })
  );
}

function checkMovies(movies: FieldMovie | readonly FieldMovie[]): readonly FieldMovie[] {
  const given: readonly FieldMovie[] = Array.isArray(movies) ? movies : [movies];
  if (given.length === 0) throw new RangeError(`${WHERE}: movies must hold at least one movie, got none`);
  const list = given.map((movie) => {
    if (movie === null || typeof movie !== "object") {
      throw new TypeError(`${WHERE}: movies must be made by fieldMovie, got ${show(movie)}`);
    }
    const { u, frames, points, spacing, dt } = movie;
    return fieldMovie({ u, shape: [frames, ...points.toReversed()], spacing, dt });
  });
  const first = list[0]!;
  for (const [m, movie] of list.entries()) {
    const alike =
      movie.frames === first.frames &&
      movie.dt === first.dt &&
      movie.points.join() === first.points.join() &&
      movie.spacing.join() === first.spacing.join();
    if (!alike)
      throw new RangeError(`${WHERE}: movies must have equal grids, frames and dt, got another in movies[${m}]`);
  }
  return list;
}

function checkScheme(scheme: MovieScheme, between: number): MovieScheme & { steps: number } {
  checkOptions(WHERE, scheme, ["kind", "dt"], "scheme");
  const kind = oneOf(WHERE, "scheme.kind", scheme.kind, ["euler", "imex1", "etd1"]);
  const dt = positive(WHERE, "scheme.dt", scheme.dt);
  const steps = Math.round(between / dt);
  if (!(steps >= 1 && Math.abs(between / dt - steps) <= 1e-6 * steps)) {
    throw new RangeError(`${WHERE}: scheme.dt must divide the time ${between} between frames, got ${dt}`);
  }
  return { kind, dt, steps };
}

/** The half-widths to try: two test functions that do not overlap must fit in. */
function halfWidths(given: number | undefined, frames: number): readonly number[] {
  const longest = Math.floor((frames - 1) / 2);
  if (given !== undefined) return [integer(WHERE, "halfWidth", given, 2, longest)];
  const fitting = [6, 12, 24].filter((a) => 4 * a <= frames - 1);
  return fitting.length > 0 ? fitting : [Math.max(2, Math.floor((frames - 1) / 4))];
}

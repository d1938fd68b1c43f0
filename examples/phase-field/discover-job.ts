import { type DiscoveredEquation, discoverEquation, fieldMovie, weakTerms } from "@hml/pde-features";
import { noisy, simulate } from "./data.ts";
import { MODELS, type ModelName } from "./study.ts";

/** One discovery, as it crosses to a thread. */
export interface DiscoverJob {
  readonly model: ModelName;
  readonly points: number;
  readonly frames: number;
  readonly seed: number;
  /** Standard deviation of the noise, as part of the field's. */
  readonly noise: number;
  /**
   * Who made the movie, whose frames are the paper's: a scheme of fourth order, or the paper's first-order one. Of the latter the
   * regression may know the scheme.
   */
  readonly data: "exact" | "paper" | "paper, scheme known";
}

/** What was found. */
export interface Discovery {
  readonly text: string;
  readonly latex: string;
  readonly terms: DiscoveredEquation["terms"];
  /** Whether the terms are the true ones, no more and no less. */
  readonly exact: boolean;
  /** Largest relative error of a true term's coefficient; 1 for one that is missing. */
  readonly error: number;
  /** Part of the true coefficients in their 95 % intervals. */
  readonly covered: number;
  /** Least inclusion among the true terms, and largest among the others. */
  readonly inclusion: readonly [least: number, largest: number];
  readonly noise: number;
  readonly seconds: number;
}

/** Simulates a movie, adds noise and finds its equation among lap^p(u^q), p = 0, ..., 3, q = 1, 2, 3. */
export function discover({ model, points, frames, seed, noise, data }: DiscoverJob): Discovery {
  const { burnIn, frame, dt, truth } = MODELS[model];
  const scheme = data === "exact" ? "exact" : "paper";
  const clean = simulate(model, { points, seed, frames, start: burnIn, frame, scheme });
  const { u } = noisy(clean, noise, 1000 + seed);
  const began = performance.now();
  const movie = fieldMovie({ u, shape: [frames, points, points], spacing: 1, dt: frame });
  const found = discoverEquation(movie, {
    terms: weakTerms(),
    ...(data === "paper, scheme known" && { scheme: { kind: "imex1", dt } }),
  });
  return { ...judged(found, truth), seconds: (performance.now() - began) / 1000 };
}

/** Compares an equation with the true one. */
export function judged(found: DiscoveredEquation, truth: Readonly<Record<string, number>>): Omit<Discovery, "seconds"> {
  const wanted = Object.entries(truth);
  const term = (name: string): DiscoveredEquation["terms"][number] | undefined =>
    found.terms.find((each) => each.name === name);
  const errors = wanted.map(([name, value]) => Math.abs((term(name)?.coefficient ?? 0) / value - 1));
  const inside = wanted.filter(([name, value]) => {
    const [low, high] = term(name)?.interval ?? [Number.NaN, Number.NaN];
    return low <= value && value <= high;
  });
  const inclusionOf = (wantedOnes: boolean): number[] =>
    found.names.flatMap((name, k) => (name in truth === wantedOnes ? [found.inclusion[k]!] : []));
  return {
    text: String(found),
    latex: found.toLatex(),
    terms: found.terms,
    exact: found.terms.length === wanted.length && wanted.every(([name]) => term(name) !== undefined),
    error: Math.max(...errors),
    covered: inside.length / wanted.length,
    inclusion: [Math.min(...inclusionOf(true)), Math.max(...inclusionOf(false))],
    noise: found.noise,
  };
}

/** The equation found, as a law that can be run. */
export function discoveredLaw({ terms }: Discovery): {
  readonly kind: "terms";
  readonly coefficients: Record<string, number>;
} {
  return { kind: "terms", coefficients: Object.fromEntries(terms.map(({ name, coefficient }) => [name, coefficient])) };
}

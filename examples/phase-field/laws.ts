import { type PeriodicField, periodicField, type Vec } from "@hml/integrators";
import { freeEnergyOf, loadNet } from "@hml/nets";
import { type FieldEquation, fieldEquation, phaseField } from "@hml/systems";
import { solver } from "./data.ts";
import { featurePlaces, laplacian, operatorSymbols, squareGradient, whiten, type Whitening } from "./features.ts";
import type { ModelName } from "./study.ts";

/** A linear law and a net of derivatives at a point, that together give u_t, or the mu of u_t = lap mu. */
export interface PointwiseLaw {
  readonly kind: "pointwise";
  readonly gives: "slope" | "potential";
  /** Powers of the Laplacian among the derivatives. */
  readonly powers: number;
  readonly file: Uint8Array;
  /** Of the features, before the net. */
  readonly whitening: Whitening;
  /** Coefficients of u, lap u, lap^2 u, ... of the linear law. */
  readonly linear: Float64Array;
}

/** A law of a field, as plain data that can be kept and can cross to a thread. */
export type Law =
  /** The model itself. */
  | { readonly kind: "exact" }
  /** Terms lap^p(u^q) by name. */
  | { readonly kind: "terms"; readonly coefficients: Readonly<Record<string, number>> }
  | PointwiseLaw
  /** A net from the field itself to its slope. */
  | { readonly kind: "field"; readonly file: Uint8Array }
  /** A net whose free energy is learned. */
  | { readonly kind: "gradient-flow"; readonly file: Uint8Array };

/**
 * A law as a semilinear problem in Fourier coefficients, so that every law is integrated by the same scheme. What is linear in
 * it, or nearly so, is apart; a net from field to field is taken whole.
 */
export function problemOf(law: Law, model: ModelName, points: number): PeriodicField {
  const grid = { points: [points, points] as const, length: [points, points] as const };
  // Steps of one size are given by whoever runs the problem.
  const options = { points: [points, points], spacing: 1, dt: 1e-3 };
  switch (law.kind) {
    case "exact":
      return solver(model, points, "exact").spectral;
    case "terms":
      return phaseField(termsEquation(law.coefficients), options).spectral;
    case "gradient-flow": {
      const { stabilisation: _none, ...equation } = freeEnergyOf(loadNet(law.file));
      return phaseField(equation, options).spectral;
    }
    case "field": {
      const net = loadNet(law.file);
      return periodicField({
        ...grid,
        symbol: () => 0,
        nonlinear: (_t, u, out) => net.predict(u, out, [points, points]),
      });
    }
    case "pointwise":
      return pointwiseProblem(law, grid);
  }
}

/** u_t of a field by a law. */
export function slopes({ size, linear, transform, nonlinear, field }: PeriodicField): (u: Vec, out: Vec) => void {
  const state = new Float64Array(size);
  const slope = new Float64Array(size);
  return (u, out) => {
    transform(u, state);
    nonlinear(0, state, slope);
    // `linear` holds complex numbers, all of which are real here.
    for (let k = 0; k < size; k++) slope[k]! += linear[k - (k % 2)]! * state[k]!;
    field(slope, out);
  };
}

/** The linear part, which is stiff, is integrated exactly; the net's part is not. */
function pointwiseProblem(
  { gives, powers, file, whitening, linear }: PointwiseLaw,
  grid: { readonly points: readonly [number, number]; readonly length: readonly [number, number] },
): PeriodicField {
  const net = loadNet(file);
  const size = grid.points[0] * grid.points[1];
  const rows = new Float64Array(size * whitening.mean.length);
  const features = new Float64Array(size * operatorSymbols(powers).length);
  const outside = gives === "potential" ? 1 : 0;
  return periodicField({
    ...grid,
    inner: operatorSymbols(powers),
    outer: laplacian(outside),
    symbol: (kx, ky) => linear.reduce((sum, c, p) => sum + c * (-kx * kx - ky * ky) ** (p + outside), 0),
    nonlinear(_t, fields, out) {
      features.set(fields);
      squareGradient(features, size);
      whiten(features, size, featurePlaces(powers), whitening, rows);
      net.predict(rows, out);
    },
  });
}

/** Terms "u^q", "lap(u^q)", "lap^p(u^q)" with coefficients, as an equation that can be run. */
export function termsEquation(coefficients: Readonly<Record<string, number>>): FieldEquation {
  const terms = Object.entries(coefficients).map(([name, coefficient]) => {
    const [, under, p, q] = /^(lap(?:\^(\d))?\()?u(?:\^(\d))?\)?$/.exec(name) ?? [];
    return { coefficient, p: under === undefined ? 0 : Number(p ?? 1), q: Number(q ?? 1) };
  });
  const linear = terms.filter(({ q }) => q === 1);
  return fieldEquation({
    linear: (kx, ky) => linear.reduce((sum, { coefficient, p }) => sum + coefficient * (-kx * kx - ky * ky) ** p, 0),
    terms: [0, 1, 2, 3].flatMap((p) => {
      const of = [0, 0, 0, 0];
      for (const term of terms) if (term.p === p && term.q > 1) of[term.q]! += term.coefficient;
      return of.some((c) => c !== 0) ? [{ of, operator: laplacian(p) }] : [];
    }),
  });
}

import type { Vec } from "@hml/integrators";
import type { LocalRows } from "./local-polynomials.ts";

/** Taylor terms beyond this are never needed: a box is at most one node spacing wide, so |k s| <= pi / 2. */
const MOST_TERMS = 26;

/** Terms until the remainder z^terms / terms! of the highest mode over a half-width is below 1e-15. */
function taylorTerms(z: number): number {
  let term = 1;
  for (let m = 1; m < MOST_TERMS; m++) {
    term *= z / m;
    if (term < 1e-15) return Math.max(3, m);
  }
  return MOST_TERMS;
}

/** The window's symbol at wavenumber q (radians per node spacing): the average of cos(q s). */
function symbol(window: Vec, windowSpacing: number, q: number): number {
  let sum = 0;
  for (let i = 0; i < window.length; i++) {
    sum += window[i]! * Math.cos(q * (i - (window.length - 1) / 2) * windowSpacing);
  }
  return sum;
}

/** d^m/dx^m sin(x): sin, cos, -sin, -cos. */
function sineDerivative(m: number, x: number): number {
  const value = m % 2 === 0 ? Math.sin(x) : Math.cos(x);
  return m % 4 < 2 ? value : -value;
}

/**
 * Held ends: the linear interpolant of the two ends plus a sine series of the rest, each mode divided by the window's
 * symbol so that window averages, not point values, are interpolated. Lengths in node spacings.
 */
export function sineDerivatives(nodes: number, window: Vec, windowSpacing: number, scale: number): LocalRows {
  const n = nodes - 1;
  const modes = n - 1;
  const terms = taylorTerms(((modes * Math.PI) / n) * scale);
  const symbols = Float64Array.from({ length: modes }, (_, k) =>
    symbol(window, windowSpacing, ((k + 1) * Math.PI) / n),
  );
  const stencils: Int32Array[] = [];
  const matrices: Vec[] = [];
  for (let node = 1; node < n; node++) {
    const matrix = new Float64Array(terms * nodes);
    let factor = 1;
    for (let m = 0; m < terms; m++) {
      if (m > 0) factor *= scale / m;
      const row = matrix.subarray(m * nodes, (m + 1) * nodes);
      let left = 0;
      let right = 0;
      for (let j = 1; j < n; j++) {
        let sum = 0;
        for (let k = 1; k <= modes; k++) {
          const q = (k * Math.PI) / n;
          let power = 1;
          for (let i = 0; i < m; i++) power *= q;
          sum += (power * sineDerivative(m, q * node) * Math.sin(q * j)) / symbols[k - 1]!;
        }
        const weight = ((2 * factor) / n) * sum;
        row[j] = weight;
        left += weight * (1 - j / n);
        right += weight * (j / n);
      }
      row[0] = (m === 0 ? 1 - node / n : m === 1 ? -scale / n : 0) - left;
      row[n] = (m === 0 ? node / n : m === 1 ? scale / n : 0) - right;
    }
    stencils.push(Int32Array.from({ length: nodes }, (_, j) => j));
    matrices.push(matrix);
  }
  return { terms, stencils, matrices };
}

/** Periodic: the Fourier interpolant, each mode divided by the window's symbol. Lengths in node spacings. */
export function fourierDerivatives(nodes: number, window: Vec, windowSpacing: number, scale: number): LocalRows {
  const highest = Math.floor(nodes / 2);
  const step = (2 * Math.PI) / nodes;
  const terms = taylorTerms(highest * step * scale);
  const symbols = Float64Array.from({ length: highest + 1 }, (_, k) => symbol(window, windowSpacing, k * step));
  const stencils: Int32Array[] = [];
  const matrices: Vec[] = [];
  for (let node = 0; node < nodes; node++) {
    const matrix = new Float64Array(terms * nodes);
    let factor = 1;
    for (let m = 0; m < terms; m++) {
      if (m > 0) factor *= scale / m;
      for (let j = 0; j < nodes; j++) {
        let sum = m === 0 ? 1 : 0;
        for (let k = 1; k <= highest; k++) {
          const q = k * step;
          let power = 1;
          for (let i = 0; i < m; i++) power *= q;
          // The mode of an even number of nodes' Nyquist wavenumber is a single cosine; the others count twice.
          const count = 2 * k === nodes ? 1 : 2;
          sum += (count * power * sineDerivative(m + 1, q * (node - j))) / symbols[k]!;
        }
        matrix[m * nodes + j] = (factor / nodes) * sum;
      }
    }
    stencils.push(Int32Array.from({ length: nodes }, (_, j) => j));
    matrices.push(matrix);
  }
  return { terms, stencils, matrices };
}

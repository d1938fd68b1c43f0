type Memory = Float64Array<ArrayBufferLike>;

// The twins of assembly/tridiagonal-complex.ts, a shift at a time. Shift k stands in lane k % 2 of pair (k - k % 2) / 2; numbers of a
// pair are re re im im. Positions are in numbers of the memory.

/** Reciprocal pivots of A - z_k; -1, or row * 2 pairs + shift of the first pivot that is zero or not finite. */
export function factorComplex(
  memory: Memory,
  lower: number,
  rowSum: number,
  upper: number,
  shifts: number,
  w: number,
  rows: number,
  pairs: number,
): number {
  for (let pair = 0; pair < pairs; pair++) {
    let worst = -1;
    for (let lane = 0; lane < 2; lane++) {
      const row = factorLane(memory, lower, rowSum, upper, shifts + 4 * pair + lane, w + 4 * pair * rows + lane, rows);
      const found = 2 * (row * pairs + pair) + lane;
      if (row >= 0 && (worst < 0 || found < worst)) worst = found;
    }
    if (worst >= 0) return worst;
  }
  return -1;
}

function factorLane(
  memory: Memory,
  lower: number,
  rowSum: number,
  upper: number,
  shift: number,
  w: number,
  rows: number,
): number {
  const zr = memory[shift]!;
  const zi = memory[shift + 2]!;
  let er = 0;
  let ei = 0;
  let wr = 0;
  let wi = 0;
  for (let i = 0; i < rows; i++) {
    const l = memory[lower + i]!;
    const ratioRe = er * wr - ei * wi;
    const ratioIm = er * wi + ei * wr;
    er = memory[rowSum + i]! - zr - l * ratioRe;
    ei = -zi - l * ratioIm;
    const pr = er - memory[upper + i]!;
    const size = pr * pr + ei * ei;
    const q = 1 / size;
    if (!(q < Number.POSITIVE_INFINITY && size < Number.POSITIVE_INFINITY)) return i;
    wr = pr * q;
    wi = -ei * q;
    memory[w + 4 * i] = wr;
    memory[w + 4 * i + 2] = wi;
  }
  return -1;
}

/** x[row, shift], complex, each shift its own system. */
export function solveComplex(
  memory: Memory,
  lower: number,
  upper: number,
  w: number,
  x: number,
  rows: number,
  shifts: number,
): void {
  for (let k = 0; k < shifts; k++) {
    const factors = w + 2 * (k - (k % 2)) * rows + (k % 2);
    let gr = 0;
    let gi = 0;
    for (let i = 0; i < rows; i++) {
      const at = x + 2 * (i * shifts + k);
      const l = memory[lower + i]!;
      const yr = memory[at]! - l * gr;
      const yi = memory[at + 1]! - l * gi;
      const wr = memory[factors + 4 * i]!;
      const wi = memory[factors + 4 * i + 2]!;
      gr = wr * yr - wi * yi;
      gi = wr * yi + wi * yr;
      memory[at] = gr;
      memory[at + 1] = gi;
    }
    let xr = 0;
    let xi = 0;
    for (let i = rows - 1; i >= 0; i--) {
      const at = x + 2 * (i * shifts + k);
      const fr = memory[factors + 4 * i]! * memory[upper + i]!;
      const fi = memory[factors + 4 * i + 2]! * memory[upper + i]!;
      const re = memory[at]! - (fr * xr - fi * xi);
      xi = memory[at + 1]! - (fr * xi + fi * xr);
      xr = re;
      memory[at] = xr;
      memory[at + 1] = xi;
    }
  }
}

/** out += sum_k Re(c_k x_k), (A - z_k) x_k = r, one shift after another. */
export function addSums(
  memory: Memory,
  lower: number,
  upper: number,
  w: number,
  weights: number,
  g: number,
  r: number,
  out: number,
  rows: number,
  pairs: number,
): void {
  for (let k = 0; k < 2 * pairs; k++) {
    const [pair, lane] = [(k - (k % 2)) / 2, k % 2];
    const factors = w + 4 * pair * rows + lane;
    const cr = memory[weights + 4 * pair + lane]!;
    const ci = memory[weights + 4 * pair + lane + 2]!;
    forward(memory, lower, factors, g, r, rows);
    backward(memory, upper, factors, cr, ci, g, out, rows);
  }
}

function forward(memory: Memory, lower: number, w: number, g: number, r: number, rows: number): void {
  let gr = 0;
  let gi = 0;
  for (let i = 0; i < rows; i++) {
    const l = memory[lower + i]!;
    const wr = memory[w + 4 * i]!;
    const wi = memory[w + 4 * i + 2]!;
    const y = memory[r + i]! - l * gr;
    const z = -(l * gi);
    gr = wr * y - wi * z;
    gi = wr * z + wi * y;
    memory[g + 2 * i] = gr;
    memory[g + 2 * i + 1] = gi;
  }
}

function backward(
  memory: Memory,
  upper: number,
  w: number,
  cr: number,
  ci: number,
  g: number,
  out: number,
  rows: number,
): void {
  let xr = 0;
  let xi = 0;
  for (let i = rows - 1; i >= 0; i--) {
    const up = memory[upper + i]!;
    const fr = memory[w + 4 * i]! * up;
    const fi = memory[w + 4 * i + 2]! * up;
    const re = memory[g + 2 * i]! - (fr * xr - fi * xi);
    xi = memory[g + 2 * i + 1]! - (fr * xi + fi * xr);
    xr = re;
    memory[out + i] = memory[out + i]! + (cr * xr - ci * xi);
  }
}

/**
 * out[r, j] = b[j] + sum_k a[r, k] w[j, k] for `rows` rows: a is [rows, inputs], w is [units, inputs], out is
 * [rows, units]; without `b` the sum starts at zero.
 *
 * Two rows and four units at a time keep eight sums in registers for six loads. Every sum starts at the bias and runs
 * over k upwards whichever block it falls in, so the bits do not depend on the blocking.
 */
export function affine(
  a: Float64Array,
  w: Float64Array,
  b: Float64Array | undefined,
  out: Float64Array,
  rows: number,
  units: number,
  inputs: number,
): void {
  const evenRows = rows - (rows % 2);
  const blockUnits = units - (units % 4);
  for (let r = 0; r < evenRows; r += 2) {
    const a0 = r * inputs;
    const a1 = a0 + inputs;
    for (let j = 0; j < blockUnits; j += 4) {
      const w0 = j * inputs;
      const w1 = w0 + inputs;
      const w2 = w1 + inputs;
      const w3 = w2 + inputs;
      let s00 = b === undefined ? 0 : b[j]!;
      let s01 = b === undefined ? 0 : b[j + 1]!;
      let s02 = b === undefined ? 0 : b[j + 2]!;
      let s03 = b === undefined ? 0 : b[j + 3]!;
      let s10 = s00;
      let s11 = s01;
      let s12 = s02;
      let s13 = s03;
      for (let k = 0; k < inputs; k++) {
        const x0 = a[a0 + k]!;
        const x1 = a[a1 + k]!;
        const y0 = w[w0 + k]!;
        const y1 = w[w1 + k]!;
        const y2 = w[w2 + k]!;
        const y3 = w[w3 + k]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
      }
      const c0 = r * units + j;
      const c1 = c0 + units;
      out[c0] = s00;
      out[c0 + 1] = s01;
      out[c0 + 2] = s02;
      out[c0 + 3] = s03;
      out[c1] = s10;
      out[c1 + 1] = s11;
      out[c1 + 2] = s12;
      out[c1 + 3] = s13;
    }
    for (let j = blockUnits; j < units; j++) {
      const w0 = j * inputs;
      let s0 = b === undefined ? 0 : b[j]!;
      let s1 = s0;
      for (let k = 0; k < inputs; k++) {
        const y = w[w0 + k]!;
        s0 += a[a0 + k]! * y;
        s1 += a[a1 + k]! * y;
      }
      out[r * units + j] = s0;
      out[r * units + units + j] = s1;
    }
  }
  if (evenRows < rows) {
    const a0 = evenRows * inputs;
    for (let j = 0; j < units; j++) {
      const w0 = j * inputs;
      let s = b === undefined ? 0 : b[j]!;
      for (let k = 0; k < inputs; k++) s += a[a0 + k]! * w[w0 + k]!;
      out[evenRows * units + j] = s;
    }
  }
}

/**
 * g[j, k] += sum_r d[r, j] a[r, k]: the gradient with respect to the weights of one layer, d being [rows, units] and a
 * [rows, inputs]. Each sum starts at the value already in g and runs over r upwards, so tiles of rows one after the
 * other give the bits of one long sum.
 */
export function addWeightGradient(
  d: Float64Array,
  a: Float64Array,
  g: Float64Array,
  rows: number,
  units: number,
  inputs: number,
): void {
  const blockInputs = inputs - (inputs % 4);
  const evenUnits = units - (units % 2);
  for (let j = 0; j < evenUnits; j += 2) {
    const g0 = j * inputs;
    const g1 = g0 + inputs;
    for (let k = 0; k < blockInputs; k += 4) {
      let s00 = g[g0 + k]!;
      let s01 = g[g0 + k + 1]!;
      let s02 = g[g0 + k + 2]!;
      let s03 = g[g0 + k + 3]!;
      let s10 = g[g1 + k]!;
      let s11 = g[g1 + k + 1]!;
      let s12 = g[g1 + k + 2]!;
      let s13 = g[g1 + k + 3]!;
      let p = j;
      let q = k;
      for (let r = 0; r < rows; r++) {
        const x0 = d[p]!;
        const x1 = d[p + 1]!;
        const y0 = a[q]!;
        const y1 = a[q + 1]!;
        const y2 = a[q + 2]!;
        const y3 = a[q + 3]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
        p += units;
        q += inputs;
      }
      g[g0 + k] = s00;
      g[g0 + k + 1] = s01;
      g[g0 + k + 2] = s02;
      g[g0 + k + 3] = s03;
      g[g1 + k] = s10;
      g[g1 + k + 1] = s11;
      g[g1 + k + 2] = s12;
      g[g1 + k + 3] = s13;
    }
    for (let k = blockInputs; k < inputs; k++) {
      let s0 = g[g0 + k]!;
      let s1 = g[g1 + k]!;
      let p = j;
      let q = k;
      for (let r = 0; r < rows; r++) {
        const y = a[q]!;
        s0 += d[p]! * y;
        s1 += d[p + 1]! * y;
        p += units;
        q += inputs;
      }
      g[g0 + k] = s0;
      g[g1 + k] = s1;
    }
  }
  if (evenUnits < units) {
    const g0 = evenUnits * inputs;
    for (let r = 0; r < rows; r++) {
      const x = d[r * units + evenUnits]!;
      const q = r * inputs;
      for (let k = 0; k < inputs; k++) g[g0 + k] = g[g0 + k]! + x * a[q + k]!;
    }
  }
}

/** g[j] += sum_r d[r, j]: the gradient with respect to the biases. */
export function addBiasGradient(d: Float64Array, g: Float64Array, rows: number, units: number): void {
  for (let r = 0; r < rows; r++) {
    const p = r * units;
    for (let j = 0; j < units; j++) g[j] = g[j]! + d[p + j]!;
  }
}

/** out[k, j] = w[j, k]: `w` is [units, inputs]. */
export function transpose(w: Float64Array, out: Float64Array, units: number, inputs: number): void {
  for (let j = 0; j < units; j++) {
    for (let k = 0; k < inputs; k++) out[k * units + j] = w[j * inputs + k]!;
  }
}

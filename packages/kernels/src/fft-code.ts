/**
 * Functions of assembly/fft.ts and of their twins. Pointers and plans are byte offsets into the engine's memory, strides are
 * bytes; `fftPlan` writes the plans.
 */
export interface FftExports {
  /** `count` lines of complex numbers that follow each other: y[m] = sum_j x[j] e^(sign 2 pi i j m / n). In place is allowed. */
  readonly complexRows: (plan: number, sign: 1 | -1, x: number, y: number, count: number) => void;
  /** Lines whose points are `columns` complex numbers apart, `groups` of them at a time, in each of `planes`. */
  readonly complexColumns: (
    plan: number,
    sign: 1 | -1,
    x: number,
    y: number,
    columns: number,
    groups: number,
    planes: number,
  ) => void;
  /** `scale` times the coefficients 0, ..., floor(points / 2) of real rows; c may begin where u does. */
  readonly realRows: (
    plan: number,
    turns: number,
    work: number,
    u: number,
    c: number,
    rows: number,
    points: number,
    scale: number,
  ) => void;
  /** Real rows from their coefficients, without a factor; u may begin where c does. */
  readonly realRowsBack: (
    plan: number,
    turns: number,
    work: number,
    c: number,
    u: number,
    rows: number,
    points: number,
  ) => void;
  /** x *= factor, for `pairs` pairs of numbers. */
  readonly multiplyPairs: (x: number, pairs: number, factor: number) => void;
}

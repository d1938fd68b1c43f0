export { type Dataset, type DatasetSource, dataset } from "./dataset.ts";
export {
  type DerivativeOperator,
  type DerivativeOptions,
  type DerivativeOrder,
  derivative,
  type Ends,
} from "./derivative.ts";
export type { RhsOptions, SparseFit } from "./equation.ts";
export { derivativeFeatures, type Features, type FieldOperator, features } from "./features.ts";
export { type FormatCode, FormatError } from "@hml/guard";
export type { Held } from "./held.ts";
export { type LeastSquaresOptions, leastSquares, type Regression } from "./least-squares.ts";
export { type Library, type LibraryOptions, library, type TermFunction } from "./library.ts";
export type { Limits, ReadOptions } from "./limits.ts";
export { type NpyArray, type NpyData, type NpyType, readNpy } from "./npy.ts";
export { type NpyInput, writeNpy } from "./npy-writer.ts";
export { readNpz, type WriteNpzOptions, writeNpz } from "./npz.ts";
export type { Numbers } from "./numeric.ts";
export { type RegressionOptions, regression } from "./regression.ts";
export type { Rhs, Vec } from "./rhs.ts";
export { type Scaling, scaled } from "./scaling.ts";
export { type Snapshots, snapshots } from "./snapshots.ts";
export {
  type RowSplit,
  type Split,
  selectFrames,
  splitRows,
  splitTrajectories,
  type TrajectorySplit,
} from "./split.ts";
export { stencilWeights } from "./stencil.ts";
export { type StlsqOptions, stlsq } from "./stlsq.ts";

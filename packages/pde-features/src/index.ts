// Derivatives and features
export {
  type DerivativeOperator,
  type DerivativeOptions,
  type DerivativeOrder,
  derivative,
  type Ends,
} from "./derivative.ts";
export { derivativeFeatures, type Features, type FieldOperator, features } from "./features.ts";
export {
  type PeriodicDerivative,
  type PeriodicDerivativeOptions,
  periodicDerivative,
  type PeriodicOrder,
} from "./periodic-derivative.ts";
export { periodicFeatures, type PeriodicFeaturesOptions } from "./periodic-features.ts";
export type { PeriodicGrid } from "./periodic-grid.ts";
export { type Library, type LibraryOptions, library, type TermFunction } from "./library.ts";
export { stencilWeights } from "./stencil.ts";
// Data sets
export { type Dataset, type DatasetSource, dataset } from "./dataset.ts";
export type { Numbers } from "./numeric.ts";
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
// Regression
export type { RhsOptions, SparseFit } from "./equation.ts";
export type { Held } from "./held.ts";
export { type LeastSquaresOptions, leastSquares, type Regression } from "./least-squares.ts";
export { type RegressionOptions, regression } from "./regression.ts";
export type { Rhs, Vec } from "./rhs.ts";
export { type StlsqOptions, stlsq } from "./stlsq.ts";
// Equations of noisy movies, by their weak form
export {
  type DiscoveredEquation,
  type DiscoveredTerm,
  discoverEquation,
  type DiscoverOptions,
} from "./weak/discover-equation.ts";
export { type FieldMovie, type FieldMovieSource, fieldMovie } from "./weak/field-movie.ts";
export type { SplitEquation } from "./weak/found-equation.ts";
export type { FourierSymbol } from "./weak/fourier-symbol.ts";
export { type MovieSpectrum, movieSpectrum } from "./weak/movie-spectrum.ts";
export type { MovieScheme } from "./weak/scheme-spectra.ts";
export { testFunction, type TestFunctionOptions } from "./weak/test-function.ts";
export { weakRegression, type WeakRegressionOptions } from "./weak/weak-regression.ts";
export { type PointFunction, type WeakTerm, weakTerms, type WeakTermsOptions } from "./weak/weak-terms.ts";
// Smoothing
export { lowPass, type LowPassOptions } from "./smoothing/low-pass.ts";
export { savitzkyGolay, type SavitzkyGolayOptions } from "./smoothing/savitzky-golay.ts";
// Which features matter
export {
  type DiffusionMapOptions,
  type DiffusionMapSelection,
  diffusionMapSelection,
  type FeatureSubset,
} from "./relevance/diffusion-map.ts";
export {
  type GaussianProcessOptions,
  type GaussianProcessRelevance,
  gaussianProcessRelevance,
} from "./relevance/gaussian-process.ts";
// Files
export { type FormatCode, FormatError } from "@hml/guard";
export type { Limits, ReadOptions } from "./limits.ts";
export { type NpyArray, type NpyData, type NpyType, readNpy } from "./npy.ts";
export { type NpyInput, writeNpy } from "./npy-writer.ts";
export { readNpz, type WriteNpzOptions, writeNpz } from "./npz.ts";

export { mae, maxAbs, mse, rmse } from "./error.ts";
export type { Metric } from "./metric.ts";
export { nrmseRange, nrmseStd } from "./normalised.ts";
export { explainedVariance, r2, relativeEnergy, relativeL2, relativeMse } from "./relative.ts";
export { correlation } from "./correlation.ts";
export { overTime } from "./over-time.ts";
export { mnad, nad, type NadOptions, type NadRange } from "./nad.ts";

export { wasserstein1, wasserstein1Marginals, type WassersteinOptions } from "./distribution/wasserstein.ts";
export { type Histogram, histogram, type HistogramOptions, riceBins } from "./distribution/histogram.ts";
export { l1Histogram, totalVariation } from "./distribution/l1-histogram.ts";
export { expectedSelfDistance, selfDistance, selfDistanceDeviation } from "./distribution/self-distance.ts";
export { kolmogorovSmirnov } from "./distribution/kolmogorov-smirnov.ts";
export { type Moments, moments } from "./distribution/moments.ts";
export {
  type JointDensity,
  jointDensity,
  type JointDensityOptions,
  l1JointDensity,
  type Pairs,
} from "./distribution/joint-density.ts";

export { powerSpectrum, spatialSpectrum, temporalSpectrum } from "./spectrum/power-spectrum.ts";
export {
  logSpectrumError,
  spectrumErrorDb,
  type SpectrumErrorDb,
  type SpectrumErrorOptions,
} from "./spectrum/spectrum-error.ts";
export type { BoxOptions } from "./spectrum/shells.ts";
export { type StructureFactor, structureFactor } from "./spectrum/structure-factor.ts";
export { type EnergySpectrum, energySpectrum } from "./spectrum/energy-spectrum.ts";
export {
  type PeriodicDerivatives,
  periodicDerivatives,
  type PeriodicDerivativesOptions,
} from "./spectrum/periodic-derivatives.ts";

export { type TimeBelow, timeBelow } from "./dynamics/time-below.ts";
export {
  type ValidPredictionTime,
  validPredictionTime,
  type ValidPredictionTimeOptions,
} from "./dynamics/valid-prediction-time.ts";
export {
  type Flow,
  type LyapunovSpectrum,
  lyapunovSpectrum,
  type LyapunovSpectrumOptions,
} from "./dynamics/lyapunov-spectrum.ts";
export { kaplanYorke } from "./dynamics/kaplan-yorke.ts";
export { type TrappedFraction, trappedFraction, type TrappedFractionOptions } from "./dynamics/trapped-fraction.ts";

export {
  type Pca,
  pca,
  type PcaEnergy,
  pcaEnergy,
  type PcaOptions,
  pcaReconstruction,
  pcaScores,
} from "./analysis/pca.ts";
export { type SymmetricEigen, symmetricEigen } from "./analysis/symmetric-eigen.ts";
export { type KMeans, kMeans, type KMeansOptions, type RandomSource } from "./analysis/k-means.ts";
export {
  type SpectralClustering,
  spectralClustering,
  type SpectralClusteringOptions,
} from "./analysis/spectral-clustering.ts";

import { discretisedNet, functionalNet, type NetSpec } from "./net-spec.ts";
import type { DenseLayer } from "./stack-spec.ts";
import type { TrainOptions } from "./train-plan.ts";

/** A net and how to train it; spread `training` into the options of `train` and add your random source. */
export interface NetPreset {
  /** The net. */
  readonly spec: NetSpec;
  /** Settings of `train`. */
  readonly training: Required<Pick<TrainOptions, "epochs" | "batchSize" | "learningRate" | "schedule" | "restoreBest">>;
}

/** The two nets of the paper with one set of settings. */
export interface PresetPair {
  /** F(u, u_x, u_xx). */
  readonly functional: NetPreset;
  /** F of three neighbouring values, valid padding. */
  readonly discretised: NetPreset;
}

const PAPER_LAYERS: readonly DenseLayer[] = [
  { units: 32, activation: "relu" },
  { units: 32, activation: "relu" },
  { units: 32, activation: "relu" },
  { units: 1, activation: "linear" },
];

function preset(spec: NetSpec, training: NetPreset["training"]): NetPreset {
  return Object.freeze({ spec, training: Object.freeze(training) });
}

/** Settings that the paper and its code share: batches of 64 snapshots, a constant rate, the last weights. */
const theirs = { epochs: 512, batchSize: 64, schedule: { kind: "constant" }, restoreBest: false } as const;
/** Small batches make eight times the steps at the same work; the cosine takes their noise away at the end. */
const ours = { batchSize: 8, learningRate: 2e-3, schedule: { kind: "cosine" } } as const;

/**
 * Settings for the 1D homogenisation study, by name.
 *
 * `paper`: three hidden layers of 32, ReLU, a linear output, Adam at 1e-3 (Arbabi, Bunder, Samaey, Roberts, Kevrekidis,
 * JOM 2020; epochs and batches, which the text leaves open, as in the code). `code`: the authors' code, 32, 32, 1 with
 * ReLU after the first two, 1,217 parameters, Adam at 5e-4, batches of 64 snapshots, 512 epochs, values unscaled.
 * `recommended`: the code's nets with batches of 8 and a cosine from 2e-3 to zero. On that study's data, over eight
 * seeds, the relative mean squared error of du/dt on the test rows was at most 1.2e-5 (functional, 200 epochs) and
 * 5.5e-8 (discretised, 30 epochs).
 */
export const netPresets: {
  /** As the text of the paper. */
  readonly paper: PresetPair;
  /** As the authors' code. */
  readonly code: PresetPair;
  /** As accurate or better in less time. */
  readonly recommended: PresetPair;
} = Object.freeze({
  paper: Object.freeze({
    functional: preset(functionalNet({ layers: PAPER_LAYERS }), { ...theirs, learningRate: 1e-3 }),
    discretised: preset(discretisedNet({ layers: PAPER_LAYERS }), { ...theirs, learningRate: 1e-3 }),
  }),
  code: Object.freeze({
    functional: preset(functionalNet(), { ...theirs, learningRate: 5e-4 }),
    discretised: preset(discretisedNet(), { ...theirs, learningRate: 5e-4 }),
  }),
  recommended: Object.freeze({
    functional: preset(functionalNet(), { ...ours, epochs: 200, restoreBest: true }),
    discretised: preset(discretisedNet(), { ...ours, epochs: 30, restoreBest: true }),
  }),
});

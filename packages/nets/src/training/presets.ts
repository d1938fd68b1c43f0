import { type NetSpec } from "../spec/net-spec.ts";
import { discretisedNet, divergenceNet, functionalNet } from "../spec/field-net.ts";
import type { DenseLayer } from "../spec/stack-spec.ts";
import type { TrainOptions } from "./train-options.ts";

/** A net and how to train it; spread `training` into the options of `train` and add your random source. */
export interface NetPreset {
  /** The net. */
  readonly spec: NetSpec;
  /** Settings of `train`. */
  readonly training: Required<
    Pick<TrainOptions, "loss" | "epochs" | "batchSize" | "learningRate" | "schedule" | "restoreBest">
  >;
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
const theirs = { loss: "mse", epochs: 512, batchSize: 64, schedule: { kind: "constant" }, restoreBest: false } as const;
/** Small batches make eight times the steps at the same work; the cosine takes their noise away at the end. */
const ours = { loss: "mse", batchSize: 8, learningRate: 2e-3, schedule: { kind: "cosine" } } as const;

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

/** u and its derivatives on a plane to the second order, as the paper's functional net takes them. */
const PLANE_FEATURES: readonly string[] = ["u", "u_x", "u_y", "u_xx", "u_yy", "u_xy"];

function planeLayers(bias: boolean): readonly DenseLayer[] {
  return [
    { units: 32, activation: "relu", bias },
    { units: 16, activation: "relu", bias },
    { units: 1, activation: "linear", bias },
  ];
}

/**
 * Settings for the 2D homogenisation study on the periodic square of side 2 pi, by name.
 *
 * `code`: the authors' code, the functional net 32, 16, 1 on u, u_x, u_y, u_xx, u_yy, u_xy (769 parameters, 32 epochs) and
 * the discretised net 5 x 5, 32, 32, 1 (1,921 parameters, 128 epochs), Adam at 1e-3, batches of 64 snapshots, the mean
 * squared error of values unscaled. `recommended`: the relative loss, no constant terms, batches of 8, a cosine to zero;
 * the functional net, which is the more exact on slopes, and the divergence net on (u_x, u_y), which keeps the mean and
 * is the one to forecast with. The README has what they reach.
 */
export const planePresets: {
  /** As the authors' code. */
  readonly code: {
    /** F(u, u_x, u_y, u_xx, u_yy, u_xy). */
    readonly functional: NetPreset;
    /** F of 5 x 5 values. */
    readonly discretised: NetPreset;
  };
  /** More accurate, most of all on small snapshots and in forecasts, in less time. */
  readonly recommended: {
    /** F(u, u_x, u_y, u_xx, u_yy, u_xy), positively homogeneous. */
    readonly functional: NetPreset;
    /** The divergence of F(u_x, u_y), positively homogeneous and odd. */
    readonly divergence: NetPreset;
  };
} = Object.freeze({
  code: Object.freeze({
    functional: preset(functionalNet({ features: PLANE_FEATURES, layers: planeLayers(true) }), {
      ...theirs,
      epochs: 32,
      learningRate: 1e-3,
    }),
    discretised: preset(discretisedNet({ stencil: [5, 5], padding: "periodic" }), {
      ...theirs,
      epochs: 128,
      learningRate: 1e-3,
    }),
  }),
  recommended: Object.freeze({
    functional: preset(functionalNet({ features: PLANE_FEATURES, layers: planeLayers(false) }), {
      ...ours,
      loss: "relative",
      epochs: 8,
      learningRate: 1e-2,
      restoreBest: false,
    }),
    divergence: preset(divergenceNet({ period: [2 * Math.PI, 2 * Math.PI] }), {
      ...ours,
      loss: "relative",
      epochs: 4,
      learningRate: 1e-2,
      restoreBest: false,
    }),
  }),
});

/** The FitzHugh-Nagumo study as the paper sets it up; time in the units of its equations. */
export const PAPER = {
  points: 101,
  /** Time dropped before the first sample, samples of each training run, time from one to the next. */
  dropped: 2,
  samples: 451,
  interval: 1,
  /** Time of true states before a forecast, and the two lengths of forecasts. */
  warmUp: 75,
  horizons: [451, 8000],
  /** Time of a micro burst, and of the macro phases between bursts. */
  micro: 10,
  macro: [10, 50, 100, 200],
  epsilon: 0.006,
  /** Runs that are learned from, that choose, that judge. */
  training: [0, 1, 2],
  validation: [3, 4],
  test: 5,
} as const;

/** Numbers of a state: activator and inhibitor at each node. */
export const STATE = 2 * PAPER.points;

/** Time of one latent step: the cycle of 186 is then 37 points. */
export const STEP = 5;

/** Numbers of a code. */
export const LATENT = 4;

/** The parameter that changes in the adaptive runs. */
export const CHANGED_EPSILON = 0.01;

/** How populations are made from a decoded state: see `restart`. */
export type Restart = "first-order" | "equal-weights" | "paper";

/** A coder that is trained: hidden layers before the code and behind it, epochs, decay of the weights. */
export interface CoderPlan {
  readonly encoder: number;
  readonly decoder: number;
  readonly latentSize: number;
  readonly epochs: number;
  readonly weightDecay: number;
}

/** A reservoir that may be chosen. */
export interface Candidate {
  readonly radius: number;
  readonly noise: number;
  readonly seed: number;
}

/** All sizes of a run. */
export interface Plan {
  /** Trainings of coder and law, each with a seed of its own. */
  readonly seeds: number;
  readonly coder: CoderPlan;
  readonly latentSizes: readonly number[];
  /** Units of the reservoir, and those that are tried. */
  readonly units: number;
  readonly candidates: readonly Candidate[];
  /** Candidates that are also tried with restarts. */
  readonly shortlist: number;
  /** Length of the validation runs, and of the test run. */
  readonly validation: number;
  readonly test: number;
  readonly horizon: number;
  readonly initialConditions: number;
  readonly macro: readonly number[];
  /** Epochs of the recurrent nets beside the reservoir. */
  readonly recurrentEpochs: number;
  readonly adaptive: { readonly runs: number; readonly length: number; readonly change: number };
}

/** Sizes of the full run, which are the study's, and of a quick one, which shows only that everything works. */
export function studyPlan(quick: boolean, epochs?: number): Plan {
  const coder = { encoder: 0, decoder: 3, latentSize: LATENT, weightDecay: 0.1 };
  const candidates = (seeds: number): Candidate[] =>
    [0.6, 0.9].flatMap((radius) =>
      [0, 1e-3].flatMap((noise) => Array.from({ length: seeds }, (_, k) => ({ radius, noise, seed: k + 1 }))),
    );
  if (quick) {
    return {
      seeds: 2,
      coder: { ...coder, epochs: epochs ?? 120 },
      latentSizes: [2, 4],
      units: 100,
      candidates: candidates(1),
      shortlist: 1,
      validation: 1000,
      test: 2500,
      horizon: 1500,
      initialConditions: 4,
      macro: [10, 100],
      recurrentEpochs: 5,
      adaptive: { runs: 1, length: 1500, change: 500 },
    };
  }
  return {
    seeds: 3,
    coder: { ...coder, epochs: epochs ?? 400 },
    latentSizes: [1, 2, 4, 8],
    units: 100,
    candidates: candidates(5),
    shortlist: 5,
    validation: 3000,
    test: 10_021,
    horizon: PAPER.horizons[1],
    initialConditions: 20,
    macro: PAPER.macro,
    recurrentEpochs: 200,
    adaptive: { runs: 8, length: 4000, change: 1500 },
  };
}

/** The equation as the paper sets it up: u_t = -u_xxxx - u_xx - u u_x on a ring of length 22, 64 points. */
export const PAPER = {
  length: 22,
  points: 64,
  /** Time step of the micro solver, and the time between two samples: ten steps. */
  dt: 0.025,
  sample: 0.25,
  /** Time of a forecast, of a micro burst, and of the macro phases between bursts. */
  horizon: 800,
  micro: 8,
  macro: [4, 8, 16, 32, 64, 80],
  initialConditions: 100,
  latentSize: 8,
  trainingSamples: 5000,
} as const;

/** One step of ETDRK4 a sample: as accurate as anything here needs (1e-4 at t = 10), and the opponent to beat. */
export const LONG_DT = 0.25;

/** A window in which a run counts as trapped when its nodes move by less than `bound` (the least of true runs is 0.85). */
export const TRAP = { window: 200, bound: 0.7 } as const;

/** Time after which the attractor is reached from a random start. */
export const TRANSIENT = 200;

/** One hidden layer of a net. */
export const tanh = (units: number): { readonly units: number; readonly activation: "tanh" } => ({
  units,
  activation: "tanh",
});

/** An autoencoder that is trained: which net, on how much. */
export interface CoderPlan {
  /** Units of the hidden layers of the encoder; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly latentSize: number;
  readonly samples: number;
  readonly epochs: number;
  readonly learningRate: number;
}

/** A latent law that is trained: its time step, and for how long. */
export interface LawPlan {
  /** Time of one latent step. */
  readonly step: number;
  readonly hidden: readonly number[];
  /** Epochs over single steps, then over rollouts. */
  readonly epochs: readonly [single: number, rollout: number];
  /** Latent steps of a rollout. */
  readonly rollout: number;
}

/** All sizes of a run. */
export interface Plan {
  /** Trajectories that are learned from, and states of each, one unit of time apart. */
  readonly trajectories: number;
  readonly states: number;
  readonly initialConditions: number;
  readonly horizon: number;
  /** Time step of the micro solver that makes the truth and the bursts. */
  readonly dt: number;
  /** Time over which Lyapunov exponents are averaged, of each of four runs. */
  readonly lyapunovTime: number;
  readonly coder: CoderPlan;
  /** The law of the forecasts, and laws of other steps beside it. */
  readonly law: LawPlan;
  readonly otherLaws: readonly LawPlan[];
  /** Autoencoders of other code sizes; and the paper's net on few and on many samples. */
  readonly latentSizes: readonly number[];
  readonly sampleSizes: readonly number[];
  readonly sweep: CoderPlan;
  readonly macro: readonly number[];
}

/** Sizes of the full run, which are the study's, and of a quick one, which shows only that everything works. */
export function studyPlan(quick: boolean, epochs?: number): Plan {
  const coder = { hidden: [128, 128], latentSize: PAPER.latentSize, learningRate: 2e-3 };
  const law = { hidden: [128, 128] };
  const sweep = { ...coder, hidden: [50, 50, 50, 50, 50], learningRate: 1e-3 };
  if (quick) {
    return {
      trajectories: 100,
      states: 200,
      initialConditions: 20,
      horizon: 800,
      dt: LONG_DT,
      lyapunovTime: 1000,
      coder: { ...coder, samples: 20_000, epochs: epochs ?? 12 },
      law: { ...law, step: 2, epochs: [epochs ?? 15, epochs ?? 3], rollout: 6 },
      otherLaws: [{ ...law, step: 4, epochs: [epochs ?? 10, epochs ?? 2], rollout: 4 }],
      latentSizes: [4],
      sampleSizes: [5000],
      sweep: { ...sweep, samples: 5000, epochs: epochs ?? 10 },
      macro: [4, 16],
    };
  }
  return {
    trajectories: 400,
    states: 500,
    initialConditions: PAPER.initialConditions,
    horizon: PAPER.horizon,
    dt: PAPER.dt,
    lyapunovTime: 10_000,
    coder: { ...coder, samples: 200_000, epochs: epochs ?? 20 },
    law: { ...law, step: 2, epochs: [epochs ?? 20, epochs ?? 10], rollout: 8 },
    otherLaws: [
      { ...law, step: 0.25, epochs: [epochs ?? 12, epochs ?? 4], rollout: 16 },
      { ...law, step: 1, epochs: [epochs ?? 16, epochs ?? 6], rollout: 12 },
      { ...law, step: 4, epochs: [epochs ?? 20, epochs ?? 8], rollout: 6 },
    ],
    latentSizes: [2, 4, 5, 6, 7, 8, 10, 12],
    sampleSizes: [PAPER.trainingSamples, 25_000, 100_000],
    sweep: { ...sweep, samples: 50_000, epochs: epochs ?? 20 },
    macro: PAPER.macro,
  };
}

import { allenCahn, cahnHilliard, type GradientFlow, phaseFieldCrystal } from "@hml/systems";

/** The three models, by the names that the files and the metrics use. */
export type ModelName = "ac" | "ch" | "pfc";

/** The models in the paper's order. */
export const MODEL_NAMES = ["ac", "ch", "pfc"] as const;

/** A model with the paper's settings (its table 1): periodic, spacing 1, all parameters 1, epsilon = 0.1. */
export interface ModelStudy {
  readonly title: string;
  readonly equation: GradientFlow;
  /** The equation's terms with their coefficients, by the names of the weak form's library. */
  readonly truth: Readonly<Record<string, number>>;
  /** The paper's points along both axes, time step, end and time between frames, 100 frames in all. */
  readonly points: number;
  readonly dt: number;
  readonly end: number;
  readonly frame: number;
  /** Independent uniform starts; the paper does not say from what range. */
  readonly low: number;
  readonly high: number;
  /** Frames before this time are not learned from: they still carry the white noise of the start. */
  readonly burnIn: number;
  /** Highest order of derivatives in the right-hand side. */
  readonly order: 2 | 4 | 6;
  /** Steps of fourth order (ETDRK4) whose error is below 1e-5 at the time of the forecasts. */
  readonly exactDt: number;
}

/** Table 1. The paper's equations (3) and (4) are ill-posed as printed; here they have the right signs. */
export const MODELS: Readonly<Record<ModelName, ModelStudy>> = {
  ac: {
    title: "Allen-Cahn",
    equation: allenCahn(),
    truth: { u: 1, "lap(u)": 1, "u^3": -1 },
    points: 256,
    dt: 0.1,
    end: 20,
    frame: 0.2,
    low: -1,
    high: 1,
    burnIn: 1,
    order: 2,
    exactDt: 0.05,
  },
  ch: {
    title: "Cahn-Hilliard",
    equation: cahnHilliard(),
    truth: { "lap(u)": -1, "lap^2(u)": -1, "lap(u^3)": 1 },
    points: 128,
    dt: 0.01,
    end: 20,
    frame: 0.2,
    low: -1,
    high: 1,
    burnIn: 1,
    order: 4,
    exactDt: 0.05,
  },
  pfc: {
    title: "phase-field crystal",
    equation: phaseFieldCrystal(),
    truth: { "lap(u)": 0.9, "lap^2(u)": 2, "lap^3(u)": 1, "lap(u^2)": 1, "lap(u^3)": 1 },
    points: 128,
    dt: 0.05,
    end: 100,
    frame: 1,
    // Mean density -0.15: a lattice grows from it (the flat state is stable above 0.05).
    low: -0.65,
    high: 0.35,
    burnIn: 5,
    order: 6,
    exactDt: 0.1,
  },
};

/** Numbers of the paper that are redone here. */
export const PAPER = {
  simulations: 5,
  frames: 100,
  cnnParameters: 121_057,
  /** Its table 2: R^2 of the field CNN, on frames drawn from the same runs as those it learned from. */
  cnnR2: { ac: 0.98, ch: 0.975, pfc: 0.985 },
  forecast: [2, 6],
} as const;

/** A training's length. */
export interface Length {
  readonly epochs: number;
  readonly batchSize: number;
}

/** All sizes of a run. */
export interface Plan {
  /** Points along both axes of the fields that are learned from, and forecast. */
  readonly points: number;
  /** Whether the runs of part (a) have the paper's numbers of points, or `points`. */
  readonly paperSizes: boolean;
  /** Simulations that are learned from; one more is kept aside. */
  readonly simulations: number;
  /** Of the paper's frames after the burn-in every `stride`th is learned from. */
  readonly stride: number;
  /** Frames of a movie for the weak form, 96 of the paper's 100 being after the burn-in; noise levels as part of the field's standard deviation, and seeds. */
  readonly movieFrames: number;
  readonly noise: readonly number[];
  readonly movieSeeds: number;
  /** Points of each frame that the pointwise nets see. */
  readonly pointsPerFrame: number;
  readonly mlp: Length;
  readonly cnnLstm: Length;
  /** The field CNN learns from more runs on fewer points, which takes it further in equal time; it is judged on `points`. */
  readonly cnn: Length;
  readonly cnnPoints: number;
  readonly cnnSimulations: number;
  readonly structured: Length;
  /** Frames that gradient-flow nets learn from. */
  readonly structuredFrames: number;
  /** The hyper-parameter study: layers, activations, learning rates, and the length of each training. */
  readonly layers: ReadonlyArray<readonly number[]>;
  readonly activations: ReadonlyArray<"relu" | "tanh">;
  readonly rates: readonly number[];
  readonly sweep: Length;
  /** Unseen starts of the forecasts by cheap laws, and by networks that know nothing. */
  readonly starts: number;
  /** Times between two states of a forecast, and how much longer its steps are than they should be. */
  readonly forecastFrame: number;
  readonly longerSteps: number;
}

/** Sizes of the full run, which are the study's, and of a quick one, which shows only that everything works. */
export function studyPlan(quick: boolean, epochs?: number): Plan {
  if (quick) {
    return {
      points: 48,
      paperSizes: false,
      simulations: 2,
      stride: 8,
      movieFrames: 41,
      noise: [0, 0.01, 0.05],
      movieSeeds: 1,
      pointsPerFrame: 400,
      mlp: { epochs: epochs ?? 20, batchSize: 128 },
      cnnLstm: { epochs: epochs ?? 2, batchSize: 256 },
      cnn: { epochs: epochs ?? 4, batchSize: 4 },
      cnnPoints: 48,
      cnnSimulations: 2,
      structured: { epochs: epochs ?? 1, batchSize: 4 },
      structuredFrames: 8,
      layers: [[32, 16]],
      activations: ["relu", "tanh"],
      rates: [2e-3],
      sweep: { epochs: epochs ?? 3, batchSize: 128 },
      starts: 1,
      forecastFrame: 1,
      longerSteps: 2,
    };
  }
  return {
    points: 128,
    paperSizes: true,
    simulations: 4,
    stride: 2,
    movieFrames: 96,
    noise: [0, 0.01, 0.05],
    movieSeeds: 5,
    pointsPerFrame: 1000,
    mlp: { epochs: epochs ?? 100, batchSize: 256 },
    cnnLstm: { epochs: epochs ?? 20, batchSize: 512 },
    cnn: { epochs: epochs ?? 28, batchSize: 4 },
    cnnPoints: 64,
    cnnSimulations: 16,
    structured: { epochs: epochs ?? 3, batchSize: 4 },
    structuredFrames: 40,
    layers: [
      [32, 16],
      [64, 32, 16],
      [128, 64, 16, 8],
    ],
    activations: ["relu", "tanh"],
    rates: [2e-3, 1e-2],
    sweep: { epochs: epochs ?? 8, batchSize: 256 },
    starts: 5,
    forecastFrame: 0.25,
    longerSteps: 1,
  };
}

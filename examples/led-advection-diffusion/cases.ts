import { advectionDiffusionStudy, type AdvectionDiffusionStudy } from "@hml/systems";

/** The systems of the study: one and three dimensions, and three Peclet numbers. */
export type CaseName = "1D" | "3D" | "Pe 100" | "Pe 10" | "Pe 1";

/** One system: the equation, how it is sampled, and how much of it is learned and forecast. */
export interface Case extends AdvectionDiffusionStudy {
  readonly name: CaseName;
  readonly axes: number;
  /** Numbers in a code. */
  readonly latentSize: number;
  /** Normal laws in the mixture of the decoder. */
  readonly components: number;
  /** Units of the LSTM. */
  readonly units: number;
  /** Samples of the run that is learned from. */
  readonly samples: number;
  /** Samples of the run that says when to stop. */
  readonly validation: number;
  /** Time by the particles before a forecast begins. */
  readonly warmUp: number;
  /** Time T_f that is forecast. */
  readonly forecast: number;
  /** Period of the slowest wind; that of all together, since the frequencies are multiples of it. */
  readonly period: number;
  /** Finite volumes and time step of the exact density. */
  readonly exact: { readonly cells: number; readonly dt: number };
}

/** The numbers of sections 3.1 and 8.2 of the paper; a quick run learns and forecasts less. */
export function studyCase(name: CaseName, quick: boolean): Case {
  const study = advectionDiffusionStudy(name);
  const { amplitude, frequency, diffusivity } = study.equation;
  const axes = amplitude.length;
  const peclet = name.startsWith("Pe");
  return {
    ...study,
    particles: quick ? 250 : study.particles,
    name,
    axes,
    latentSize: axes === 1 ? 1 : 8,
    components: axes === 1 ? 4 : 8,
    units: peclet ? 40 : 100,
    samples: quick ? (peclet ? 60 : 200) : peclet ? 500 : 1000,
    // The paper's are as long as the other; at Pe = 1 a sample takes 0.2 s.
    validation: quick ? (peclet ? 60 : 200) : peclet ? 300 : 1000,
    warmUp: quick ? 20 : 60,
    forecast: quick ? 150 : peclet ? 3000 : 4000,
    period: (2 * Math.PI) / frequency[0]!,
    // Moments to 1e-4 at D = 0.2; the thin layers of a small D need more.
    exact: diffusivity < 0.1 ? { cells: 250, dt: 4e-3 } : { cells: 100, dt: 1e-2 },
  };
}

/** Times at which all particles stand at 0: an initial condition is a phase of the wind. */
export function startTimes({ period, sampling }: Case, count: number): number[] {
  return Array.from({ length: count }, (_, k) => sampling * Math.round((k * period) / count / sampling));
}

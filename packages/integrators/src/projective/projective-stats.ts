import type { Stepper } from "../stepper.ts";

/** Work of a projective scheme since it was built. */
export interface ProjectiveStats {
  /** Macro steps taken; accepted ones where steps are adaptive. */
  readonly steps: number;
  /** Rejected macro steps, each of which kept its first burst; 0 for fixed steps. */
  readonly rejected: number;
  /** Bursts run. */
  readonly bursts: number;
  /**
   * Macro steps over which the bursts would have left no gap, so that the flow itself ran (the skip rule). Nothing is
   * gained there: when this is not 0, the burst is too long for the macro step.
   */
  readonly flowSteps: number;
  /** Time over which the flow ran in all. Divided by the time covered it is the cost as a share of the flow's alone. */
  readonly flowTime: number;
}

/** The counters as a scheme keeps them. */
export type ProjectiveCounts = { -readonly [K in keyof ProjectiveStats]: ProjectiveStats[K] };

/** A projective scheme: a stepper that counts its work. */
export interface ProjectiveStepper extends Stepper {
  /** Counted since the stepper was built; a live view. */
  readonly stats: ProjectiveStats;
}

/** Counters at zero. */
export function projectiveCounts(): ProjectiveCounts {
  return { steps: 0, rejected: 0, bursts: 0, flowSteps: 0, flowTime: 0 };
}

import { kernelEngine, realFft } from "@hml/kernels";
import {
  allenCahn,
  type CheckedGradientFlow,
  cahnHilliard,
  type PhaseField,
  type PhaseFieldOptions,
  phaseField,
  phaseFieldCrystal,
} from "@hml/systems";

/** Whose transforms: those of `@hml/kernels`, or the plain ones of `@hml/integrators`. */
export type Transforms = "kernels" | "own";

/** A run of a model, all parameters 1 and epsilon 0.1, on a square of `points` by `points` a unit apart. */
export interface Run {
  readonly task: string;
  /** As the peers call it. */
  readonly model: "ac" | "ch" | "pfc";
  readonly points: number;
  /** The paper's step. */
  readonly dt: number;
  /** Mean of the initial field; a crystal grows only below 0.05 or so. */
  readonly mean: number;
  /** Runs in a sample: some hundredths of a second. */
  readonly repeats: number;
}

/** Steps of one run. */
export const STEPS = 50;
/** Every so-manieth value of a field is compared; no divisor of the points, so that all columns have a turn. */
export const SAMPLE = 31;

const models = [
  { model: "ac", dt: 0.1, mean: 0 },
  { model: "ch", dt: 0.01, mean: 0 },
  { model: "pfc", dt: 0.05, mean: -0.15 },
] as const;

export const runs: readonly Run[] = models.flatMap((model) => [
  { ...model, task: `${model.model}_imex1_128`, points: 128, repeats: 7 },
  { ...model, task: `${model.model}_imex1_256`, points: 256, repeats: 2 },
]);

/** The model as a flow of fields. Each has an engine of its own, of 16 MiB, which is enough for 400,000 points. */
export function flowOf({ model, points, dt }: Run, transforms: Transforms): PhaseField {
  const fft: Pick<PhaseFieldOptions, "fft"> =
    transforms === "own" ? {} : { fft: (shape) => realFft(kernelEngine(), shape) };
  return phaseField(equationOf(model), { points: [points, points], spacing: 1, dt, ...fft });
}

function equationOf(model: Run["model"]): CheckedGradientFlow {
  if (model === "ac") return allenCahn();
  return model === "ch" ? cahnHilliard() : phaseFieldCrystal();
}

/** Waves that grow and waves that decay, none of them along an axis alone, about the mean. */
export function initialField({ points, mean }: Run): Float64Array {
  const q = (2 * Math.PI * 8) / points;
  return Float64Array.from({ length: points * points }, (_, n) => {
    const x = n % points;
    const y = Math.floor(n / points);
    return mean + 0.1 * (Math.cos(q * (x + y)) + Math.sin(q * (3 * x - y)) + Math.cos(q * (2 * x + 5 * y)));
  });
}

import { radau, type Rhs, solve } from "@hml/integrators";
import { denseLayer, type DenseLayer, type DenseLayerOptions, elementwise, kernelEngine } from "@hml/kernels";
import type { StiffTask } from "./task.ts";

/** Points of every lattice. */
const POINTS = 1000;
const BAND = { lower: 1, upper: 1 } as const;

const heatSpacing = 1 / (POINTS + 1);

/** u_t = u_xx on (0, 1), zero ends; the lattice's own solution is known. */
export const heat: StiffTask = {
  task: "heat1000_banded",
  size: POINTS,
  jacobian: BAND,
  u0: heatModes(0),
  times: [0.2],
  atolPerRtol: 1e-3,
  rhs(_t, u, out) {
    const scale = 1 / (heatSpacing * heatSpacing);
    for (let i = 0; i < POINTS; i++) {
      const left = i > 0 ? u[i - 1]! : 0;
      const right = i < POINTS - 1 ? u[i + 1]! : 0;
      out[i] = scale * (left - 2 * u[i]! + right);
    }
  },
  reference: () => heatModes(0.2),
  error: "l2",
};

function heatModes(t: number): Float64Array {
  const mode = (k: number, i: number): number => {
    const s = (2 * Math.sin((k * Math.PI * heatSpacing) / 2)) / heatSpacing;
    return Math.exp(-s * s * t) * Math.sin(k * Math.PI * (i + 1) * heatSpacing);
  };
  return Float64Array.from({ length: POINTS }, (_, i) => mode(1, i) + 0.5 * mode(3, i));
}

const spacing = 20 / (POINTS - 1);
const front = Float64Array.from({ length: POINTS }, (_, i) => {
  const x = (Math.PI * i) / (POINTS - 1);
  return 0.5 * Math.cos(x) + 0.1 * Math.cos(3 * x);
});

/** u_t = u_xx + u - u^3 on [0, 20], mirrored at both ends. */
export const allenCahn: StiffTask = {
  task: "allencahn1000_banded",
  ...onFront((_t, u, out) => {
    const scale = 1 / (spacing * spacing);
    for (let i = 0; i < POINTS; i++) {
      const left = u[i > 0 ? i - 1 : 1]!;
      const right = u[i < POINTS - 1 ? i + 1 : POINTS - 2]!;
      out[i] = scale * (left - 2 * u[i]! + right) + u[i]! - u[i]! * u[i]! * u[i]!;
    }
  }),
};

const engine = kernelEngine();
const slope = engine.float64(POINTS);
const bounded = engine.float64(POINTS);
const bound = elementwise(engine, "tanh", slope, bounded);
const first = layer(0, { rows: POINTS, inputs: 3, units: 16, activation: "tanh" });
const second = layer(1, { rows: POINTS, inputs: 16, units: 16, activation: "tanh", input: first.output });
const third = layer(2, { rows: POINTS, inputs: 16, units: 1, input: second.output });

/** Allen and Cahn's equation plus a tenth of a 3-16-16-1 network of (u, u_x, tanh u_x), tanh between its layers. */
export const learned: StiffTask = {
  task: "learned1000_banded",
  ...onFront((_t, u, out) => {
    slope[0] = 0;
    for (let i = 1; i < POINTS - 1; i++) slope[i] = (u[i + 1]! - u[i - 1]!) / (2 * spacing);
    slope[POINTS - 1] = 0;
    bound();
    const features = first.input;
    for (let i = 0; i < POINTS; i++) {
      features[3 * i] = u[i]!;
      features[3 * i + 1] = slope[i]!;
      features[3 * i + 2] = bounded[i]!;
    }
    first.forward();
    second.forward();
    third.forward();
    const scale = 1 / (spacing * spacing);
    for (let i = 0; i < POINTS; i++) {
      const left = u[i > 0 ? i - 1 : 1]!;
      const right = u[i < POINTS - 1 ? i + 1 : POINTS - 2]!;
      const reaction = scale * (left - 2 * u[i]! + right) + u[i]! - u[i]! * u[i]! * u[i]!;
      out[i] = reaction + 0.1 * third.output[i]!;
    }
  }),
};

/** A layer with weights that both sides make by the same formula. */
function layer(index: number, options: DenseLayerOptions): DenseLayer {
  const { inputs, units } = options;
  const made = denseLayer(engine, options);
  made.setParameters(
    Float64Array.from({ length: units * inputs }, (_, i) => Math.sin(1.7 * i + index + 1) / Math.sqrt(inputs)),
    Float64Array.from({ length: units }, (_, j) => 0.1 * Math.cos(j + index)),
  );
  return made;
}

/**
 * What both share. Their reference is a run of `radau` at rtol 1e-11, a thousand times tighter than what is measured;
 * SciPy's Radau at rtol 1e-8 comes within 1e-11 of it.
 */
function onFront(rhs: Rhs): Omit<StiffTask, "task"> {
  const common = { size: POINTS, jacobian: BAND, u0: front, times: [5], atolPerRtol: 1e-3, rhs, error: "l2" } as const;
  return {
    ...common,
    reference: () =>
      solve({ rhs, size: POINTS }, front, [0, 5], {
        method: radau({ jacobian: BAND }),
        rtol: 1e-11,
        atol: 1e-14,
        saveAt: [5],
      }).u,
  };
}

import type { Problem, Vec } from "../src/index.ts";

/** A problem with its exact solution. */
export interface ExactProblem extends Problem {
  readonly name: string;
  readonly span: readonly [number, number];
  /**
   * Steps over the span with which order 5 is asymptotic while 16 times as many stay above round-off; lower orders need
   * more.
   */
  readonly coarsest: number;
  exact(t: number): number[];
}

/** y' = y cos t, y(0) = 1: exp(sin t). Non-autonomous, linear. */
export const growthAndDecay: ExactProblem = {
  name: "y' = y cos t",
  size: 1,
  span: [0, 5],
  coarsest: 40,
  rhs(t, u, out) {
    out[0] = u[0]! * Math.cos(t);
  },
  exact: (t) => [Math.exp(Math.sin(t))],
};

/** y' = y (1 - y), y(0) = 0.1: autonomous, nonlinear. Near t = 4 the leading error term of order 5 changes sign. */
export const logistic: ExactProblem = {
  name: "logistic",
  size: 1,
  span: [0, 6],
  coarsest: 30,
  rhs(_t, u, out) {
    out[0] = u[0]! * (1 - u[0]!);
  },
  exact: (t) => [1 / (1 + 9 * Math.exp(-t))],
};

/** A damped rotation, y' = [[-0.2, 2], [-2, -0.2]] y: linear, oscillatory. */
export const spiral: ExactProblem = {
  name: "spiral",
  size: 2,
  span: [0, 3],
  coarsest: 20,
  rhs(_t, u, out) {
    out[0] = -0.2 * u[0]! + 2 * u[1]!;
    out[1] = -2 * u[0]! - 0.2 * u[1]!;
  },
  exact: (t) => [Math.exp(-0.2 * t) * Math.cos(2 * t), -Math.exp(-0.2 * t) * Math.sin(2 * t)],
};

/** Seven Riccati equations of growing rate: nonlinear, N = 7. */
export const sevenRiccati: ExactProblem = {
  name: "seven Riccati equations y' = w (1 - y^2)",
  size: 7,
  span: [0, 2],
  coarsest: 20,
  rhs(_t, u, out) {
    for (let i = 0; i < 7; i++) out[i] = (0.5 + 0.1 * i) * (1 - u[i]! * u[i]!);
  },
  exact: (t) => Array.from({ length: 7 }, (_, i) => Math.tanh((0.5 + 0.1 * i) * t - 0.3)),
};

/** All of them. */
export const exactProblems: readonly ExactProblem[] = [growthAndDecay, logistic, spiral, sevenRiccati];

/** The same problem run from the end of its span to its start. */
export function backwards(problem: ExactProblem): ExactProblem {
  return { ...problem, name: `${problem.name}, backwards`, span: [problem.span[1], problem.span[0]] };
}

/** Euclidean distance of two states. */
export function distance(u: ArrayLike<number>, v: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (u[i]! - v[i]!) ** 2;
  return Math.sqrt(sum);
}

/** |u - v| / |v|. */
export function relativeDistance(u: ArrayLike<number>, v: ArrayLike<number>): number {
  return (
    distance(u, v) /
    distance(
      Array.from(v, () => 0),
      v,
    )
  );
}

/** Slope of log(error) over log(h) by least squares: the order of convergence. */
export function fittedOrder(steps: readonly number[], errors: readonly number[]): number {
  const x = steps.map(Math.log);
  const y = errors.map(Math.log);
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let xy = 0;
  let xx = 0;
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - mx) * (y[i]! - my);
    xx += (x[i]! - mx) ** 2;
  }
  return xy / xx;
}

/** Two masses on an orbit of eccentricity 0.6: period 2 pi, energy -1/2. */
export const kepler: Problem = {
  size: 4,
  rhs(_t, [x, y, vx, vy], out) {
    const r2 = x! * x! + y! * y!;
    const r3 = r2 * Math.sqrt(r2);
    out[0] = vx!;
    out[1] = vy!;
    out[2] = -x! / r3;
    out[3] = -y! / r3;
  },
};

/** Lorenz 1963: sigma 10, rho 28, beta 8/3. */
export const lorenz: Problem = {
  size: 3,
  rhs(_t, [x, y, z], out) {
    out[0] = 10 * (y! - x!);
    out[1] = x! * (28 - z!) - y!;
    out[2] = x! * y! - (8 / 3) * z!;
  },
};

/** Arenstorf orbit of the restricted three-body problem (Hairer, Norsett, Wanner I, p. 129). */
export const arenstorf: Problem = {
  size: 4,
  rhs(_t, [x, y, vx, vy], out) {
    const mu = 0.012277471;
    const a = (x! + mu) ** 2 + y! ** 2;
    const b = (x! - (1 - mu)) ** 2 + y! ** 2;
    const d1 = a * Math.sqrt(a);
    const d2 = b * Math.sqrt(b);
    out[0] = vx!;
    out[1] = vy!;
    out[2] = x! + 2 * vy! - ((1 - mu) * (x! + mu)) / d1 - (mu * (x! - (1 - mu))) / d2;
    out[3] = y! - 2 * vx! - ((1 - mu) * y!) / d1 - (mu * y!) / d2;
  },
};

/** Michaelis-Menten kinetics with a fast second component. */
export function michaelisMenten(eps: number): Problem {
  return {
    size: 2,
    rhs(_t, [x, y], out) {
      out[0] = -x! + (x! + 0.5) * y!;
      out[1] = (x! - (x! + 1) * y!) / eps;
    },
  };
}

/** The last frame of a solution. */
export function lastFrame({ u, shape: [frames, size] }: { u: Vec; shape: readonly [number, number] }): Vec {
  return u.subarray((frames - 1) * size, frames * size);
}

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

/*
 * Stiff problems. Digits at given times are those of refs/integrators/ivp.json in the shared reference data: tight runs of
 * two independent solvers that agree to 1e-10 or better, for the first four also with the IVP Test Set.
 */

/** A stiff problem, where it starts, the absolute tolerance per rtol that suits it, and what it should give. */
export interface StiffProblem extends Problem {
  readonly name: string;
  readonly u0: readonly number[];
  readonly atolPerRtol: number;
  readonly times: readonly number[];
  /** States at `times`, [time][component]. */
  readonly reference: readonly (readonly number[])[];
}

export const robertson: StiffProblem = {
  name: "robertson",
  size: 3,
  u0: [1, 0, 0],
  atolPerRtol: 1e-8,
  times: [0.4, 40, 4e3, 4e5, 4e7, 1e11],
  reference: [
    [0.9851721138609917, 3.386395378974909e-5, 0.014794022185220367],
    [0.7158270687194068, 9.185534764557746e-6, 0.28416374574583125],
    [0.18320225777671062, 8.942371252775937e-7, 0.8167968479861681],
    [0.00493827452097993, 1.9849940879544163e-8, 0.9950617056290819],
    [5.203071844120786e-5, 2.0813357318926223e-10, 0.9999479690734279],
    [2.0833401497011303e-8, 8.333360770334112e-14, 0.9999999791665168],
  ],
  rhs(_t, u, out) {
    const first = 0.04 * u[0]!;
    const second = 3e7 * u[1]! * u[1]!;
    const third = 1e4 * u[1]! * u[2]!;
    out[0] = third - first;
    out[1] = first - third - second;
    out[2] = second;
  },
};

/** mu = 1000. */
export const vanDerPol: StiffProblem = {
  name: "vdp1000",
  size: 2,
  u0: [2, 0],
  atolPerRtol: 1e-3,
  times: [2000],
  reference: [[1.7061677321704973, -8.928097010247817e-4]],
  rhs(_t, u, out) {
    out[0] = u[1]!;
    out[1] = 1000 * (1 - u[0]! * u[0]!) * u[1]! - u[0]!;
  },
};

export const hires: StiffProblem = {
  name: "hires",
  size: 8,
  u0: [1, 0, 0, 0, 0, 0, 0, 0.0057],
  atolPerRtol: 1e-3,
  times: [321.8122],
  reference: [
    [
      0.0007371312573325392, 0.00014424857263161306, 5.88872974096706e-5, 0.0011756513432830975, 0.0023863561988305007,
      0.006238968252740195, 0.002849998395185186, 0.002850001604814814,
    ],
  ],
  rhs(_t, [a, b, c, d, e, f, g, h], out) {
    out[0] = -1.71 * a! + 0.43 * b! + 8.32 * c! + 0.0007;
    out[1] = 1.71 * a! - 8.75 * b!;
    out[2] = -10.03 * c! + 0.43 * d! + 0.035 * e!;
    out[3] = 8.32 * b! + 1.71 * c! - 1.12 * d!;
    out[4] = -1.745 * e! + 0.43 * f! + 0.43 * g!;
    out[5] = -280 * f! * h! + 0.69 * d! + 1.71 * e! - 0.43 * f! + 0.69 * g!;
    out[6] = 280 * f! * h! - 1.81 * g!;
    out[7] = -280 * f! * h! + 1.81 * g!;
  },
};

export const oregonator: StiffProblem = {
  name: "orego",
  size: 3,
  u0: [1, 2, 3],
  atolPerRtol: 1,
  times: [360],
  reference: [[1.0008148703185227, 1228.1785215498942, 132.05549428465622]],
  rhs(_t, u, out) {
    out[0] = 77.27 * (u[1]! + u[0]! * (1 - 8.375e-6 * u[0]! - u[1]!));
    out[1] = (u[2]! - (1 + u[0]!) * u[1]!) / 77.27;
    out[2] = 0.161 * (u[0]! - u[2]!);
  },
};

/** y' = R(0.3) diag(-1, -fast) R(0.3)^T y. */
export function twoClusters(fast: number): StiffProblem {
  const c = Math.cos(0.3);
  const s = Math.sin(0.3);
  const times = [0.01, 0.1, 1, 2, 5];
  return {
    name: fast === 1e3 ? "lin2_fast1000" : "lin2_fast1e+06",
    size: 2,
    u0: [1, 1],
    atolPerRtol: 1e-3,
    times,
    reference: times.map((t) => {
      const slow = Math.exp(-t) * (c + s);
      const quick = Math.exp(-fast * t) * (c - s);
      return [c * slow - s * quick, s * slow + c * quick];
    }),
    rhs(_t, u, out) {
      out[0] = (-c * c - fast * s * s) * u[0]! + (fast - 1) * c * s * u[1]!;
      out[1] = (fast - 1) * c * s * u[0]! + (-s * s - fast * c * c) * u[1]!;
    },
  };
}

/** Prothero and Robinson's y' = -1e6 (y - cos t) - sin t, on its slow solution cos t. */
export const protheroRobinson: StiffProblem = {
  name: "prothero_robinson",
  size: 1,
  u0: [1],
  atolPerRtol: 1e-3,
  times: [0.5, 1, 3, 10],
  reference: [0.5, 1, 3, 10].map((t) => [Math.cos(t)]),
  rhs(t, u, out) {
    out[0] = -1e6 * (u[0]! - Math.cos(t)) - Math.sin(t);
  },
};

/** u_t = u_xx on (0, 1) with zero ends, n interior points, from sin(pi x) + sin(3 pi x)/2; exact in time. */
export function heat(n: number): StiffProblem {
  const h = 1 / (n + 1);
  const exact = (t: number): number[] => {
    const mode = (k: number, i: number): number => {
      const s = (2 * Math.sin((k * Math.PI * h) / 2)) / h;
      return Math.exp(-s * s * t) * Math.sin(k * Math.PI * (i + 1) * h);
    };
    return Array.from({ length: n }, (_, i) => mode(1, i) + 0.5 * mode(3, i));
  };
  return {
    name: `heat1d_n${n}`,
    size: n,
    u0: exact(0),
    atolPerRtol: 1e-3,
    times: [0.2],
    reference: [exact(0.2)],
    rhs(_t, u, out) {
      for (let i = 0; i < n; i++) {
        const left = i > 0 ? u[i - 1]! : 0;
        const right = i < n - 1 ? u[i + 1]! : 0;
        out[i] = (left - 2 * u[i]! + right) / (h * h);
      }
    },
  };
}

/** u_t = u_xx + u - u^3 on [0, 20] with mirrored ends; digits at five points evenly spread are for n = 101. */
export function allenCahn(n: number): StiffProblem {
  const h = 20 / (n - 1);
  return {
    name: "allen_cahn_n101",
    size: n,
    u0: Array.from({ length: n }, (_, i) => {
      const x = (Math.PI * i) / (n - 1);
      return 0.5 * Math.cos(x) + 0.1 * Math.cos(3 * x);
    }),
    atolPerRtol: 1e-3,
    times: [1, 5],
    reference: [
      [0.881823250290183, 0.6198123476964418, 0, -0.6198123476964417, -0.881823250290183],
      [0.9998820729801582, 0.997189509610491, 0, -0.997189509610491, -0.9998820729801582],
    ],
    rhs(_t, u, out) {
      for (let i = 0; i < n; i++) {
        const left = u[i > 0 ? i - 1 : 1]!;
        const right = u[i < n - 1 ? i + 1 : n - 2]!;
        out[i] = (left - 2 * u[i]! + right) / (h * h) + u[i]! - u[i]! * u[i]! * u[i]!;
      }
    },
  };
}

/** The FitzHugh-Nagumo front on [0, 20], 101 points, mirrored ends; u and v alternate, so the band is { 2, 2 }. */
export const fitzHughNagumo: Problem & { readonly u0: readonly number[] } = (() => {
  const n = 101;
  const h = 20 / (n - 1);
  return {
    size: 2 * n,
    u0: Array.from({ length: n }, (_, i) => [
      0.9 * Math.tanh((i * h - 7) / 1.5),
      0.12 * Math.tanh((i * h - 7) / 3),
    ]).flat(),
    rhs(_t: number, u: Vec, out: Vec) {
      for (let i = 0; i < n; i++) {
        const left = 2 * (i > 0 ? i - 1 : 1);
        const right = 2 * (i < n - 1 ? i + 1 : n - 2);
        const a = u[2 * i]!;
        const b = u[2 * i + 1]!;
        out[2 * i] = (u[left]! - 2 * a + u[right]!) / (h * h) + a - a * a * a - b;
        out[2 * i + 1] = (4 * (u[left + 1]! - 2 * b + u[right + 1]!)) / (h * h) + 0.01 * (a - 2 * b + 0.03);
      }
    },
  };
})();

import { fixed, normal, projective, random, rk4, rk4Tableau, solve } from "@hml/integrators";
import type { RandomSource, Solution, TimeStepper } from "@hml/integrators";
import { coarse, type Lifting, type Restriction } from "@hml/lift-restrict";

const WALKERS = 20_000;

/** My fine solver, a black box: walkers dX = -X dt + sqrt(2) dW, in mirror pairs so that their mean carries no noise. */
function walkers(source: RandomSource): TimeStepper {
  const gauss = normal(source);
  return {
    size: WALKERS,
    advance(x, t0, t1) {
      const decay = Math.exp(t0 - t1);
      const kick = Math.sqrt(1 - decay * decay);
      for (let i = 0; i < WALKERS; i += 2) {
        const g = kick * gauss();
        x[i] = decay * x[i]! + g;
        x[i + 1] = decay * x[i + 1]! - g;
      }
    },
  };
}

/** My restriction: mean and variance. */
const moments: Restriction = {
  fineSize: WALKERS,
  coarseSize: 2,
  restrict(x, out) {
    const mean = x.reduce((sum, xi) => sum + xi, 0) / WALKERS;
    out[0] = mean;
    out[1] = x.reduce((sum, xi) => sum + (xi - mean) * (xi - mean), 0) / WALKERS;
  },
};

/** My lifting: mirror pairs of unit variance, stretched to the variance and moved to the mean. */
function cloud(source: RandomSource): Lifting {
  const unit = Float64Array.from({ length: WALKERS / 2 }, normal(source));
  const deviation = Math.sqrt(unit.reduce((sum, g) => sum + g * g, 0) / unit.length);
  return {
    fineSize: WALKERS,
    coarseSize: 2,
    lift: ([mean, variance], out) =>
      unit.forEach((g, i) => {
        const reach = (g / deviation) * Math.sqrt(variance!);
        out[2 * i] = mean! + reach;
        out[2 * i + 1] = mean! - reach;
      }),
  };
}

/** My learner: the law z' = a z + b of one coarse variable, by least squares on the differences of its trajectory. */
function linearLaw({ t, u, shape: [frames, size] }: Solution, variable: number): { a: number; b: number } {
  let [n, sz, sr, szz, szr] = [0, 0, 0, 0, 0];
  for (let k = 0; k + 1 < frames; k++, n++) {
    const [z, next] = [u[k * size + variable]!, u[(k + 1) * size + variable]!];
    const [middle, rate] = [(z + next) / 2, (next - z) / (t[k + 1]! - t[k]!)];
    [sz, sr, szz, szr] = [sz + middle, sr + rate, szz + middle * middle, szr + middle * rate];
  }
  const a = (n * szr - sz * sr) / (n * szz - sz * sz);
  return { a, b: (sr - a * sz) / n };
}

/** Short bursts of walkers, projected over the time between; a law learned from that; a forecast with the law. */
export function compose(seed: number): { projected: Solution; law: { a: number; b: number }[]; forecast: Solution } {
  const source = random(seed);
  const flow = coarse(walkers(source.fork(1)), { restriction: moments, lifting: cloud(source.fork(2)) });
  const projected = solve(projective(flow, { burst: 0.02, chord: 0.02, outer: rk4Tableau }), [2, 4], [0, 3], {
    dt: 0.15,
  });
  const law = [0, 1].map((variable) => linearLaw(projected, variable));
  const rhs = (_t: number, z: Float64Array, out: Float64Array): void =>
    law.forEach(({ a, b }, i) => (out[i] = a * z[i]! + b));
  const forecast = solve({ rhs, size: 2 }, [-1, 3], [0, 3], { method: fixed(rk4, 0.15) });
  return { projected, law, forecast };
}

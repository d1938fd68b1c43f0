import { show } from "@hml/guard";
import type { FourierSymbol, PeriodicFieldOptions } from "@hml/integrators";
import type { CheckedGradientFlow } from "./gradient-flow.ts";
import { localSum } from "./local-energy.ts";
import { squaredWavenumber } from "./squared-wavenumber.ts";

/**
 * The split of a gradient flow into L and N: with m = -M or -M k^2,
 *
 *   L = m (Q + b), N = m f'(u);  stabilised  L = m (Q + S), N = m (f'(u) + (b - S) u).
 */
export function gradientParts(
  { energy: { gradient, quadratic, local }, mobility, coefficient }: CheckedGradientFlow,
  stabilisation: number | undefined,
): Pick<PeriodicFieldOptions, "symbol" | "nonlinear" | "outer"> {
  const sum = localSum(local);
  const implicit = stabilisation ?? quadratic;
  const explicit = quadratic - implicit;
  const outer = (kx: number, ky: number, kz: number): number =>
    mobility === "conserved" ? -coefficient * squaredWavenumber(kx, ky, kz) : -coefficient;
  return {
    symbol: (kx, ky, kz) => outer(kx, ky, kz) * (real(gradient(kx, ky, kz)) + implicit),
    nonlinear: (_t, u, out) => sum.slope(u, explicit, out),
    outer,
  };
}

/** The value of a symbol that must be real. */
function real(value: ReturnType<FourierSymbol>): number {
  if (typeof value === "number") return value;
  const [re, im] = value;
  if (im === 0) return re;
  throw new RangeError(`phaseField: energy.gradient must be real, got imaginary part ${show(im)}`);
}

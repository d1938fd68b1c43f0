import { describe, it } from "vitest";
import { expectSteadyMemory } from "../../test/memory.ts";
import type { Stepper } from "../stepper.ts";
import { etd1, etdrk2, etdrk4, ifrk4, krogstad } from "./etdrk.ts";
import { ars222, imex1 } from "./imex.ts";
import { cnab2, sbdf2 } from "./imex-multistep.ts";
import { rationalExponential } from "./rational-exponential.ts";
import { type PeriodicField, periodicField } from "./spectral/periodic-field.ts";

const dt = 1 / 16;
const field = periodicField({
  points: 64,
  length: 22,
  symbol: (k) => [k * k - k * k * k * k, k],
  nonlinear(_t, u, out) {
    for (let j = 0; j < u.length; j++) out[j] = -0.5 * u[j]! * u[j]!;
  },
  outer: (k) => [0, k],
});

/** Two axes, one of them with a prime factor above 5, operators inside and outside. */
const plane = periodicField({
  points: [6, 14],
  length: [6, 14],
  symbol: (kx, ky) => -(kx * kx + ky * ky),
  inner: [() => 1, (kx) => [0, kx]],
  nonlinear(_t, u, out) {
    for (let j = 0; j < 84; j++) out[j] = out[84 + j] = 0.1 * u[j]! * u[84 + j]!;
  },
  outer: [() => 1, (_kx, ky) => [0, ky]],
});

/** One step after another along a run. */
function stepping(stepper: Stepper, { coefficients }: PeriodicField): () => void {
  const u = coefficients((x) => Math.cos((Math.PI * x) / 11));
  let k = 0;
  return () => stepper.step(k++ * dt, dt, u, u);
}

describe("memory", () => {
  it.each([
    ["etd1", etd1],
    ["etdrk2", etdrk2],
    ["etdrk4", etdrk4],
    ["krogstad", krogstad],
    ["ifrk4", ifrk4],
    ["imex1", imex1],
    ["ars222", ars222],
    ["cnab2", cnab2],
    ["sbdf2", sbdf2],
  ] as const)("%s with transforms makes no arrays and keeps nothing over 1e5 steps", (_name, scheme) => {
    expectSteadyMemory(stepping(scheme(field), field));
  });

  it("a step in two dimensions makes no arrays and keeps nothing over 1e5 steps", () => {
    expectSteadyMemory(stepping(imex1(plane), plane));
  });

  it("rationalExponential makes no arrays and keeps nothing over 1e5 advances", () => {
    const n = 64;
    const beside = new Float64Array(n).fill(1);
    const flow = rationalExponential({ lower: beside, diagonal: new Float64Array(n).fill(-2), upper: beside });
    const u = new Float64Array(n).fill(1);
    expectSteadyMemory(() => flow.advance(u, 0, 1e-6));
  });
});

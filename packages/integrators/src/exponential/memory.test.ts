import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Stepper } from "../stepper.ts";
import { etd1, etdrk2, etdrk4, ifrk4, krogstad } from "./etdrk.ts";
import { ars222, imex1 } from "./imex.ts";
import { cnab2, sbdf2 } from "./imex-multistep.ts";
import { type PeriodicField, periodicField } from "./spectral/periodic-field.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const steps = 100_000;
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

/** Bytes of array buffers made and of heap kept, per step, after a warm-up. */
function growth(stepper: Stepper, { coefficients }: PeriodicField): readonly [arrays: number, heap: number] {
  const u = coefficients((x) => Math.cos((Math.PI * x) / 11));
  for (let k = 0; k < 1000; k++) stepper.step(k * dt, dt, u, u);
  collect();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  let most = 0;
  for (let k = 1000; k < 1000 + steps; k++) {
    stepper.step(k * dt, dt, u, u);
    // Before a collection: an array of 64 numbers a step would be 512 kB here.
    if (k % 1000 === 999) most = Math.max(most, process.memoryUsage().arrayBuffers - arrayBuffers);
  }
  collect();
  return [most / 1000, (process.memoryUsage().heapUsed - heapUsed) / steps];
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
    const stepper = scheme(field);
    const [arrays, heap] = growth(stepper, field);
    // The test runner's own messages make a few buffers.
    expect(arrays).toBeLessThan(50);
    // The engine may keep code that it compiled during the first run; a leak shows in a second one too.
    if (heap >= 1) expect(growth(stepper, field)[1]).toBeLessThan(1);
  });

  it("a step in two dimensions makes no arrays and keeps nothing over 1e5 steps", () => {
    const stepper = imex1(plane);
    const [arrays, heap] = growth(stepper, plane);
    expect(arrays).toBeLessThan(50);
    if (heap >= 1) expect(growth(stepper, plane)[1]).toBeLessThan(1);
  });
});

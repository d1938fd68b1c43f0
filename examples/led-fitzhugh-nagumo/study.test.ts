import { random } from "@hml/integrators";
import { type LatentModel, saveNet, train } from "@hml/nets";
import { fitzHughNagumo } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { coderSettings, coderSpec, consistentCoder, plainCoder } from "./coder.ts";
import { fieldOf, massDrift, ownState, simulate } from "./data.ts";
import { forecast, populations, restart, spreadOffsets } from "./forecast.ts";
import { sequences } from "./law.ts";
import { naiveStart, naiveStep } from "./speed.ts";
import { PAPER, STATE, STEP } from "./study.ts";

const run = simulate(ownState(0), 400);
const coder = { encoder: 0, decoder: 1, latentSize: 3, epochs: 2, weightDecay: 0 };
const net = await train(coderSpec(coder), { inputs: run }, { ...coderSettings(coder, run), random: random(1) });
const file = saveNet(net);

/** The lattice itself in place of a learned law: its code is the state. */
function trueLaw(): LatentModel {
  const fhn = fitzHughNagumo();
  const f = new Float64Array(fhn.size);
  return {
    latentSize: STATE,
    size: STATE,
    dt: STEP,
    stateSize: 0,
    forcing: 0,
    encode: (u, out) => out.set(u),
    decode: (z, out) => out.set(z),
    initial: () => new Float64Array(0),
    step(z, _memory, out) {
      for (let m = 0; m < z.length; m += STATE) {
        fhn.lifting("first-order").lift(z.slice(m, m + STATE), f);
        fhn.advance(f, 0, STEP);
        fhn.restriction.restrict(f, out.subarray(m, m + STATE));
      }
    },
  };
}

describe("the FitzHugh-Nagumo study", () => {
  it("times a naive lattice that is the same lattice", () => {
    const fhn = fitzHughNagumo();
    const f = new Float64Array(fhn.size);
    const state = ownState(2);
    fhn.lifting("equal-weights").lift(state, f);
    fhn.advance(f, 0, 1);
    const found = new Float64Array(STATE);
    fhn.restriction.restrict(f, found);
    let g = naiveStart(state);
    for (let k = 0; k < 200; k++) g = naiveStep(g);
    // The same sums in another order, 200 steps.
    g.forEach(([minus, rest, plus], field) => {
      minus!.forEach((value, j) => {
        expect(Math.abs(value + rest![j]! + plus![j]! - found[field * PAPER.points + j]!)).toBeLessThan(1e-13);
      });
    });
  });

  it("has initial conditions of its own that end on the cycle of period 186.416", () => {
    for (let k = 0; k < 6; k++) {
      const states = simulate(ownState(k), 1200);
      const mean = (t: number): number =>
        states.subarray(t * STATE, t * STATE + PAPER.points).reduce((sum, u) => sum + u, 0);
      const crossings: number[] = [];
      for (let t = 1; t < 1200; t++) {
        const [before, now] = [mean(t - 1), mean(t)];
        if (before < 0 && now >= 0) crossings.push(t - now / (now - before));
      }
      const [before, last] = [2, 1].map((n) => Math.abs(crossings.at(-n)! - crossings.at(-n - 1)! - 186.416));
      // Crossings of a curve sampled once a unit are good to 0.01; what is left falls by 0.46 a period.
      expect(last).toBeLessThan(0.3);
      expect(last).toBeLessThan(0.55 * before! + 0.01);
    }
  });

  it("decodes so that the code comes back, and plainly does not", () => {
    const { encoder, decoder } = consistentCoder(file);
    const plain = plainCoder(file);
    const code = Float64Array.of(0.7, -1.2, 0.4);
    const [state, back] = [new Float64Array(STATE), new Float64Array(3)];
    decoder.decode(code, state);
    encoder.encode(state, back);
    back.forEach((value, j) => expect(Math.abs(value - code[j]!)).toBeLessThan(1e-11));
    plain.decoder.decode(code, state);
    encoder.encode(state, back);
    expect(Math.max(...back.map((value, j) => Math.abs(value - code[j]!)))).toBeGreaterThan(1e-3);
    // The linear map, found by asking, is the encoder in the precision of the net.
    const asked = new Float64Array(3);
    plain.encoder.encode(run.slice(0, STATE), asked);
    encoder.encode(run.slice(0, STATE), back);
    back.forEach((value, j) => expect(Math.abs(value - asked[j]!)).toBeLessThan(1e-4));
  });

  it("restarts a state that the law has left alone at its own densities", () => {
    const { encoder, decoder } = consistentCoder(file);
    const law = { ...trueLaw(), latentSize: 3, encode: encoder.encode, decode: decoder.decode };
    const fhn = fitzHughNagumo();
    const f = populations(fhn, run, [50]);
    fhn.advance(f, 0, 1);
    const [before, decoded, after] = [new Float64Array(STATE), new Float64Array(STATE), new Float64Array(STATE)];
    const code = new Float64Array(3);
    fhn.restriction.restrict(f, before);
    law.encode(before, code);
    law.decode(code, decoded);
    for (const kind of ["first-order", "equal-weights"] as const) {
      const out = f.slice();
      restart(fhn, law, kind).lift(decoded, out);
      fhn.restriction.restrict(out, after);
      after.forEach((value, i) => expect(Math.abs(value - before[i]!)).toBeLessThan(1e-14));
    }
  });

  it("measures forecasts at the right times: the lattice in place of the law has no error but that of restarts", () => {
    const plan = { truth: run, offsets: [3, 40], ranges: [2, 0.3] as const, horizon: 200 };
    const variant = { macro: 10, micro: 10, restart: "first-order" } as const;
    // A law that restarts the lattice every 5 loses some 1e-5; a shift by one unit of time would be 0.0065.
    for (const micro of [0, 10]) {
      const { mnad, t, nad } = forecast(trueLaw(), { ...plan, ...variant, micro });
      expect(t[0]).toBe(80);
      expect(t.length).toBe(25);
      expect(nad[0].every((error) => error > 0)).toBe(true);
      expect(Math.max(...mnad)).toBeLessThan(2e-4);
    }
  });

  it("cuts runs of codes into sequences of every phase", () => {
    const codes = Float64Array.from({ length: 24 }, (_, i) => i);
    const { values, times } = sequences([codes], 2, 5);
    expect(times).toBe(2);
    // 12 samples of two numbers: phases 0 to 4, two times each.
    expect(Array.from(values)).toEqual([0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15, 6, 7, 16, 17, 8, 9, 18, 19]);
  });

  it("spreads forecasts over the run, and refuses a run that is too short", () => {
    expect(spreadOffsets(3, 1000, 400)).toEqual([150, 375, 599]);
    expect(() => spreadOffsets(3, 400, 400)).toThrow("too short");
  });

  it("knows the fields apart and shows which walls keep the mass", () => {
    expect([0, 100, 101, 201, 202].map(fieldOf)).toEqual([0, 0, 1, 1, 0]);
    expect(massDrift("bounce-back")).toBeLessThan(1e-12);
    expect(massDrift("led")).toBeGreaterThan(1e-3);
  });
});

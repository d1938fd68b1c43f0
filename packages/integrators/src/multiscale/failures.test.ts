import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { DT, delayLaw, polarLaw, stuartLandau } from "../../test/exact-pairs.ts";
import { type AdaptiveSchedule, type LatentLaw, multiscale, speedUp, speedUpBound, type Vec } from "../index.ts";

const micro = stuartLandau(0.7);
const law = polarLaw(0.7);
const fixedSchedule = { warmUp: 2, macro: 5, micro: 3 };
const adaptive: AdaptiveSchedule = {
  warmUp: 2,
  comparison: 2,
  macro: 5,
  micro: 3,
  relaxation: 1,
  largestError: 0.1,
};
const identity = { fineSize: 2, coarseSize: 2 };
const copy = (from: Vec, to: Vec): void => to.set(from);
const restriction = { ...identity, restrict: copy };
const lifting = { ...identity, lift: copy };

/** What a caller without types may pass. */
function loosely(value: unknown): never {
  return value as never;
}

describe("bad arguments", () => {
  it.each<[string, () => unknown, typeof TypeError | typeof RangeError, RegExp]>([
    ["no schedule", () => multiscale(micro, law, loosely(undefined)), TypeError, /schedule must be an object/],
    [
      "a misspelt length",
      () => multiscale(micro, law, loosely({ ...fixedSchedule, warmup: 2 })),
      TypeError,
      /unknown option warmup; did you mean warmUp/,
    ],
    [
      "no macro and no micro steps",
      () => multiscale(micro, law, { warmUp: 2, macro: 0, micro: 0 }),
      RangeError,
      /both be 0/,
    ],
    [
      "half a step",
      () => multiscale(micro, law, { ...fixedSchedule, micro: 0.5 }),
      RangeError,
      /schedule.micro must be an integer/,
    ],
    [
      "a length that is missing",
      () => multiscale(micro, law, loosely({ macro: 1, micro: 1 })),
      TypeError,
      /schedule.warmUp/,
    ],
    [
      "no comparison",
      () => multiscale(micro, law, { ...adaptive, comparison: 0 }),
      RangeError,
      /comparison must be an integer at least 1|comparison must be an integer between 1/,
    ],
    [
      "a bound that is NaN",
      () => multiscale(micro, law, { ...adaptive, largestError: Number.NaN }),
      RangeError,
      /largestError must be finite/,
    ],
    [
      "an adaptive schedule without an error",
      () => multiscale(micro, law, loosely({ ...adaptive, largestError: undefined })),
      TypeError,
      /largestError must be a number/,
    ],
    [
      "a bound on a spread that is not there",
      () => multiscale(micro, law, { ...adaptive, largestSpread: 0.1 }),
      RangeError,
      /needs a macro with a spread/,
    ],
    [
      "no micro solver",
      () => multiscale(loosely(undefined), law, fixedSchedule),
      TypeError,
      /micro.advance must be a function/,
    ],
    ["no law", () => multiscale(micro, loosely(null), fixedSchedule), TypeError, /macro must be a latent law/],
    [
      "a law that cannot encode",
      () => multiscale(micro, loosely({ ...law, encode: 1 }), fixedSchedule),
      TypeError,
      /macro.encode/,
    ],
    [
      "a law with forcing",
      () => multiscale(micro, { ...law, forcing: 1 }, fixedSchedule),
      RangeError,
      /no forcing, got 1/,
    ],
    [
      "a law with a dt of 0",
      () => multiscale(micro, { ...law, dt: 0 }, fixedSchedule),
      RangeError,
      /macro.dt must be positive/,
    ],
    [
      "a law of other states",
      () => multiscale(micro, { ...law, size: 3 }, fixedSchedule),
      RangeError,
      /whole members of macro.size = 3 numbers, got 2/,
    ],
    [
      "a memory of another length",
      () => multiscale(micro, { ...law, initial: () => new Float64Array(3) }, fixedSchedule),
      RangeError,
      /macro.initial\(1\) must be a Float64Array of length 0, got length 3/,
    ],
    [
      "a restriction alone",
      () => multiscale(micro, law, fixedSchedule, { restriction }),
      RangeError,
      /both, or neither/,
    ],
    [
      "a restriction of other states",
      () => multiscale(micro, law, fixedSchedule, { restriction: { ...restriction, fineSize: 3 }, lifting }),
      RangeError,
      /restriction.fineSize/,
    ],
    [
      "a lifting of other states",
      () => multiscale(micro, law, fixedSchedule, { restriction, lifting: { ...lifting, coarseSize: 4 } }),
      RangeError,
      /lifting.coarseSize/,
    ],
    [
      "an unknown option",
      () => multiscale(micro, law, fixedSchedule, loosely({ onstate: copy })),
      TypeError,
      /did you mean onState/,
    ],
    [
      "a callback that is none",
      () => multiscale(micro, law, fixedSchedule, loosely({ onStage: 1 })),
      TypeError,
      /onStage must be a function/,
    ],
    ["stateEvery of 0", () => multiscale(micro, law, fixedSchedule, { stateEvery: 0 }), RangeError, /stateEvery/],
    [
      "another dt in replace",
      () => multiscale(micro, law, fixedSchedule).replace({ ...law, dt: 1 }),
      RangeError,
      /macro.dt must be 0.25, got 1/,
    ],
    [
      "another size in replace",
      () => multiscale(micro, law, fixedSchedule).replace({ ...law, size: 1 }),
      RangeError,
      /replace: macro.size/,
    ],
    [
      "an unknown option of speedUp",
      () => speedUp(multiscale(micro, law, fixedSchedule).report, loosely({ micro: 1 })),
      TypeError,
      /unknown option micro/,
    ],
    [
      "a bad schedule in speedUpBound",
      () => speedUpBound({ warmUp: 0, macro: -1, micro: 1 }),
      RangeError,
      /schedule.macro/,
    ],
  ])("%s", (_what, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  it("of advance leave the state as it was", () => {
    const flow = multiscale(micro, law, fixedSchedule);
    const u = Float64Array.of(1, Number.NaN);
    expect(() => flow.advance(u, 0, DT)).toThrow(/u\[1\] must be finite/);
    expect(() => flow.advance(new Float64Array(3), 0, DT)).toThrow(RangeError);
    u[1] = 0;
    for (const span of [0.6 * DT, -DT, Number.NaN, Infinity]) {
      expect(() => flow.advance(u, 0, span)).toThrow(/whole number of steps of 0.25/);
    }
    flow.advance(u, 3, 3);
    expect([...u]).toEqual([1, 0]);
    expect(flow.report.microSteps + flow.report.latentSteps).toBe(0);
  });
});

describe("a run that leaves the finite numbers", () => {
  /** The law, broken at one of its calls. */
  function broken(name: "encode" | "decode" | "step", call: number): LatentLaw {
    let calls = 0;
    const spoil = (out: Vec): void => {
      if (++calls === call) out[1] = Number.NaN;
    };
    return {
      ...law,
      encode: (u, out) => (law.encode(u, out), void (name === "encode" && spoil(out))),
      decode: (z, out) => (law.decode(z, out), void (name === "decode" && spoil(out))),
      step: (z, s, out) => (law.step(z, s, out), void (name === "step" && spoil(out))),
    };
  }

  it.each<[string, LatentLaw, number, string]>([
    // Two steps of warm-up, five macro, three micro: the fourth macro step is the one from step 5.
    ["a code of a macro step", broken("step", 4), 5, "number 1 of the code became NaN in the macro stage"],
    ["a code of a micro state", broken("encode", 2), 10, "number 1 of the code became NaN in the macro stage"],
    ["a decoded state", broken("decode", 1), 7, "number 1 of the decoded state became NaN in the micro stage"],
  ])("is stopped with its time and stage: %s", (_what, bad, step, message) => {
    const flow = multiscale(micro, bad, fixedSchedule);
    const u = Float64Array.of(0.5, 0);
    const t0 = 100;
    const error = failure(() => flow.advance(u, t0, t0 + 30 * DT));
    expect(error).toMatchObject({ code: "nonfinite-state", step, t: t0 + step * DT });
    expect(error.message).toContain(`multiscale: ${message}, in the step from t = ${t0 + step * DT}`);
    expect([...u]).toEqual([0.5, 0]);
    // And then begins anew.
    flow.advance(u, t0, t0 + 3 * DT);
    expect(flow.report.steps["warm-up"]).toBe(4);
  });

  it("is stopped when the micro solver or the lifting does it", () => {
    const explosive = { size: 2, advance: (u: Vec, t0: number) => void (t0 >= 8 * DT && u.fill(Infinity)) };
    const error = failure(() => multiscale(explosive, law, fixedSchedule).advance(Float64Array.of(1, 0), 0, 10 * DT));
    expect(error).toMatchObject({ code: "nonfinite-state", step: 8, t: 8 * DT });
    expect(error.message).toMatch(/number 0 of the state of the micro solver became Infinity in the micro stage/);
    const lost = { ...lifting, lift: (_coarse: Vec, out: Vec) => void out.fill(Number.NaN) };
    const flow = multiscale(micro, law, fixedSchedule, { restriction, lifting: lost });
    expect(failure(() => flow.advance(Float64Array.of(1, 0), 0, 10 * DT)).message).toMatch(
      /the lifted state became NaN/,
    );
  });

  it.each(["onState", "onStage", "onMicro"] as const)("or whose %s throws is told apart by its code", (name) => {
    const cause = new Error("full disk");
    const options = {
      [name]: () => {
        throw cause;
      },
    };
    const error = failure(() =>
      multiscale(micro, delayLaw(1, [0.5, 0.5]), fixedSchedule, options).advance(Float64Array.of(1, 0), 0, 9 * DT),
    );
    expect(error).toMatchObject({ code: "callback-threw", cause });
    expect(error.message).toMatch(new RegExp(`multiscale: ${name} threw at t = .*full disk`));
  });
});

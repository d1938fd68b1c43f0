import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../test/failure.ts";
import { kepler, lastFrame } from "../test/problems.ts";
import {
  bdf,
  dopri5,
  euler,
  type EventCondition,
  fixed,
  type Method,
  type Problem,
  radau,
  rk4,
  rosenbrock,
  type SolveOptions,
  solve,
  type Vec,
} from "./index.ts";

/** u = (sin t, cos t) from (0, 1). */
const oscillator: Problem = {
  size: 2,
  rhs(_t, u, out) {
    out[0] = u[1]!;
    out[1] = -u[0]!;
  },
};
/** u = t from 0: Euler's method is exact for it, in steps that are powers of 2 bit for bit. */
const clock: Problem = { size: 1, rhs: (_t, _u, out) => void (out[0] = 1) };
const zeroOfFirst: EventCondition = { g: (_t, u) => u[0]! };
const reaching = (value: number, terminal = false): EventCondition => ({ g: (_t, u) => u[0]! - value, terminal });

/** For calls that plain JavaScript can make. */
const anySolve = solve as (...args: unknown[]) => ReturnType<typeof solve>;

const methods: [name: string, method: Method, rtol: number][] = [
  ["dopri5", dopri5(), 1e-10],
  ["radau", radau(), 1e-10],
  ["rosenbrock", rosenbrock(), 1e-10],
  // At rtol 1e-10 the solution of BDF itself is off by 6e-10.
  ["bdf", bdf(), 1e-12],
  ["fixed(rk4)", fixed(rk4, 0.002), 1e-10],
];

describe.each(methods)("events with %s", (_name, method, rtol) => {
  const options: SolveOptions = { method, rtol, atol: rtol, events: [zeroOfFirst] };

  it.each([10, -10])("finds the zeros of sin t, from 0 to %i, to 1e-10", (end) => {
    const { events, status } = solve(oscillator, [0, 1], [0, end], { ...options, saveAt: [] });
    const [{ t, u, shape }] = events as [(typeof events)[number]];
    expect(status).toBe("done");
    // The zero at the start is none; those of sin t are the multiples of pi.
    expect(shape).toEqual([3, 2]);
    expect([t.length, u.length]).toEqual([3, 6]);
    t.forEach((time, k) => {
      expect(Math.abs(time - Math.sign(end) * (k + 1) * Math.PI)).toBeLessThan(1e-10);
      // The dense output has slope 1 here, and is followed to its root: 4 spacings of t, and round-off of the same size.
      expect(Math.abs(u[2 * k]!)).toBeLessThan(1e-14);
      expect(Math.abs(u[2 * k + 1]! - (k % 2 === 0 ? -1 : 1))).toBeLessThan(1e-9);
    });
  });

  it("leaves steps and frames as they are without events, bit for bit", () => {
    for (const extra of [{}, { dense: true }, { saveAt: [0.5, 1, 7] }]) {
      const run = { method, ...extra };
      const plain = solve(oscillator, [0, 1], [0, 8], run);
      const watched = solve(oscillator, [0, 1], [0, 8], { ...run, events: [zeroOfFirst, { g: (_t, u) => u[1]! }] });
      expect(plain.events).toEqual([]);
      expect(watched.events.map(({ shape }) => shape[0])).toEqual([2, 3]);
      expect(watched.t).toEqual(plain.t);
      expect(watched.u).toEqual(plain.u);
      expect(watched.stats.steps).toBe(plain.stats.steps);
      expect(watched.stats.rejected).toBe(plain.stats.rejected);
    }
  });

  it("ends at a terminal event, the state there being the last frame", () => {
    for (const end of [10, -10]) {
      const terminal = { ...zeroOfFirst, terminal: true };
      const free = solve(oscillator, [0, 1], [0, end], options);
      const run = solve(oscillator, [0, 1], [0, end], { ...options, events: [terminal] });
      const last = run.t.length - 1;
      expect(run.status).toBe("event");
      expect("error" in run).toBe(false);
      expect(run.t[last]).toBe(free.events[0]!.t[0]);
      expect(run.events[0]!.t).toEqual(free.events[0]!.t.subarray(0, 1));
      expect(lastFrame(run)).toEqual(run.events[0]!.u);
      expect(run.t.subarray(0, last)).toEqual(free.t.subarray(0, last));
      expect(run.u.subarray(0, 2 * last)).toEqual(free.u.subarray(0, 2 * last));
      expect(run.stats.steps).toBe(last);
    }
  });
});

describe("a bouncing ball", () => {
  // h'' = -9.81 from rest at h = 1, 0.9 of the speed kept at each bounce. A flight from the ground at speed v takes
  // 2 v / 9.81.
  const gravity = 9.81;
  const ball: Problem = {
    size: 2,
    rhs(_t, u, out) {
      out[0] = u[1]!;
      out[1] = -gravity;
    },
  };
  const ground: EventCondition = { g: (_t, u) => u[0]!, direction: -1, terminal: true };
  const falls = Math.sqrt(2 / gravity);

  it.each<[string, SolveOptions]>([
    ["dopri5", { method: dopri5(), rtol: 1e-10, atol: 1e-12 }],
    ["dopri5, a flight in one step", { method: dopri5(), rtol: 1e-10, atol: 1e-12, firstStep: 100 }],
    ["radau", { method: radau(), rtol: 1e-10, atol: 1e-12 }],
  ])("bounces at the exact times, to 1e-10 over twenty bounces, with %s", (_name, options) => {
    let [t, u] = [0, [1, 0]];
    let expected = falls;
    let speed = gravity * falls;
    for (let bounce = 0; bounce < 20; bounce++) {
      const flight = solve(ball, u, [t, t + 100], { ...options, events: [ground] });
      expect(flight.status).toBe("event");
      t = flight.t.at(-1)!;
      expect(Math.abs(t - expected)).toBeLessThan(1e-10);
      const [height, velocity] = lastFrame(flight);
      // Four spacings of a time near 100, in which the ball moves 4e-13.
      expect(Math.abs(height!)).toBeLessThan(1e-12);
      expect(Math.abs(velocity! + speed)).toBeLessThan(1e-9);
      speed *= 0.9;
      expected += (2 * speed) / gravity;
      // From the ground exactly: g = 0 at the start is no event, and the ball must not fall through.
      u = [0, -0.9 * velocity!];
    }
  });

  it("is not found again when a run goes on from where it was found", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), fc.boolean(), (height, stiff) => {
        const options: SolveOptions = {
          method: stiff ? radau() : dopri5(),
          events: [{ ...zeroOfFirst, terminal: true }],
        };
        const first = solve(ball, [height, 0], [0, 10], options);
        expect(first.status).toBe("event");
        const second = solve(ball, lastFrame(first), [first.t.at(-1)!, 10], options);
        expect(second.status).toBe("done");
      }),
      { numRuns: 100 },
    );
  });
});

describe("events in one step", () => {
  // One step over the whole span.
  const whole: SolveOptions = { method: fixed(euler, 1) };
  const times = (events: readonly EventCondition[], span: readonly [number, number] = [0, 1]): number[][] => {
    const { events: found, stats } = solve(clock, [span[0]], span, { ...whole, events });
    expect(stats.steps).toBe(1);
    return found.map(({ t, u }) => {
      // u = t, to the round-off of a few operations below 1.
      t.forEach((time, k) => expect(Math.abs(u[k]! - time)).toBeLessThan(8 * Number.EPSILON));
      return [...t].map((time) => Number(time.toFixed(14)));
    });
  };

  it("are found for every g, whatever the order of the list, forwards and backwards", () => {
    const marks = [0.7, 0.2, 0.9, 0.5];
    expect(times(marks.map((mark) => reaching(mark)))).toEqual([[0.7], [0.2], [0.9], [0.5]]);
    expect(
      times(
        marks.map((mark) => reaching(mark)),
        [1, 0],
      ),
    ).toEqual([[0.7], [0.2], [0.9], [0.5]]);
  });

  it("are taken in order of time: a terminal one hides what comes later, and only that", () => {
    const events = [0.7, 0.2, 0.9, 0.5].map((mark) => reaching(mark, mark === 0.5));
    expect(times(events)).toEqual([[], [0.2], [], [0.5]]);
    expect(times(events, [1, 0])).toEqual([[0.7], [], [0.9], [0.5]]);
    const twoTerminal = [0.7, 0.2, 0.9, 0.5].map((mark) => reaching(mark, mark !== 0.2));
    expect(times(twoTerminal)).toEqual([[], [0.2], [], [0.5]]);
  });

  it("count all when they fall on the very time of a terminal one, at a root and at the end of the step", () => {
    for (const mark of [0.5, 1]) {
      const same = [reaching(mark), reaching(mark, true), reaching(mark)];
      expect(times(same)).toEqual([[mark], [mark], [mark]]);
    }
  });

  it("obey their direction along the run", () => {
    const up = { ...reaching(0.5), direction: 1 } as const;
    const down = { ...reaching(0.5), direction: -1 } as const;
    expect(times([up, down])).toEqual([[0.5], []]);
    // Backwards u falls.
    expect(times([up, down], [1, 0])).toEqual([[], [0.5]]);
    const { events } = solve(oscillator, [0, 1], [0, 10], {
      method: dopri5(),
      events: [{ ...zeroOfFirst, direction: 1 }, { ...zeroOfFirst, direction: -1 }, zeroOfFirst],
    });
    const [rising, falling, both] = events.map(({ t }) => Array.from(t));
    expect(rising).toEqual([both![1]]);
    expect(falling).toEqual([both![0], both![2]]);
  });

  it("are not found where g has a double zero, or two: the sign is as before", () => {
    const double: EventCondition = { g: (_t, u) => (u[0]! - 0.5) * (u[0]! - 0.5) };
    const two: EventCondition = { g: (_t, u) => (u[0]! - 0.3) * (u[0]! - 0.6) };
    const derivative: EventCondition = { g: (_t, u) => 2 * (u[0]! - 0.5) };
    expect(times([double, two, derivative])).toEqual([[], [], [0.5]]);
    // Shorter steps part two zeros.
    const { events } = solve(clock, [0], [0, 1], { method: fixed(euler, 0.25), events: [double, two] });
    expect(events.map(({ shape }) => shape[0])).toEqual([1, 2]);
    expect(events[0]!.t[0]).toBe(0.5);
  });
});

describe("a zero at an end of a step", () => {
  const steps: SolveOptions = { method: fixed(euler, 0.25) };
  const found = (events: readonly EventCondition[]): number[][] =>
    solve(clock, [0], [0, 1], { ...steps, events }).events.map(({ t }) => Array.from(t));

  it("at the start of the run is no event", () => {
    expect(found([reaching(0), { ...reaching(0, true), direction: 1 }])).toEqual([[], []]);
  });

  it("elsewhere is one event, with the direction of its approach, also at the end of the run", () => {
    expect(found([reaching(0.5), reaching(1)])).toEqual([[0.5], [1]]);
    expect(
      found([
        { ...reaching(0.5), direction: 1 },
        { ...reaching(0.5), direction: -1 },
      ]),
    ).toEqual([[0.5], []]);
    expect(solve(clock, [0], [0, 1], { ...steps, events: [reaching(1, true)] }).status).toBe("event");
  });

  it("and another zero in the step that follows are two events", () => {
    const g = (_t: number, u: Vec): number => (u[0]! - 0.5) * (u[0]! - 0.6);
    const [first, second] = found([{ g }])[0]!;
    expect([first, second]).toEqual([0.5, expect.closeTo(0.6, 14)]);
  });

  it("is none where g is zero all along, and none where it stops being zero", () => {
    expect(found([{ g: () => 0 }, { g: () => -0 }, { g: (t) => Math.max(0, t - 0.5) }])).toEqual([[], [], []]);
  });
});

describe("a terminal event and the other options", () => {
  const terminal = { ...zeroOfFirst, terminal: true };
  const method = dopri5();

  it("keeps the frames of saveAt before it, and its own last", () => {
    const { t, shape } = solve(oscillator, [0, 1], [0, 10], { method, events: [terminal], saveAt: [0, 1, 3, 4, 5] });
    expect([...t.subarray(0, 3)]).toEqual([0, 1, 3]);
    expect(shape).toEqual([4, 2]);
    // rtol 1e-6.
    expect(Math.abs(t[3]! - Math.PI)).toBeLessThan(1e-5);
    expect(solve(oscillator, [0, 1], [0, 10], { method, events: [terminal], saveAt: [] }).shape).toEqual([1, 2]);
    const at = t[3]!;
    const exactly = solve(oscillator, [0, 1], [0, 10], { method, events: [terminal], saveAt: [1, at, 4] });
    expect([...exactly.t]).toEqual([1, at]);
  });

  it("lets a dense solution answer up to it", () => {
    for (const each of [dopri5(), bdf(), radau(), fixed(rk4, 0.1)]) {
      const run = solve(oscillator, [0, 1], [0, 10], { method: each, events: [terminal], dense: true });
      const end = run.t.at(-1)!;
      const out = new Float64Array(2);
      run.at(end, out);
      expect(out).toEqual(lastFrame(run));
      run.at(end - 1e-3, out);
      expect(Math.abs(out[0]! - Math.sin(end - 1e-3))).toBeLessThan(1e-4);
      expect(() => run.at(end + 1e-6, out)).toThrow(RangeError);
    }
  });

  it("calls onStep with the time and state of the event, last", () => {
    const seen: number[][] = [];
    const onStep = (t: number, u: Vec): void => void seen.push([t, ...u]);
    const run = solve(oscillator, [0, 1], [0, 10], { method, events: [terminal], onStep });
    expect(seen.at(-1)).toEqual([run.t.at(-1), ...lastFrame(run)]);
    expect(seen.length).toBe(run.stats.steps);
  });

  it("does nothing on an empty span, and nothing is found when the first call fails", () => {
    const g = (): never => {
      throw new Error("called");
    };
    const empty = solve(oscillator, [0, 1], [2, 2], { method, events: [{ g }] });
    expect(empty.status).toBe("done");
    expect(empty.events).toEqual([{ t: new Float64Array(0), u: new Float64Array(0), shape: [0, 2] }]);
    const nan: Problem = { size: 1, rhs: (_t, _u, out) => void out.fill(Number.NaN) };
    const failed = solve(nan, [1], [0, 1], { method, events: [zeroOfFirst], throw: false });
    expect(failed.status).toBe("nonfinite-rhs");
    expect(failed.events[0]!.shape).toEqual([0, 1]);
  });

  it("freezes what was found, and keeps it when the run fails later", () => {
    const { events } = solve(kepler, [0.4, 0, 0, 2], [0, 6], { method, events: [{ g: (_t, u) => u[1]! }] });
    expect(Object.isFrozen(events) && Object.isFrozen(events[0]) && Object.isFrozen(events[0]!.shape)).toBe(true);
    const late: Problem = {
      size: 2,
      rhs(t, u, out) {
        oscillator.rhs(t, u, out);
        if (t > 5) out[0] = Number.NaN;
      },
    };
    const run = solve(late, [0, 1], [0, 10], { method, events: [zeroOfFirst], throw: false });
    expect(run.status).toBe("nonfinite-rhs");
    expect(run.events[0]!.shape).toEqual([1, 2]);
  });
});

describe("an event function that fails", () => {
  const clean = solve(oscillator, [0, 1], [0, 10], { method: dopri5(), events: [zeroOfFirst] });
  /** The sine, until a call of whose number `when` tells. */
  function failing(
    fault: () => unknown,
    when: (call: number) => boolean,
  ): { event: EventCondition; calls: () => number } {
    let calls = 0;
    const g = (_t: number, u: Vec): number => (when(++calls) ? (fault() as number) : u[0]!);
    return { event: { g }, calls: () => calls };
  }
  function run(event: EventCondition): ReturnType<typeof solve> {
    return solve(oscillator, [0, 1], [0, 10], { method: dopri5(), events: [zeroOfFirst, event], throw: false });
  }

  let calls = 0;
  run({ g: (_t, u) => (calls++, u[0]!) });

  it.each([Number.NaN, Infinity, -Infinity, undefined, "1"])(
    "ends with nonfinite-rhs when call n gives %s, for every n",
    (value) => {
      for (let n = 1; n <= calls; n++) {
        const { event, calls: made } = failing(
          () => value,
          (call) => call === n,
        );
        const solution = run(event);
        expect(solution.status).toBe("nonfinite-rhs");
        expect(solution.error!.message).toMatch(/^solve: events\[1\]\.g gave ("1"|\S+) at t = /);
        expect(made()).toBe(n);
        // Frames and events of the steps before the failed one, as in the clean run.
        expect(solution.t).toEqual(clean.t.subarray(0, solution.t.length));
        expect(solution.u).toEqual(clean.u.subarray(0, solution.u.length));
        expect(solution.error!.t).toBeGreaterThanOrEqual(solution.t.at(-1)!);
        expect(solution.stats.steps - (solution.t.length - 1)).toBe(n === 1 ? 0 : 1);
        for (const { t } of solution.events) expect(t).toEqual(clean.events[0]!.t.subarray(0, t.length));
        expect(solution.events[0]!.t.every((t) => t <= solution.t.at(-1)!)).toBe(true);
      }
    },
  );

  it("ends with callback-threw and the cause when it throws, an Error or not", () => {
    for (const cause of [new TypeError("mine"), undefined, "text"]) {
      for (let n = 1; n <= calls; n++) {
        const { event } = failing(
          () => {
            throw cause;
          },
          (call) => call === n,
        );
        const solution = run(event);
        expect(solution.status).toBe("callback-threw");
        expect(solution.error!.cause).toBe(cause);
        expect(solution.error!.message).toMatch(/^solve: events\[1\]\.g threw at t = /);
        expect(solution.t).toEqual(clean.t.subarray(0, solution.t.length));
      }
    }
  });

  it("throws the error unless told otherwise", () => {
    const error = failure(() => solve(clock, [0], [0, 1], { method: dopri5(), events: [{ g: () => Number.NaN }] }));
    expect([error.code, error.t, error.step]).toEqual(["nonfinite-rhs", 0, 0]);
  });
});

describe("events, arguments", () => {
  it.each<[what: string, events: unknown, error: typeof RangeError | typeof TypeError, message: string]>([
    ["a single event", zeroOfFirst, TypeError, "solve: events must be an array, got"],
    ["a function in place of an event", [() => 0], TypeError, "solve: events[0] must be an object"],
    ["a hole", [zeroOfFirst, undefined], TypeError, "solve: events[1] must be an object, got undefined"],
    ["an event without g", [{ terminal: true }], TypeError, "solve: events[0].g must be a function, got undefined"],
    [
      "direction 0",
      [{ ...zeroOfFirst, direction: 0 }],
      RangeError,
      "events[0].direction must be 1 or -1, got 0; leave",
    ],
    [
      "a terminal that is no switch",
      [{ ...zeroOfFirst, terminal: 1 }],
      TypeError,
      "events[0].terminal must be true or",
    ],
    [
      "a misspelt member",
      [{ ...zeroOfFirst, terminl: true }],
      TypeError,
      "unknown option terminl; did you mean terminal",
    ],
  ])("refuses %s before calling anything", (_what, events, error, message) => {
    const rhs = (): never => {
      throw new Error("called");
    };
    const call = (): unknown => anySolve({ size: 1, rhs }, [1], [0, 1], { method: dopri5(), events });
    expect(call).toThrow(error);
    expect(call).toThrow(message);
  });

  it("refuses events of a bound stepper, which has no dense output", () => {
    expect(() => anySolve(rk4(clock.rhs, 1), [0], [0, 1], { dt: 0.1, events: [] })).toThrow("unknown option events");
  });

  it("reads each event once", () => {
    const event = { g: zeroOfFirst.g, terminal: true };
    const onStep = (): void => void (event.terminal = false);
    expect(solve(oscillator, [0, 1], [0, 10], { method: dopri5(), events: [event], onStep }).status).toBe("event");
  });
});

import { callable, checkOptions, show } from "@hml/guard";
import { signChange } from "./events-root.ts";
import { IntegrationError } from "./failure.ts";
import { callbackThrew } from "./first-call.ts";
import type { MethodRun } from "./method.ts";
import { innerState, restoredState, savedState } from "./method-state.ts";
import type { Vec } from "./rhs.ts";
import { flag } from "./run-options.ts";
import { type EventRecord, frames } from "./solution.ts";

/** An event: a sign change of g(t, u(t)) along a run. */
export interface EventCondition {
  /**
   * The function whose zeros are events; `u` is a view that must be neither kept nor written. A value that is not finite
   * ends the run with code `nonfinite-rhs`, what it throws with `callback-threw`.
   */
  readonly g: (t: number, u: Vec) => number;
  /** Only changes from negative to positive (1) or from positive to negative (-1), along the run; default both. */
  readonly direction?: 1 | -1;
  /** End the run at the first such event, with status `event`; default false. */
  readonly terminal?: boolean;
}

/** A list of events and what was found of them in one run. */
export interface EventWatch {
  /** The same run, with each step searched; `stats` counts its accepted steps. */
  over(run: MethodRun, stats: { readonly steps: number }): MethodRun;
  /** Whether a terminal event has ended the run; its `t` and `u` are then those of the event. */
  readonly ended: boolean;
  /** What was found so far, one record per event. */
  records(): readonly EventRecord[];
}

/** How far into a step that starts at g = 0 the sign is taken. */
const JUST_AFTER = 1 / 1024;

interface Occurrence {
  readonly event: number;
  readonly t: number;
}

/**
 * Looks for the events of a run of `size` unknowns.
 *
 * A step holds an event when g has another sign, or is zero, at its end than at its start; where g starts at zero, at t0
 * or right after an event, its sign a thousandth of the step later counts. The root is taken on the dense output.
 *
 * @throws TypeError or RangeError for a list or an event of a wrong kind
 */
export function watchEvents(where: string, events: readonly EventCondition[], size: number): EventWatch {
  const conditions = checkEvents(where, events);
  const found = conditions.map((_, k) =>
    frames(size, 0, {
      what: (count) => `the states of ${count} occurrences of events[${k}]`,
      advice: "give it a direction",
    }),
  );
  let end: number | undefined;
  return {
    over: watch,
    get ended() {
      return end !== undefined;
    },
    records: () =>
      Object.freeze(
        found.map((record) => {
          const { t, u } = record.finish();
          return Object.freeze({ t, u, shape: Object.freeze([t.length, size] as const) });
        }),
      ),
  };

  function watch(run: MethodRun, stats: { readonly steps: number }): MethodRun {
    const before = new Float64Array(conditions.length);
    const after = new Float64Array(conditions.length);
    const state = new Float64Array(size);
    const occurrences: Occurrence[] = [];
    let begun = false;
    // Where the search of the last step broke off, at a terminal event or for a g that failed.
    let searched: number | undefined;
    let resumedAt: number | undefined;

    /** g of one event, finite. */
    function value(event: number, t: number, u: Vec): number {
      let g: number;
      try {
        g = conditions[event]!.g(t, u);
      } catch (cause) {
        throw callbackThrew(where, `events[${event}].g`, t, stats.steps, cause);
      }
      if (Number.isFinite(g)) return g;
      const what = `events[${event}].g gave ${show(g)} at t = ${t}`;
      throw new IntegrationError("nonfinite-rhs", t, stats.steps, `${where}: ${what}`);
    }

    function valueBetween(event: number, t: number): number {
      run.at(t, state);
      return value(event, t, state);
    }

    /** The root of one event in the last step, if it holds one. */
    function rootOf(event: number): number | undefined {
      const { t, tPrevious } = run;
      const { direction } = conditions[event]!;
      const gTo = after[event]!;
      let from = tPrevious;
      let gFrom = before[event]!;
      if (gFrom === 0 && gTo !== 0) {
        from += JUST_AFTER * (t - tPrevious);
        gFrom = valueBetween(event, from);
      }
      if (gFrom === 0 || Math.sign(gFrom) === Math.sign(gTo)) return undefined;
      if (direction !== undefined && direction !== (gFrom < 0 ? 1 : -1)) return undefined;
      return signChange((time) => valueBetween(event, time), [from, t], gFrom, gTo);
    }

    /** Records the occurrences of the last step up to the first that is terminal; those at the very same time count. */
    function recordInOrder(): void {
      const direction = run.t < run.tPrevious ? -1 : 1;
      occurrences.sort((a, b) => direction * (a.t - b.t));
      for (const { event, t } of occurrences) {
        if (end !== undefined && t !== end) break;
        if (searched !== undefined && direction * (t - searched) <= 0) continue;
        if (t === run.t) state.set(run.u);
        else run.at(t, state);
        found[event]!.push(t, state);
        if (conditions[event]!.terminal) end = t;
      }
    }

    /** Looks through the last step, from `searched` on where part of it has been. */
    function search(): void {
      for (let k = 0; k < after.length; k++) after[k] = value(k, run.t, run.u);
      occurrences.length = 0;
      for (let k = 0; k < after.length; k++) {
        const t = rootOf(k);
        if (t !== undefined) occurrences.push({ event: k, t });
      }
      if (occurrences.length > 0) recordInOrder();
      searched = end;
      if (end === undefined) before.set(after);
    }

    return {
      get t() {
        return searched ?? run.t;
      },
      get u() {
        // The last state interpolated is that of the terminal event, or of one at the same time.
        return searched === undefined ? run.u : state;
      },
      get tPrevious() {
        return resumedAt ?? run.tPrevious;
      },
      step() {
        resumedAt = searched;
        if (searched === undefined) {
          if (!begun) for (let k = 0; k < before.length; k++) before[k] = value(k, run.t, run.u);
          begun = true;
          run.step();
          searched = run.tPrevious;
        }
        search();
      },
      at: (t, out) => run.at(t, out),
      keep: () => run.keep(),
      save() {
        const numbers = {
          begun: Number(begun),
          searching: Number(searched !== undefined),
          searched: searched ?? run.t,
        };
        return { ...savedState(numbers, { before }), inner: run.save() };
      },
      restore(saved) {
        const numbers = restoredState(where, saved, ["begun", "searching", "searched"], { before });
        run.restore(innerState(where, saved));
        begun = numbers.begun === 1;
        searched = numbers.searching === 1 ? numbers.searched : undefined;
        if (searched !== undefined) run.at(searched, state);
      },
    };
  }
}

/** A copy of the list, every event checked and its members read once. */
function checkEvents(where: string, events: readonly EventCondition[]): readonly EventCondition[] {
  if (!Array.isArray(events)) throw new TypeError(`${where}: events must be an array, got ${show(events)}`);
  return Array.from(events, (event: EventCondition, k) => {
    const name = `events[${k}]`;
    checkOptions(where, event, ["g", "direction", "terminal"], name);
    const { g, direction, terminal = false } = event;
    callable(where, `${name}.g`, g);
    flag(where, `${name}.terminal`, terminal);
    if (direction !== undefined && direction !== 1 && direction !== -1) {
      throw new RangeError(
        `${where}: ${name}.direction must be 1 or -1, got ${show(direction)}; leave it out for both`,
      );
    }
    return direction === undefined ? { g, terminal } : { g, direction, terminal };
  });
}

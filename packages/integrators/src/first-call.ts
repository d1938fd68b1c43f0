import { show } from "@hml/guard";
import { IntegrationError } from "./failure.ts";
import { nonFiniteIndex } from "./finite.ts";
import type { Rhs, Vec } from "./rhs.ts";

/**
 * f(t0, u0) with the contract of `Rhs` checked on this one call: a TypeError for a right-hand side that returns its
 * result, is async, leaves part of `out` unset or writes `u`; an IntegrationError when it throws or is not finite.
 */
export function firstCall(where: string, rhs: Rhs, t0: number, u0: Vec): Vec {
  const u = u0.slice();
  const out = new Float64Array(u0.length).fill(Number.NaN);
  const returned = call(where, rhs, t0, u, out);
  checkWritten(`${where}: rhs`, returned, out, u0, u);
  const bad = nonFiniteIndex(out);
  if (bad < 0) return out;
  // NaN was there before the call: only a second call tells a NaN that was written from one that was left.
  const second = new Float64Array(u0.length);
  call(where, rhs, t0, u, second);
  if (Number.isNaN(out[bad]) && second[bad] === 0) {
    throw new TypeError(`${where}: rhs must write every component of out; component ${bad} was left unset`);
  }
  throw new IntegrationError("nonfinite-rhs", t0, 0, `${where}: rhs gave ${out[bad]} in component ${bad} at t = ${t0}`);
}

/** Refuses what a function that must write `out` does instead: it returned its result, or a promise, or wrote into `u`. */
export function checkWritten(name: string, returned: unknown, out: Vec, before: Vec, u: Vec): void {
  // `out.fill(0)` and `out[0] = x` as arrow bodies return something harmless.
  if (typeof returned === "object" && returned !== null && returned !== out) {
    throw new TypeError(`${name} must write out; it returned ${isPromise(returned) ? "a promise" : show(returned)}`);
  }
  const changed = u.findIndex((value, i) => !Object.is(value, before[i]));
  if (changed >= 0) {
    throw new TypeError(`${name} must not write u; u[${changed}] changed from ${before[changed]} to ${u[changed]}`);
  }
}

/** The failure for what a user's callback threw; reads nothing from it that could throw again. */
export function callbackThrew(where: string, name: string, t: number, step: number, cause: unknown): IntegrationError {
  let what: string;
  try {
    what = cause instanceof Error ? String(cause.message) : show(cause);
  } catch {
    what = "an error that cannot be read";
  }
  return new IntegrationError("callback-threw", t, step, `${where}: ${name} threw at t = ${t}: ${what}`, { cause });
}

function call(where: string, rhs: Rhs, t: number, u: Vec, out: Vec): unknown {
  try {
    const returned: unknown = rhs(t, u, out);
    return returned;
  } catch (cause) {
    throw cause instanceof IntegrationError ? cause : callbackThrew(where, "rhs", t, 0, cause);
  }
}

function isPromise(value: object): boolean {
  return "then" in value && typeof value.then === "function";
}

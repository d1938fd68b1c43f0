import { callable, integer, positive, show } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import { checkSize, MAX_VALUES } from "../state-size.ts";

/**
 * A learned or analytic law of codes, with an encoder, a decoder and a memory: what `multiscale` needs of one. A `LatentModel` of
 * `@hml/nets` fits, and so does any object with these members. Members lie one behind the other, in states, codes and
 * memories alike.
 */
export interface LatentLaw {
  /** Numbers of a code. */
  readonly latentSize: number;
  /** Numbers of a state that is encoded. */
  readonly size: number;
  /** Time from a code to the next. */
  readonly dt: number;
  /** Numbers of the memory of one member; 0 for a law without, which is then never fed. */
  readonly stateSize: number;
  /** Numbers that act from outside in a step; a law with any cannot be used here. */
  readonly forcing?: number;
  /** The codes of states, `[member, size]`, into `out`, `[member, latentSize]`. */
  encode(u: Vec, out: Vec): void;
  /** The states of codes, `[member, latentSize]`, into `out`, `[member, size]`. */
  decode(z: Vec, out: Vec): void;
  /** A new memory, `[member, stateSize]`, that has seen nothing. */
  initial(members: number): Vec;
  /** From the codes z to those one `dt` later, into `out`, which may be z; the memory goes on in place. */
  step(z: Vec, state: Vec, out: Vec): void;
  /** How far apart the laws of an ensemble were in the last step of a member. */
  spread?(member: number): number;
}

/** Refuses what is no law, one with forcing, and memories or codes that do not fit `members` members. */
export function checkLaw(where: string, law: LatentLaw): LatentLaw {
  if (law === null || typeof law !== "object") {
    throw new TypeError(`${where}: macro must be a latent law, got ${show(law)}`);
  }
  for (const name of ["encode", "decode", "initial", "step"] as const) callable(where, `macro.${name}`, law[name]);
  if (law.spread !== undefined) callable(where, "macro.spread", law.spread);
  checkSize(where, "macro.size", law.size);
  checkSize(where, "macro.latentSize", law.latentSize);
  integer(where, "macro.stateSize", law.stateSize, 0, MAX_VALUES);
  positive(where, "macro.dt", law.dt);
  const { forcing = 0 } = law;
  if (forcing !== 0) throw new RangeError(`${where}: macro must have no forcing, got ${show(forcing)} numbers of it`);
  return law;
}

/** The largest spread of the last step over the members, NaN when one is; 0 for a law that has none. */
export function largestSpread(law: LatentLaw, members: number): number {
  if (law.spread === undefined) return 0;
  let largest = 0;
  for (let m = 0; m < members; m++) largest = Math.max(largest, law.spread(m));
  return largest;
}

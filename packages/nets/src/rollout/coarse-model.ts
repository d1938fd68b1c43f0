import { checkOptions, float64, integer } from "@hml/guard";
import { IntegrationError, type TimeStepper } from "@hml/integrators";
import { type LatentModel, membersOf } from "./latent-model.ts";

/** A latent model as a flow of states, with the memory that it carries along. */
export interface CoarseModel extends TimeStepper {
  /** Time of one step; a span must be a whole number of them. */
  readonly dt: number;
  /** The memory, [member, stateSize], which `advance` moves on: set it to go on from elsewhere. */
  readonly state: Float64Array;
}

/**
 * A latent model as a `TimeStepper` of states: `advance` encodes, makes the steps of the span, and decodes once. The state is
 * [member, size]. The memory goes on from span to span; `warmUp` fills it, `model.state.fill(0)` forgets.
 *
 * What the decoder loses is lost at every call, since the state is encoded again; to go on in codes, take a latent model
 * without encoder.
 *
 * @throws TypeError, RangeError for bad options; when it runs, RangeError for a span that is not a whole number of steps and
 * IntegrationError `nonfinite-state` when a code is no longer finite (the state is then that of the span's beginning)
 */
export function coarseModel(model: LatentModel, options: { readonly members?: number } = {}): CoarseModel {
  const where = "coarseModel";
  checkOptions(where, options, ["members"]);
  const members = integer(where, "members", options.members ?? 1, 1);
  if (model.forcing > 0)
    throw new RangeError(`${where}: the model must have no forcing, got ${model.forcing} numbers of it`);
  const { dt } = model;
  const size = members * model.size;
  const state = model.initial(members);
  const z = new Float64Array(members * model.latentSize);
  return {
    size,
    dt,
    state,
    advance(u, t0, t1) {
      float64(where, "u", u, size);
      const steps = Math.round((t1 - t0) / dt);
      // Times known to nine digits tell whole steps from others.
      if (!(steps >= 0 && Math.abs(t1 - t0 - steps * dt) <= 1e-6 * dt)) {
        throw new RangeError(`${where}: the span must be a whole number of steps of ${dt}, got ${t1 - t0}`);
      }
      if (steps === 0) return;
      model.encode(u, z);
      for (let k = 0; k < steps; k++) {
        model.step(z, state, z);
        if (!allFinite(z)) {
          const t = t0 + k * dt;
          throw new IntegrationError("nonfinite-state", t, k, `${where}: a code is not finite after t = ${t + dt}`);
        }
      }
      model.decode(z, u);
    },
  };
}

/**
 * Warms a memory up on known states: the model reads them one after the other, [time, member, size], and `out`,
 * [member, latentSize], becomes its prediction of the code that follows the last. `forces` is [time, member, forcing].
 *
 * Ten to some hundred states are usual: as many as the memory is long.
 *
 * @throws RangeError for arrays of the wrong length.
 */
export function warmUp(
  model: LatentModel,
  states: Float64Array,
  memory: Float64Array,
  out: Float64Array,
  forces?: Float64Array,
): void {
  const where = "warmUp";
  const { size, latentSize, forcing } = model;
  float64(where, "states", states);
  float64(where, "out", out);
  const members = membersOf(where, "out", out, latentSize);
  const times = membersOf(where, "states", states, members * size);
  if ((forces?.length ?? 0) !== times * members * forcing) {
    throw new RangeError(`${where}: forces must have length ${times * members * forcing}, got ${forces?.length ?? 0}`);
  }
  const code = new Float64Array(members * latentSize);
  for (let t = 0; t < times; t++) {
    model.encode(states.subarray(t * members * size, (t + 1) * members * size), code);
    const acting = forces?.subarray(t * members * forcing, (t + 1) * members * forcing);
    model.step(code, memory, out, acting);
  }
}

function allFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

import { lengthOf, show } from "@hml/guard";
import { type LatentModel, membersOf } from "./latent-model.ts";

/**
 * An ensemble of latent models that learned the same law from different starts, as one latent model. In a step all of them
 * read the same code, each with its own memory, and the mean of their predictions is the next code. `spread(member)` is the root
 * mean square over the code's numbers of their standard deviations in the last step: where it grows, the models are not at
 * home, and a micro solver should take over. Encoder and decoder are those of the first model.
 *
 * The memory is [model, member, stateSize]. A step takes the time of all its models.
 *
 * Source: I. Kičić, P. R. Vlachas, G. Arampatzis, M. Chatzimanolakis, L. Guibas, P. Koumoutsakos, Adaptive learning of effective
 * dynamics, Comput. Methods Appl. Mech. Eng. 415 (2023) 116204, section 2.3.
 * @throws TypeError, RangeError for an empty list and for models of different sizes or steps.
 */
export function latentEnsemble(models: readonly LatentModel[]): LatentModel {
  const where = "latentEnsemble";
  if (!Array.isArray(models)) throw new TypeError(`${where}: models must be a list of models, got ${show(models)}`);
  if (lengthOf(where, "models", models) === 0) throw new RangeError(`${where}: models must not be empty`);
  const own: readonly LatentModel[] = [...models];
  const { latentSize, size, dt, forcing } = own[0]!;
  for (const [k, model] of own.entries()) {
    for (const name of ["latentSize", "size", "dt", "forcing"] as const) {
      if (model[name] === own[0]![name]) continue;
      throw new RangeError(
        `${where}: models[${k}].${name} must be that of the first, ${own[0]![name]}, got ${model[name]}`,
      );
    }
  }
  const count = own.length;
  const stateSize = own.reduce((sum, model) => sum + model.stateSize, 0);
  let made = 0;
  let prediction = new Float64Array(0);
  let mean = new Float64Array(0);
  let squares = new Float64Array(0);
  let memories: readonly Float64Array[] = [];

  const makeFor = (members: number): void => {
    made = members;
    prediction = new Float64Array(members * latentSize);
    mean = new Float64Array(members * latentSize);
    squares = new Float64Array(members * latentSize);
    memories = own.map((model) => model.initial(members));
  };
  return {
    latentSize,
    size,
    dt,
    stateSize,
    forcing,
    encode: (u, out) => own[0]!.encode(u, out),
    decode: (z, out) => own[0]!.decode(z, out),
    initial(members) {
      const parts = own.map((model) => model.initial(members));
      const state = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        state.set(part, at);
        at += part.length;
      }
      return state;
    },
    step(z, state, out, forces) {
      const members = membersOf("step", "z", z, latentSize);
      if (state.length !== members * stateSize || out.length !== z.length) {
        throw new RangeError(
          `step: state and out must have lengths ${members * stateSize} and ${z.length}, got ${state.length} and ${out.length}`,
        );
      }
      if (members !== made) makeFor(members);
      // Mean and sum of squares about it, model by model (Welford).
      let at = 0;
      for (let k = 0; k < count; k++) {
        const memory = memories[k]!;
        for (let i = 0; i < memory.length; i++) memory[i] = state[at + i]!;
        own[k]!.step(z, memory, prediction, forces);
        state.set(memory, at);
        at += memory.length;
        for (let i = 0; i < prediction.length; i++) {
          const before = k === 0 ? 0 : mean[i]!;
          const deviation = prediction[i]! - before;
          mean[i] = before + deviation / (k + 1);
          squares[i] = k === 0 ? 0 : squares[i]! + deviation * (prediction[i]! - mean[i]!);
        }
      }
      out.set(mean);
    },
    spread(member = 0) {
      if (!(member >= 0 && member < made)) {
        throw new RangeError(`spread: member must be one of the ${made} of the last step, got ${show(member)}`);
      }
      let sum = 0;
      for (let i = member * latentSize; i < (member + 1) * latentSize; i++) sum += squares[i]! / count;
      return Math.sqrt(sum / latentSize);
    },
  };
}

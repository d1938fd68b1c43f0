import { integer } from "@hml/guard";
import { type DenseLayer, MAX_WIDTH } from "./stack-spec.ts";

/** What every net of sequences has: it moves a state of `channels` numbers on by one step. */
export interface SequenceSpec {
  /** Numbers of the state that a step moves on, such as latent variables. */
  readonly channels: number;
  /** Numbers that act from outside at each step, such as parameters of the system or a force; 0 where there are none. */
  readonly forcing: number;
}

/** Names of the options that all nets of sequences have. */
export const SEQUENCE_KEYS: readonly (keyof SequenceSpec)[] = ["channels", "forcing"];

/** Most numbers that a net may have; counted in exact arithmetic before anything is allocated. */
const MAX_NUMBERS = 134_217_728;

/** Checked sizes of a net of sequences. */
export function checkSequence(
  where: string,
  { channels, forcing = 0 }: Pick<SequenceSpec, "channels"> & Partial<SequenceSpec>,
): SequenceSpec {
  return {
    channels: integer(where, "channels", channels, 1, MAX_WIDTH),
    forcing: integer(where, "forcing", forcing, 0, MAX_WIDTH),
  };
}

/** Refuses dense layers whose outputs are not the channels. */
export function checkOutputs(where: string, name: string, layers: readonly DenseLayer[], channels: number): void {
  const { units } = layers.at(-1)!;
  if (units !== channels) {
    throw new RangeError(`${where}: ${name}[${layers.length - 1}].units must be channels, ${channels}, got ${units}`);
  }
}

/** Refuses a net of too many numbers. */
export function checkCount(where: string, numbers: number): void {
  if (!(numbers <= MAX_NUMBERS)) {
    throw new RangeError(`${where}: the net must have at most ${MAX_NUMBERS} parameters, got ${numbers}`);
  }
}

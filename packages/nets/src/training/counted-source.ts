import type { RandomSource } from "@hml/integrators";

/** A random source that counts what is drawn, so that a run can be taken up where another left off. */
export interface CountedSource {
  /** The source. */
  readonly random: RandomSource;
  /** Numbers drawn so far. */
  readonly draws: number;
  /** Draws on until so many numbers have been drawn. */
  skipTo(draws: number): void;
}

/** Counts the draws of a source. */
export function countedSource(source: RandomSource): CountedSource {
  let draws = 0;
  return {
    random: () => {
      draws++;
      return source();
    },
    get draws() {
      return draws;
    },
    skipTo(count) {
      for (; draws < count; draws++) source();
    },
  };
}

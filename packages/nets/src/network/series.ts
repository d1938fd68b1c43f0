import type { Part } from "./part.ts";

/** Parts one above the other, each wired to the one below; they go forward in this order and backward in the other. */
export function series(parts: readonly [Part, ...Part[]]): Part {
  const last = parts.at(-1)!;
  const { input, inputGradient } = parts[0];
  const penalised = parts.find(({ penalty }) => penalty !== undefined);
  return {
    input,
    inputGradient,
    output: last.output,
    outputGradient: last.outputGradient,
    update() {
      for (const part of parts) part.update();
    },
    begin(epoch) {
      for (const part of parts) part.begin?.(epoch);
    },
    forward(rows, training) {
      for (const part of parts) part.forward(rows, training);
    },
    backward(rows) {
      for (let p = parts.length - 1; p >= 0; p--) parts[p]!.backward(rows);
    },
    ...(penalised?.penalty === undefined ? {} : { penalty: penalised.penalty }),
  };
}

/** Numbers in [-size, size) that both sides make by the same formula; `phase` tells arrays apart. */
export function scattered(length: number, phase: number, size: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => {
    const x = 1e4 * Math.sin(12.9898 * i + phase);
    return Math.fround(size * (2 * (x - Math.floor(x)) - 1));
  });
}

/** A draw that leaves every order as it is: the shuffle of Fisher and Yates takes each place for itself. */
export function inOrder(): number {
  return 1 - 2 ** -32;
}

/** Inputs and targets of `steps` batches of `size` samples, one behind the other. */
export function batches(
  size: number,
  steps: number,
  inputs: number,
  targets: number,
): { inputs: Float64Array; targets: Float64Array } {
  const all = (width: number, phase: number): Float64Array => {
    const values = new Float64Array(steps * size * width);
    for (let step = 0; step < steps; step++) {
      values.set(scattered(size * width, phase + step, 1), step * size * width);
    }
    return values;
  };
  return { inputs: all(inputs, 100), targets: all(targets, 200) };
}

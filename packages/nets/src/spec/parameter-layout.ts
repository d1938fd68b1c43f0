/** Where one tensor of a net lies in its flat parameters, and how it starts. */
export interface TensorPlace {
  /** Its name in files, such as `layers.0.weight`. */
  readonly name: string;
  /** Lengths of the axes, outermost first. */
  readonly shape: readonly number[];
  /** Index of its first number. */
  readonly at: number;
  /** Count of its numbers. */
  readonly length: number;
  /** Half the width of the interval about `centre` in which its numbers are drawn; nothing is drawn for 0. */
  readonly spread: number;
  /** Where its numbers start, or the middle of the interval. */
  readonly centre: number;
}

/** All numbers of a net in one flat array: what training changes first, behind it the statistics that it keeps. */
export interface ParameterLayout {
  /** In stored order. */
  readonly tensors: readonly TensorPlace[];
  /** Count of the trainable numbers. */
  readonly parameters: number;
  /** Count of all numbers: running means and variances of a batch norm lie behind the trainable ones. */
  readonly numbers: number;
}

/** Lays out tensors one behind the other. */
export interface LayoutBuilder {
  /** Room for a trainable tensor; gives the index of its first number. */
  tensor(name: string, shape: readonly number[], spread: number, centre?: number): number;
  /** Room for a tensor that training keeps without a gradient; call it after the last `tensor`. */
  statistic(name: string, shape: readonly number[], start: number): number;
  /** What has been laid out. */
  layout(): ParameterLayout;
}

/** An empty layout. */
export function layoutBuilder(): LayoutBuilder {
  const tensors: TensorPlace[] = [];
  let parameters = 0;
  let numbers = 0;
  const add = (name: string, shape: readonly number[], spread: number, centre: number): number => {
    const at = numbers;
    const length = shape.reduce((a, b) => a * b, 1);
    tensors.push({ name, shape, at, length, spread, centre });
    numbers += length;
    return at;
  };
  return {
    tensor(name, shape, spread, centre = 0) {
      if (parameters < numbers) throw new Error("layoutBuilder: statistics lie behind all tensors");
      const at = add(name, shape, spread, centre);
      parameters = numbers;
      return at;
    },
    statistic: (name, shape, start) => add(name, shape, 0, start),
    layout: () => ({ tensors, parameters, numbers }),
  };
}

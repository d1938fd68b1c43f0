import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  gruLayer,
  kernelEngine,
  type KernelEngine,
  type LstmLayer,
  lstmLayer,
  type Precision,
  type RecurrentLayer,
  recurrentLayerBytes,
  type RecurrentLayerShared,
  type RecurrentLayerSizes,
  type RecurrentLayerOptions,
} from "./index.ts";

type Kind = "gru" | "gru, reset before" | "lstm";
type Layer<P extends Precision> = RecurrentLayer<P> & Partial<LstmLayer<P>>;

const KINDS = ["gru", "gru, reset before", "lstm"] as const;
const NAMES = ["inputWeights", "stateWeights", "inputBias", "stateBias"] as const;

function make<P extends Precision = "float64">(
  kind: Kind,
  engine: KernelEngine,
  options: RecurrentLayerOptions<P>,
): Layer<P> {
  if (kind === "lstm") return lstmLayer(engine, options);
  return gruLayer(engine, kind === "gru" ? options : { ...options, reset: "before" });
}

function bytesOf(kind: Kind, options: RecurrentLayerSizes, shared: readonly RecurrentLayerShared[] = []): number {
  if (kind !== "gru, reset before") return recurrentLayerBytes(kind, options, shared);
  return recurrentLayerBytes("gru", { ...options, reset: "before" }, shared);
}

function gatesOf(kind: Kind): number {
  return kind === "lstm" ? 4 : 3;
}

function wave(length: number, phase: number, size = 1): Float64Array {
  return Float64Array.from({ length }, (_, i) => size * Math.sin(phase + 0.7 * i));
}

function parametersOf(kind: Kind, inputs: number, units: number) {
  const width = gatesOf(kind) * units;
  return {
    inputWeights: wave(width * inputs, 1, 0.8),
    stateWeights: wave(width * units, 2, 0.8),
    inputBias: wave(width, 3, 0.3),
    stateBias: wave(width, 4, 0.3),
  };
}

/** Everything that a layer says after two chunks, the second carried on from the first, and their gradients. */
function results(layer: Layer<Precision>, kind: Kind, inputs: number, units: number, steps: number): unknown {
  layer.setParameters(parametersOf(kind, inputs, units));
  layer.hidden.set(wave(layer.hidden.length, 6, 0.5));
  layer.cell?.set(wave(layer.hidden.length, 7, 0.5));
  const seen: unknown[] = [];
  for (let chunk = 0; chunk < 2; chunk++) {
    layer.input.set(wave(layer.input.length, chunk));
    layer.forward(steps);
    seen.push(layer.output.slice());
    if (layer.outputGradient !== undefined) {
      layer.outputGradient.set(wave(layer.output.length, 9 + chunk));
      layer.finalCellGradient?.set(wave(layer.hidden.length, 10));
      layer.backward();
      seen.push(layer.hiddenGradient!.slice(), layer.cellGradient?.slice(), layer.inputGradient?.slice());
    }
    layer.carry();
    layer.step();
    seen.push(layer.hidden.slice(), layer.cell?.slice());
  }
  return [seen, layer.parameterGradient];
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  inputs: fc.integer({ min: 1, max: 11 }),
  units: fc.integer({ min: 1, max: 19 }),
  steps: fc.integer({ min: 1, max: 9 }),
  gradient: fc.constantFrom<"none" | "parameters" | "all">("none", "parameters", "all"),
});

describe.each(KINDS)("a recurrent layer, %s", (kind) => {
  it.each(["float64", "float32"] as const)("has the bits of its twin in %s, forward and backward", (precision) => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, part) => {
        const steps = 1 + (part % shape.steps);
        const [ours, twin] = (["auto", "plain"] as const).map((use) => {
          const engine = kernelEngine({ bytes: bytesOf(kind, { ...shape, precision }), use });
          return results(
            make<Precision>(kind, engine, { ...shape, precision }),
            kind,
            shape.inputs,
            shape.units,
            steps,
          );
        });
        expect(ours).toEqual(twin);
      }),
      { numRuns: 150 },
    );
  });

  it("follows the equations, written down one number at a time, to 1e-13", () => {
    const [rows, inputs, units, steps] = [3, 4, 5, 6];
    const layer = make(kind, kernelEngine({ bytes: 1 << 16 }), { rows, inputs, units, steps });
    const parameters = parametersOf(kind, inputs, units);
    layer.setParameters(parameters);
    layer.input.set(wave(steps * rows * inputs, 5));
    layer.hidden.set(wave(rows * units, 6));
    layer.cell?.set(wave(rows * units, 7));
    layer.forward();
    for (let r = 0; r < rows; r++) {
      let h = [...layer.hidden.subarray(r * units, (r + 1) * units)];
      let c = [...(layer.cell ?? layer.hidden).subarray(r * units, (r + 1) * units)];
      for (let t = 0; t < steps; t++) {
        const x = [...layer.input.subarray((t * rows + r) * inputs, (t * rows + r + 1) * inputs)];
        [h, c] = naiveStep(kind, parameters, x, h, c);
        for (let j = 0; j < units; j++) {
          // Six steps of sums of nine terms of size one: some ten roundings of 1e-16 each.
          expect(Math.abs(layer.output[(t * rows + r) * units + j]! - h[j]!)).toBeLessThan(1e-13);
        }
      }
    }
  });

  it("has the gradients that central differences of two chained layers show, to 1e-7", () => {
    const [rows, steps] = [2, 4];
    const engine = kernelEngine({ bytes: 1 << 17 });
    const below = make(kind, engine, { rows, steps, inputs: 3, units: 5, gradient: "all" });
    const above = make(kind, engine, {
      rows,
      steps,
      inputs: 5,
      units: 3,
      gradient: "all",
      input: below.output,
      inputGradient: below.outputGradient!,
    });
    const sets = [parametersOf(kind, 3, 5), parametersOf(kind, 5, 3)] as const;
    below.input.set(wave(below.input.length, 5));
    for (const layer of [below, above]) {
      layer.hidden.set(wave(layer.hidden.length, 6, 0.5));
      layer.cell?.set(wave(layer.hidden.length, 7, 0.5));
    }
    const finalWeights = wave(6, 8);
    const finalCells = (): Float64Array => {
      above.carry();
      return above.cell?.slice() ?? new Float64Array(0);
    };
    // L = sum_i cos(i) y_i + y_i^2 / 2, and of the cells after the last step a linear function.
    const loss = (): number => {
      for (const [k, layer] of [below, above].entries()) {
        layer.setParameters(sets[k]!);
        layer.forward();
      }
      const [hidden, cell] = [above.hidden.slice(), above.cell?.slice()];
      const sum = above.output.reduce((total, y, i) => total + Math.cos(i) * y + (y * y) / 2, 0);
      const all = finalCells().reduce((total, value, i) => total + value * finalWeights[i]!, sum);
      above.hidden.set(hidden);
      if (cell !== undefined) above.cell?.set(cell);
      return all;
    };
    for (const [k, layer] of [below, above].entries()) {
      layer.setParameters(sets[k]!);
      layer.forward();
    }
    above.outputGradient!.forEach((_, i, g) => (g[i] = Math.cos(i) + above.output[i]!));
    above.finalCellGradient?.set(finalWeights);
    above.backward();
    below.backward();
    const pairs: [Float64Array, Float64Array][] = [[below.input, below.inputGradient!.slice()]];
    for (const [k, layer] of [below, above].entries()) {
      for (const name of NAMES) pairs.push([sets[k]![name], layer.parameterGradient![name].slice()]);
      pairs.push([layer.hidden, layer.hiddenGradient!.slice()]);
      if (layer.cell !== undefined) pairs.push([layer.cell, layer.cellGradient!.slice()]);
    }
    const h = 1e-5;
    for (const [values, gradient] of pairs) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        values[i] = value + h;
        const up = loss();
        values[i] = value - h;
        const down = loss();
        values[i] = value;
        // Differences have error h^2 |L'''| / 6 ~ 1e-10 and eps |L| / h ~ 1e-10.
        expect(Math.abs((up - down) / (2 * h) - gradient[i]!)).toBeLessThan(1e-7);
      }
    }
  });

  it("gives the same bits by steps, in one chunk, in chunks carried on, and in smaller batches", () => {
    const shape = { rows: 4, inputs: 3, units: 6 };
    const engine = kernelEngine({ bytes: 1 << 18 });
    const whole = make(kind, engine, { ...shape, steps: 10 });
    const chunk = make(kind, engine, { ...shape, steps: 5 });
    const single = make(kind, engine, { ...shape, rows: 1 });
    const layers = [whole, chunk, single];
    for (const layer of layers) layer.setParameters(parametersOf(kind, 3, 6));
    whole.input.set(wave(120, 5));
    whole.forward();
    for (let t = 0; t < 10; t += 5) {
      chunk.input.set(whole.input.subarray(12 * t, 12 * (t + 5)));
      chunk.forward();
      expect(chunk.output).toEqual(whole.output.slice(24 * t, 24 * (t + 5)));
      chunk.carry();
    }
    for (let r = 0; r < 4; r++) {
      single.hidden.fill(0);
      single.cell?.fill(0);
      for (let t = 0; t < 10; t++) {
        single.input.set(whole.input.subarray(12 * t + 3 * r, 12 * t + 3 * r + 3));
        single.step();
        expect(single.hidden).toEqual(whole.output.slice(24 * t + 6 * r, 24 * t + 6 * r + 6));
        expect(single.output).toEqual(single.hidden);
      }
    }
    whole.carry();
    expect(whole.hidden).toEqual(chunk.hidden);
    expect(whole.cell).toEqual(chunk.cell);
  });

  it("goes back through two chunks as through one, when the gradient of the state is handed over", () => {
    const shape = { rows: 3, inputs: 2, units: 4, gradient: "all" } as const;
    const engine = kernelEngine({ bytes: 1 << 18 });
    const whole = make(kind, engine, { ...shape, steps: 8 });
    const halves = [0, 1].map(() => make(kind, engine, { ...shape, steps: 4 }));
    const [first, second] = halves as [Layer<"float64">, Layer<"float64">];
    for (const layer of [whole, ...halves]) layer.setParameters(parametersOf(kind, 2, 4));
    whole.input.set(wave(48, 5));
    whole.forward();
    whole.outputGradient!.set(wave(96, 9));
    whole.backward();
    first.input.set(whole.input.subarray(0, 24));
    first.forward();
    second.input.set(whole.input.subarray(24));
    second.hidden.set(first.output.subarray(36));
    if (second.cell !== undefined) {
      const copy = make(kind, engine, { ...shape, steps: 4, gradient: "none" });
      copy.setParameters(parametersOf(kind, 2, 4));
      copy.input.set(first.input);
      copy.forward();
      copy.carry();
      second.cell.set(copy.cell!);
    }
    second.forward();
    second.outputGradient!.set(whole.outputGradient!.subarray(48));
    second.backward();
    first.outputGradient!.set(whole.outputGradient!.subarray(0, 48));
    for (let i = 0; i < 12; i++) first.outputGradient![36 + i]! += second.hiddenGradient![i]!;
    first.finalCellGradient?.set(second.cellGradient!);
    first.backward();
    expect([...first.inputGradient!, ...second.inputGradient!]).toEqual([...whole.inputGradient!]);
    expect(first.hiddenGradient).toEqual(whole.hiddenGradient);
    for (const name of NAMES) {
      const sums = first.parameterGradient![name].map((g, i) => g + second.parameterGradient![name][i]!);
      // The same 24 terms of size one, added in two groups: 24 roundings of 1e-16.
      sums.forEach((g, i) => expect(Math.abs(g - whole.parameterGradient![name][i]!)).toBeLessThan(1e-14));
    }
  });

  it("adds to gradients in arrays that it is given, parts of one array", () => {
    const engine = kernelEngine({ bytes: 1 << 16 });
    const width = 2 * gatesOf(kind);
    const all = engine.float64(7 * width);
    const parameterGradient = {
      inputWeights: all.subarray(0, 3 * width),
      stateWeights: all.subarray(3 * width, 5 * width),
      inputBias: all.subarray(5 * width, 6 * width),
      stateBias: all.subarray(6 * width),
    };
    const shape = { rows: 2, inputs: 3, units: 2, steps: 3, gradient: "parameters" } as const;
    const layer = make(kind, engine, { ...shape, parameterGradient });
    const fresh = make(kind, engine, shape);
    for (const each of [layer, fresh]) {
      each.setParameters(parametersOf(kind, 3, 2));
      each.input.set(wave(18, 5));
      each.outputGradient!.set(wave(12, 9));
    }
    fresh.forward();
    fresh.backward();
    const once = NAMES.flatMap((name) => Array.from(fresh.parameterGradient![name]));
    all.set(once);
    layer.forward();
    layer.backward();
    // Begun from the gradient itself instead of zero: as many roundings of 1e-16 as there are rows.
    once.forEach((g, i) => expect(Math.abs(all[i]! - 2 * g)).toBeLessThan(1e-14));
    const twice = { ...parameterGradient, inputBias: parameterGradient.stateBias };
    expect(() => make(kind, engine, { ...shape, parameterGradient: twice })).toThrow(/must lie apart from/);
  });

  it("carries a NaN through to be noticed", () => {
    const layer = make(kind, kernelEngine({ bytes: 1 << 12 }), { rows: 2, inputs: 1, units: 3 });
    layer.setParameters(parametersOf(kind, 1, 3));
    layer.input.set([Number.NaN, 1]);
    layer.step();
    expect([...layer.hidden].map(Number.isNaN)).toEqual([true, true, true, false, false, false]);
  });

  it("refuses bad options, foreign arrays and calls out of order", () => {
    const engine = kernelEngine({ bytes: 1 << 14 });
    const shape = { rows: 2, inputs: 3, units: 4, steps: 5 };
    expect(() => make(kind, engine, { ...shape, units: 0 })).toThrow(/units must be an integer/);
    expect(() => make(kind, engine, { ...shape, steps: 1.5 })).toThrow(/steps must be an integer/);
    expect(() => make(kind, engine, { ...shape, rows: 1e5 })).toThrow(/make the engine larger/);
    // @ts-expect-error unknown key
    expect(() => make(kind, engine, { ...shape, unit: 4 })).toThrow(/did you mean units/);
    // @ts-expect-error unknown form
    expect(() => gruLayer(engine, { ...shape, reset: "both" })).toThrow(/reset must be one of/);
    // @ts-expect-error not of this kind
    expect(() => lstmLayer(engine, { ...shape, reset: "before" })).toThrow(/unknown option reset/);
    expect(() => recurrentLayerBytes("lstm", { ...shape, reset: "before" })).toThrow(/unknown option reset/);
    // @ts-expect-error unknown precision
    expect(() => make(kind, engine, { ...shape, precision: "float16" })).toThrow(/precision must be one of/);
    expect(() => make(kind, engine, { ...shape, input: new Float64Array(30) })).toThrow(/input must be an array of/);
    expect(() => make(kind, engine, { ...shape, input: engine.float64(29) })).toThrow(/must have length 30, got 29/);
    expect(() => make(kind, engine, { ...shape, inputGradient: engine.float64(30) })).toThrow(/leave it out/);
    const shared = engine.float64(30);
    expect(() => make(kind, engine, { ...shape, gradient: "all", input: shared, inputGradient: shared })).toThrow(
      /inputGradient must lie apart from input/,
    );
    const layer = make(kind, kernelEngine({ bytes: 1 << 14 }), { ...shape, gradient: "parameters" });
    const good = parametersOf(kind, 3, 4);
    expect(() => layer.forward()).toThrow(/call setParameters first/);
    expect(() => layer.step()).toThrow(/call setParameters first/);
    expect(() => layer.setParameters({ ...good, inputWeights: new Float64Array(5) })).toThrow(
      /inputWeights must have length/,
    );
    expect(() => layer.setParameters({ ...good, stateBias: new Float64Array(5) })).toThrow(
      /stateBias must have length/,
    );
    // @ts-expect-error unknown key
    expect(() => layer.setParameters({ ...good, bias: good.inputBias })).toThrow(/unknown option bias/);
    layer.setParameters(good);
    expect(() => layer.forward(6)).toThrow(/steps must be an integer between 1 and 5/);
    expect(() => layer.carry()).toThrow(/call forward first/);
    expect(() => layer.backward()).toThrow(/call forward before each backward/);
    layer.forward();
    layer.backward();
    expect(() => layer.backward()).toThrow(/call forward before each backward/);
    layer.forward();
    layer.carry();
    expect(() => layer.backward()).toThrow(/call forward before each backward/);
    const rollout = make(kind, kernelEngine({ bytes: 1 << 14 }), shape);
    rollout.setParameters(good);
    rollout.forward();
    expect(() => rollout.backward()).toThrow(/the layer has no gradients/);
  });

  it("fills an engine of the bytes that it says it takes, arrays of its own or shared", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom<Precision>("float64", "float32"),
        fc.subarray(["input", "inputGradient", "parameterGradient"] as const),
        (shape, precision, wanted) => {
          const shared = wanted.filter(
            (name) =>
              name === "input" || shape.gradient === "all" || (name !== "inputGradient" && shape.gradient !== "none"),
          );
          const engine = kernelEngine({ bytes: 1 << 19 });
          const { rows, inputs, units, steps } = shape;
          const width = gatesOf(kind) * units;
          const given = {
            input: engine[precision](steps * rows * inputs),
            inputGradient: engine[precision](steps * rows * inputs),
            parameterGradient: {
              inputWeights: engine[precision](width * inputs),
              stateWeights: engine[precision](width * units),
              inputBias: engine[precision](width),
              stateBias: engine[precision](width),
            },
          };
          const before = engine.used;
          make<Precision>(kind, engine, {
            ...shape,
            precision,
            ...Object.fromEntries(shared.map((name) => [name, given[name]])),
          });
          const bytes = bytesOf(kind, { ...shape, precision }, shared);
          if (engine.kind === "wasm") expect(engine.used - before).toBe(bytes);
          else expect(engine.used - before).toBeLessThanOrEqual(bytes);
        },
      ),
    );
    expect(() => bytesOf(kind, { rows: 0, inputs: 1, units: 1 })).toThrow(/rows must be an integer/);
  });
});

/** One step of one sequence, as the equations stand in the literature. */
function naiveStep(
  kind: Kind,
  { inputWeights, stateWeights, inputBias, stateBias }: ReturnType<typeof parametersOf>,
  x: readonly number[],
  h: readonly number[],
  c: readonly number[],
): [number[], number[]] {
  const units = h.length;
  const s = (v: number): number => 1 / (1 + Math.exp(-v));
  const dot = (w: Float64Array, v: readonly number[], row: number): number =>
    v.reduce((sum, value, k) => sum + w[row * v.length + k]! * value, 0);
  const ofInput = (g: number, j: number): number => dot(inputWeights, x, g * units + j) + inputBias[g * units + j]!;
  const ofState = (g: number, j: number): number => dot(stateWeights, h, g * units + j) + stateBias[g * units + j]!;
  const sum = (g: number, j: number): number => ofInput(g, j) + ofState(g, j);
  if (kind === "gru, reset before") {
    const reset = h.map((before, j) => s(sum(0, j)) * before);
    return [
      h.map((before, j) => {
        const z = s(sum(1, j));
        const hidden = dot(stateWeights, reset, 2 * units + j) + stateBias[2 * units + j]!;
        return (1 - z) * Math.tanh(ofInput(2, j) + hidden) + z * before;
      }),
      [...c],
    ];
  }
  if (kind === "gru") {
    return [
      h.map((before, j) => {
        const z = s(sum(1, j));
        return (1 - z) * Math.tanh(ofInput(2, j) + s(sum(0, j)) * ofState(2, j)) + z * before;
      }),
      [...c],
    ];
  }
  const cells = c.map((before, j) => s(sum(1, j)) * before + s(sum(0, j)) * Math.tanh(sum(2, j)));
  return [cells.map((value, j) => s(sum(3, j)) * Math.tanh(value)), cells];
}

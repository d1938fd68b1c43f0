import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  averagePool1d,
  averagePool1dBytes,
  averagePool2d,
  averagePool2dBytes,
  type KernelEngine,
  kernelEngine,
  maxPool1d,
  maxPool1dBytes,
  maxPool2d,
  maxPool2dBytes,
  type Precision,
  type SquaresLayer,
  type SquaresOptions,
  type SquaresShared,
  type SquaresSizes,
  upsample1d,
  upsample1dBytes,
  upsample2d,
  upsample2dBytes,
} from "./index.ts";

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.constantFrom(2, 4, 6),
  width: fc.constantFrom(2, 4, 8),
  channels: fc.integer({ min: 1, max: 9 }),
  precision: fc.constantFrom<Precision>("float64", "float32"),
});

type Make = <P extends Precision = "float64">(engine: KernelEngine, options: SquaresOptions<P>) => SquaresLayer<P>;
type Bytes = (options: SquaresSizes, shared?: readonly SquaresShared[]) => number;

/** Options of lines: those of fields without the height. */
function lineOf<O extends object>({ height: _height, ...rest }: O & { readonly height?: number }): Omit<O, "height"> {
  return rest;
}

interface Kind {
  readonly name: string;
  readonly make: Make;
  readonly bytes: Bytes;
  /** Cells along y and x. */
  readonly cell: readonly [number, number];
  readonly spreads: boolean;
  /** What a layer that does not spread makes of a cell. */
  readonly of: (cell: readonly number[]) => number;
}

const largest = (cell: readonly number[]): number => Math.max(...cell);
const mean = (cell: readonly number[]): number => {
  const [a = 0, b = 0, c, d] = cell;
  return c === undefined || d === undefined ? (a + b) / 2 : (a + b + (c + d)) / 4;
};

const KINDS: readonly Kind[] = [
  { name: "maxPool2d", make: maxPool2d, bytes: maxPool2dBytes, cell: [2, 2], spreads: false, of: largest },
  { name: "averagePool2d", make: averagePool2d, bytes: averagePool2dBytes, cell: [2, 2], spreads: false, of: mean },
  { name: "upsample2d", make: upsample2d, bytes: upsample2dBytes, cell: [2, 2], spreads: true, of: mean },
  {
    name: "maxPool1d",
    make: (engine, options) => maxPool1d(engine, lineOf(options)),
    bytes: (options, shared) => maxPool1dBytes(lineOf(options), shared),
    cell: [1, 2],
    spreads: false,
    of: largest,
  },
  {
    name: "averagePool1d",
    make: (engine, options) => averagePool1d(engine, lineOf(options)),
    bytes: (options, shared) => averagePool1dBytes(lineOf(options), shared),
    cell: [1, 2],
    spreads: false,
    of: mean,
  },
  {
    name: "upsample1d",
    make: (engine, options) => upsample1d(engine, lineOf(options)),
    bytes: (options, shared) => upsample1dBytes(lineOf(options), shared),
    cell: [1, 2],
    spreads: true,
    of: mean,
  },
];

function values(length: number, seed: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i * i + i + seed));
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, a, i) => sum + a * y[i]!, 0);
}

/** The arrays after passes over all and over the first `fields` fields; few different values, so that there are ties. */
function results(layer: SquaresLayer<Precision>, fields: number): unknown {
  layer.input.set(values(layer.input.length, 0).map((x) => Math.round(2 * x)));
  layer.forward();
  layer.outputGradient!.set(values(layer.output.length, 1));
  layer.backward();
  layer.input.set(values(layer.input.length, 2));
  layer.forward(fields);
  layer.backward();
  return { output: layer.output, inputGradient: layer.inputGradient };
}

describe.each(KINDS)("$name", ({ name, make, bytes, cell: [tall, wide], spreads, of }) => {
  it("has the bits of its twin", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, part) => {
        const [ours, twin] = (["auto", "plain"] as const).map((use) =>
          results(
            make<Precision>(kernelEngine({ bytes: 1 << 17, use }), { ...shape, gradient: "all" }),
            part % (shape.batch + 1),
          ),
        );
        expect(ours).toEqual(twin);
      }),
    );
  });

  it("is the definition, pixel by pixel", () => {
    fc.assert(
      fc.property(shapes, ({ precision: _precision, ...shape }) => {
        const { batch, width, channels } = shape;
        const height = tall === 1 ? 1 : shape.height;
        const layer = make(kernelEngine({ bytes: 1 << 17 }), shape);
        layer.input.set(values(layer.input.length, 3));
        layer.forward();
        const at = (n: number, y: number, x: number, c: number): number =>
          layer.input[((n * height + y) * width + x) * channels + c]!;
        const [rows, columns] = spreads ? [height * tall, width * wide] : [height / tall, width / wide];
        const expected: number[] = [];
        for (let n = 0; n < batch; n++) {
          for (let y = 0; y < rows; y++) {
            for (let x = 0; x < columns; x++) {
              for (let c = 0; c < channels; c++) {
                if (spreads) expected.push(at(n, Math.floor(y / tall), Math.floor(x / wide), c));
                else {
                  const cell: number[] = [];
                  for (let i = 0; i < tall; i++) {
                    for (let j = 0; j < wide; j++) cell.push(at(n, tall * y + i, wide * x + j, c));
                  }
                  expected.push(of(cell));
                }
              }
            }
          }
        }
        expect([...layer.output]).toEqual(expected);
      }),
    );
  });

  it("fills an engine of the bytes that it says it takes, arrays of its own or shared", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom<"none" | "all">("none", "all"),
        fc.subarray(["input", "inputGradient"] as const),
        (shape, gradient, wanted) => {
          const shared = wanted.filter((array) => array === "input" || gradient === "all");
          const engine = kernelEngine({ bytes: 1 << 17 });
          const length = shape.batch * (tall === 1 ? 1 : shape.height) * shape.width * shape.channels;
          const given = Object.fromEntries(shared.map((array) => [array, engine[shape.precision](length)]));
          const before = engine.used;
          make<Precision>(engine, { ...shape, gradient, ...given });
          expect(engine.used - before).toBe(bytes({ ...shape, gradient }, shared));
        },
      ),
    );
    expect(() => bytes({ batch: 1, height: 2, width: 0, channels: 1 })).toThrow(
      `${name}Bytes: width must be an integer`,
    );
    // @ts-expect-error no array of this name
    expect(() => bytes({ batch: 1, height: 2, width: 2, channels: 1 }, ["output"])).toThrow(/shared must be one of/);
  });

  it("has the adjoint of its derivative: <f'(x) v, d> = <v, f'(x)' d>", () => {
    fc.assert(
      fc.property(shapes, ({ precision: _precision, ...shape }) => {
        const layer = make(kernelEngine({ bytes: 1 << 17 }), { ...shape, gradient: "all" });
        const [x, v] = [values(layer.input.length, 4), values(layer.input.length, 5)];
        const h = 1e-6;
        const image = (step: number): Float64Array => {
          layer.input.set(x.map((a, i) => a + step * v[i]!));
          layer.forward();
          return layer.output.slice();
        };
        const [up, down] = [image(h), image(-h)];
        const d = values(layer.output.length, 6);
        image(0);
        layer.outputGradient!.set(d);
        layer.backward();
        const along = dot(
          up.map((a, i) => (a - down[i]!) / (2 * h)),
          d,
        );
        // Piecewise linear: the difference is exact to eps / h = 1e-10 a pixel, of at most 5184.
        expect(Math.abs(along - dot(v, layer.inputGradient!))).toBeLessThan(1e-7);
      }),
    );
  });

  it("refuses bad options and calls out of order", () => {
    const engine = kernelEngine({ bytes: 1 << 12 });
    const shape = { batch: 1, height: 4, width: 4, channels: 1 };
    const length = tall === 1 ? 4 : 16;
    expect(() => make(engine, { ...shape, channels: 0 })).toThrow(`${name}: channels must be an integer between 1`);
    expect(() => make(engine, { ...shape, batch: 100_000 })).toThrow(/make the engine larger/);
    expect(() => make(engine, { ...shape, input: engine.float64(15) })).toThrow(
      `input must have length ${length}, got 15`,
    );
    expect(() => make(engine, { ...shape, inputGradient: engine.float64(length) })).toThrow(/leave it out/);
    // @ts-expect-error unknown key
    expect(() => make(engine, { ...shape, channel: 1 })).toThrow(/did you mean channels/);
    const layer = make(engine, shape);
    expect(() => layer.forward(2)).toThrow(/batch must be an integer between 0 and 1/);
    expect(() => layer.backward()).toThrow(/the layer has no gradients/);
  });
});

describe("maxPool2d", () => {
  it("gives the gradient of a tie to the first pixel in reading order", () => {
    const layer = maxPool2d(kernelEngine({ bytes: 1 << 12 }), {
      batch: 1,
      height: 2,
      width: 4,
      channels: 1,
      gradient: "all",
    });
    layer.input.set([1, 3, 0, 0, 3, 3, 0, 0]);
    layer.forward();
    layer.outputGradient!.set([5, 7]);
    layer.backward();
    expect([...layer.output]).toEqual([3, 0]);
    expect([...layer.inputGradient!]).toEqual([0, 5, 7, 0, 0, 0, 0, 0]);
  });

  it("keeps a NaN wherever it stands in a square", () => {
    for (let i = 0; i < 4; i++) {
      const layer = maxPool2d(kernelEngine({ bytes: 1 << 12 }), { batch: 1, height: 2, width: 2, channels: 1 });
      layer.input.fill(1);
      layer.input[i] = Number.NaN;
      layer.forward();
      expect(layer.output[0]).toBeNaN();
    }
  });

  it("refuses odd fields", () => {
    const engine = kernelEngine({ bytes: 1 << 12 });
    expect(() => maxPool2d(engine, { batch: 1, height: 3, width: 2, channels: 1 })).toThrow(
      /maxPool2d: height must be even, got 3; a square of 2x2 pixels would be cut/,
    );
    expect(() => averagePool1d(engine, { batch: 1, width: 5, channels: 1 })).toThrow(
      /averagePool1d: width must be even, got 5; a pair of points would be cut/,
    );
    // @ts-expect-error lines have no height
    expect(() => maxPool1d(engine, { batch: 1, height: 2, width: 2, channels: 1 })).toThrow(/unknown option height/);
  });

  it("undoes up-sampling", () => {
    const engine = kernelEngine({ bytes: 1 << 14 });
    const up = upsample2d(engine, { batch: 2, height: 3, width: 5, channels: 3 });
    const down = maxPool2d(engine, { batch: 2, height: 6, width: 10, channels: 3, input: up.output });
    up.input.set(values(90, 0));
    up.forward();
    down.forward();
    expect(down.output).toEqual(up.input);
  });
});

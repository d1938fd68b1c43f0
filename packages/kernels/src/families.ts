import type { BandedExports } from "./banded-code.ts";
import type { OptimiserExports } from "./adam-code.ts";
import type { ConvExports } from "./conv-code.ts";
import type { FftExports } from "./fft-code.ts";
import type { PoolExports } from "./pool-code.ts";
import type { RecurrentExports } from "./recurrent-code.ts";
import type { StencilExports } from "./stencil-code.ts";
import type { TridiagonalExports } from "./tridiagonal-code.ts";
import { BANDED_WASM } from "./wasm/banded.ts";
import { CIRCULANT_WASM } from "./wasm/circulant.ts";
import { CONV_WASM } from "./wasm/conv.ts";
import { DENSE_WASM } from "./wasm/dense.ts";
import { ELEMENTWISE_WASM } from "./wasm/elementwise.ts";
import { FFT_WASM } from "./wasm/fft.ts";
import { OPTIMISER_WASM } from "./wasm/optimiser.ts";
import { POOL_WASM } from "./wasm/pool.ts";
import { RECURRENT_WASM } from "./wasm/recurrent.ts";
import { STENCIL_WASM } from "./wasm/stencil.ts";
import { TRIDIAGONAL_WASM } from "./wasm/tridiagonal.ts";
import { fromBase64, host, refusal } from "./webassembly.ts";

/** Functions of assembly/elementwise.ts; pointers are byte offsets into the engine's memory. */
export interface ElementwiseExports {
  readonly apply64: (code: number, x: number, out: number, count: number) => void;
  readonly apply32: ElementwiseExports["apply64"];
}

type Forward = (
  a: number,
  packed: number,
  bias: number,
  out: number,
  rows: number,
  inputs: number,
  units: number,
  activation: number,
  residual: number,
) => void;
type Backward = (
  a: number,
  packed: number,
  out: number,
  d: number,
  gw: number,
  gb: number,
  da: number,
  rows: number,
  inputs: number,
  units: number,
  activation: number,
  residual: number,
) => void;
type Gemm = (a: number, b: number, packed: number, c: number, m: number, n: number, depth: number) => void;
type Pack = (w: number, out: number, units: number, inputs: number) => void;

/** Functions of assembly/dense.ts. */
export interface DenseExports {
  readonly forward64: Forward;
  readonly forward32: Forward;
  readonly backward64: Backward;
  readonly backward32: Backward;
  readonly gemm64: Gemm;
  readonly gemm32: Gemm;
  readonly packForward64: Pack;
  readonly packForward32: Pack;
  readonly packBackward64: Pack;
  readonly packBackward32: Pack;
}

/** Functions of assembly/circulant.ts. */
export interface CirculantExports {
  readonly plain64: (
    from: number,
    to: number,
    lines: number,
    places: number,
    needed: number,
    stride: number,
    count: number,
    row: number,
    width: number,
    outLength: number,
    scratch: number,
  ) => void;
  readonly halved64: (
    from: number,
    to: number,
    lines: number,
    places: number,
    stride: number,
    half: number,
    sums: number,
    differences: number,
    width: number,
    outLength: number,
    scratch: number,
  ) => void;
  readonly transpose64: (x: number, stride: number, out: number, rows: number, columns: number) => void;
}

/** A module of kernels; compiled once, at its first use or by `ready`, and instantiated for each engine. */
export class Family<Exports> {
  readonly name: string;
  readonly #text: string;
  #module: object | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.#text = text;
  }

  /** Compiles without blocking. */
  async compile(): Promise<void> {
    this.#module ??= await host?.compile(fromBase64(this.#text));
  }

  /** The functions, over a memory. */
  instantiate(memory: object): Exports {
    if (host === undefined) throw new Error("WebAssembly is missing");
    try {
      this.#module ??= new host.Module(fromBase64(this.#text));
    } catch (error) {
      throw new Error(`kernels: ${this.name} could not be compiled at once; call await ready() before`, {
        cause: error,
      });
    }
    // The exports are what the sources say: a test compiles them and compares the bytes.
    return new host.Instance(this.#module, { env: { memory } }).exports as Exports;
  }
}

/** Activations and exp on arrays. */
export const elementwiseFamily: Family<ElementwiseExports> = /* @__PURE__ */ new Family(
  "elementwise",
  ELEMENTWISE_WASM,
);
/** Banded systems. */
export const bandedFamily: Family<BandedExports> = /* @__PURE__ */ new Family("banded", BANDED_WASM);
/** Products with circulant matrices along lines. */
export const circulantFamily: Family<CirculantExports> = /* @__PURE__ */ new Family("circulant", CIRCULANT_WASM);
/** Convolutions and batch norm. */
export const convFamily: Family<ConvExports> = /* @__PURE__ */ new Family("conv", CONV_WASM);
/** Dense layers and products. */
export const denseFamily: Family<DenseExports> = /* @__PURE__ */ new Family("dense", DENSE_WASM);
/** Fourier transforms. */
export const fftFamily: Family<FftExports> = /* @__PURE__ */ new Family("fft", FFT_WASM);
/** Adam, norms of gradients. */
export const optimiserFamily: Family<OptimiserExports> = /* @__PURE__ */ new Family("optimiser", OPTIMISER_WASM);
/** Pooling and up-sampling. */
export const poolFamily: Family<PoolExports> = /* @__PURE__ */ new Family("pool", POOL_WASM);
/** Gated recurrent units and long short-term memory. */
export const recurrentFamily: Family<RecurrentExports> = /* @__PURE__ */ new Family("recurrent", RECURRENT_WASM);
/** Steps and slopes of lattices. */
export const stencilFamily: Family<StencilExports> = /* @__PURE__ */ new Family("stencil", STENCIL_WASM);
/** Tridiagonal systems. */
export const tridiagonalFamily: Family<TridiagonalExports> = /* @__PURE__ */ new Family(
  "tridiagonal",
  TRIDIAGONAL_WASM,
);

/**
 * Compiles every kernel ahead of use, without blocking. Node and workers do not need it. A page should await it once: a
 * browser may refuse to compile more than a few kilobytes at once on its main thread. Where WebAssembly cannot be used it
 * does nothing.
 */
export async function ready(): Promise<void> {
  if (refusal() !== undefined) return;
  await Promise.all([
    bandedFamily.compile(),
    circulantFamily.compile(),
    convFamily.compile(),
    elementwiseFamily.compile(),
    denseFamily.compile(),
    fftFamily.compile(),
    optimiserFamily.compile(),
    poolFamily.compile(),
    recurrentFamily.compile(),
    stencilFamily.compile(),
    tridiagonalFamily.compile(),
  ]);
}

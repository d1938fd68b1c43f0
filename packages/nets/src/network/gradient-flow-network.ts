import { realFft, realFftBytes, sigmoid, softplus } from "@hml/kernels";
import { type GradientFlowNet, type GradientFlowShape, gradientFlowShape } from "../spec/gradient-flow-net.ts";
import { buildNetwork } from "./build-network.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { gradientSymbol } from "./gradient-symbol.ts";
import { gridModes } from "./grid-modes.ts";
import { identity } from "./head.ts";
import type { Mapped } from "./network-of.ts";
import { arrayBytes, arrayOf, type NetworkOptions, type Part, type Site } from "./part.ts";

/** Points that go through f' at once: their activations, 32 to a point, fit the second cache. */
const TILE_POINTS = 2048;

/** A gradient-flow net on fields of these extents: one row of the network is one field. */
export function mappedGradientFlow(
  where: string,
  spec: GradientFlowNet,
  extents: readonly number[],
  periodic = true,
): Mapped {
  const { spacing } = spec;
  if (!periodic) throw new RangeError(`${where}: a gradientFlowNet needs a periodic grid`);
  if (typeof spacing !== "number" && spacing.length !== extents.length) {
    throw new RangeError(
      `${where}: points must have one number an axis as spacing has, ${spacing.length}, got ${extents.length}`,
    );
  }
  const points = extents.reduce((a, b) => a * b, 1);
  const shape = gradientFlowShape(spec);
  return {
    map: {
      extents,
      rows: 1,
      inputs: points,
      outputs: points,
      networkInputs: points,
      networkOutputs: points,
      gather: undefined,
      predicted: undefined,
      channels: { inputs: 1, outputs: 1 },
      head: identity(points),
      work: points * (shape.layout.parameters + 64),
    },
    tile: Math.max(1, Math.floor(TILE_POINTS / points)),
    network: (options) =>
      buildNetwork(shape.layout, gradientFlowBytes(shape, extents, options), options, (site) =>
        gradientFlowPart(site, spec, shape, extents),
      ),
  };
}

/** u_t = m(k) (Q(k) u^ + f'^) by Fourier collocation, m = -M or -M k^2; linear in Q u and f', and self-adjoint. */
function gradientFlowPart(
  site: Site,
  spec: GradientFlowNet,
  shape: GradientFlowShape,
  extents: readonly number[],
): Part {
  const { engine, precision, rows, trainable, parameters, gradient } = site;
  const { mobilityAt } = shape;
  const points = extents.reduce((a, b) => a * b, 1);
  const input = arrayOf(engine, precision, rows * points);
  const output = arrayOf(engine, precision, rows * points);
  const outputGradient = arrayOf(engine, precision, trainable ? rows * points : 0);
  const slope = denseChain({ ...site, rows: rows * points }, shape.layers);
  const fft = realFft(engine, extents);
  const field = engine.float64(points);
  const work = engine.float64(fft.size);
  const spectra = engine.float64((trainable ? rows : 1) * fft.size);
  const { squared, weights } = gridModes(spec.spacing, extents);
  const conserved = spec.mobility === "conserved";
  const scale = 1 / (spec.wavenumber * spec.wavenumber);
  const q = new Float64Array(squared.length);
  const symbol = gradientSymbol(shape);
  const moments = new Float64Array(shape.degree + 1);
  const spectrumOf = (row: number): Float64Array =>
    trainable ? spectra.subarray(row * fft.size, (row + 1) * fft.size) : spectra;
  const spectrumViews = Array.from({ length: trainable ? rows : 1 }, (_, row) => spectrumOf(row));
  /** m / M. */
  const outer = conserved ? squared.map((k2) => -k2) : new Float64Array(squared.length).fill(-1);
  let mobility = 1;

  return {
    input,
    inputGradient: undefined,
    output,
    outputGradient,
    update() {
      slope.update();
      mobility = softplus(parameters[mobilityAt]!);
      symbol.update(parameters);
      for (let k = 0; k < q.length; k++) q[k] = symbol.at(scale * squared[k]!);
    },
    forward(count) {
      for (let i = 0; i < count * points; i++) slope.input[i] = input[i]! / spec.amplitude;
      slope.forward(count * points);
      for (let row = 0; row < count; row++) {
        const at = row * points;
        const u = spectrumViews[trainable ? row : 0]!;
        for (let i = 0; i < points; i++) field[i] = input[at + i]!;
        fft.forward(field, u);
        for (let i = 0; i < points; i++) field[i] = slope.output[at + i]!;
        fft.forward(field, work);
        for (let k = 0; k < q.length; k++) {
          const m = mobility * outer[k]!;
          work[2 * k] = m * (q[k]! * u[2 * k]! + work[2 * k]!);
          work[2 * k + 1] = m * (q[k]! * u[2 * k + 1]! + work[2 * k + 1]!);
        }
        fft.inverse(work, field);
        for (let i = 0; i < points; i++) output[at + i] = field[i]!;
      }
    },
    backward(count) {
      moments.fill(0);
      let ofMobility = 0;
      for (let row = 0; row < count; row++) {
        const at = row * points;
        const u = spectrumViews[row]!;
        for (let i = 0; i < points; i++) {
          field[i] = outputGradient[at + i]!;
          ofMobility += outputGradient[at + i]! * output[at + i]!;
        }
        fft.forward(field, work);
        for (let k = 0; k < q.length; k++) {
          const m = mobility * outer[k]!;
          const re = m * work[2 * k]!;
          const im = m * work[2 * k + 1]!;
          work[2 * k] = re;
          work[2 * k + 1] = im;
          // Parseval: the sum over the points of s Q u, s = m applied to the slopes by predictions.
          let moment = points * weights[k]! * (re * u[2 * k]! + im * u[2 * k + 1]!);
          for (let j = 0; j < moments.length; j++) {
            moments[j] = moments[j]! + moment;
            moment *= scale * squared[k]!;
          }
        }
        fft.inverse(work, field);
        for (let i = 0; i < points; i++) slope.outputGradient[at + i] = field[i]!;
      }
      slope.backward(count * points);
      symbol.addGradient(parameters, moments, gradient);
      gradient[mobilityAt] = gradient[mobilityAt]! + (ofMobility / mobility) * sigmoid(parameters[mobilityAt]!);
    },
  };
}

/** What the part takes of an engine. */
function gradientFlowBytes(shape: GradientFlowShape, extents: readonly number[], options: NetworkOptions): number {
  const { rows, precision, trainable } = options;
  const points = extents.reduce((a, b) => a * b, 1);
  const size = (points / extents[0]!) * 2 * (Math.floor(extents[0]! / 2) + 1);
  const own = (trainable ? 3 : 2) * arrayBytes(precision, rows * points);
  const spectral = arrayBytes("float64", points) + arrayBytes("float64", size);
  const kept = arrayBytes("float64", (trainable ? rows : 1) * size);
  const chain = denseChainBytes(shape.layers, { rows: rows * points, precision, trainable });
  return own + spectral + kept + realFftBytes(extents) + chain;
}

import { describe, expect, it } from "vitest";
import { kernelFromTorch, kernelToTorch } from "./torch-kernel.ts";

describe("kernels of PyTorch", () => {
  it("are turned to [ky, kx, inputs, units] and back", () => {
    const [units, inputs, ky, kx] = [4, 3, 2, 5];
    const weight = { shape: [units, inputs, ky, kx], data: Float32Array.from({ length: 120 }, (_, i) => i) };
    const kernel = kernelFromTorch(weight);
    expect(kernel.shape).toEqual([ky, kx, inputs, units]);
    for (let u = 0; u < units; u++) {
      for (let c = 0; c < inputs; c++) {
        for (let y = 0; y < ky; y++) {
          for (let x = 0; x < kx; x++) {
            expect(kernel.data[((y * kx + x) * inputs + c) * units + u]).toBe(((u * inputs + c) * ky + y) * kx + x);
          }
        }
      }
    }
    expect(kernelToTorch(kernel)).toEqual(weight);
  });

  it("have three axes on a line", () => {
    const kernel = kernelFromTorch({ shape: [2, 1, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) });
    expect(kernel).toEqual({ shape: [3, 1, 2], data: Float64Array.of(1, 4, 2, 5, 3, 6) });
    expect(() => kernelFromTorch({ shape: [2, 3], data: new Float64Array(6) })).toThrow("three or four axes");
  });
});

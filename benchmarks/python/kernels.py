"""The NumPy side of the kernels benchmark: products by OpenBLAS, dense networks as a NumPy user writes them, into arrays
made beforehand.

A task a line: `gemm:<n>:<float64|float32>`, `net:<sizes joined by x>:<batch>:<forward|backward>` or `rfft2:<n>`, then a
number that is not used and the number of runs -> `<median milliseconds> <48 numbers spread over the result>`.
"""

import os
import sys
import time

# One thread, as everybody else; a BLAS reads this when it is loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np


def entry(count, phase):
    return np.sin(0.37 * np.arange(count) + phase)


def product(n, precision):
    a, b = (entry(n * n, phase).astype(precision).reshape(n, n) for phase in (0, 1))
    c = np.empty((n, n), precision)
    return lambda: np.matmul(a, b, out=c)


def network(sizes, batch, backwards):
    layers = []
    for index, (inputs, units) in enumerate(zip(sizes, sizes[1:])):
        weights = np.sin(1.7 * np.arange(units * inputs) + index + 1).reshape(units, inputs) / np.sqrt(inputs)
        layers.append((weights, 0.1 * np.cos(np.arange(units) + index), np.empty((batch, units))))
    x = entry(batch * sizes[0], 0).reshape(batch, sizes[0])

    def forward():
        below = x
        for index, (weights, bias, out) in enumerate(layers):
            np.matmul(below, weights.T, out=out)
            np.add(out, bias, out=out)
            if index + 1 < len(layers):
                np.tanh(out, out=out)
            below = out
        return below

    def gradients():
        delta = forward()
        found = []
        for index in range(len(layers) - 1, -1, -1):
            weights, _, out = layers[index]
            if index + 1 < len(layers):
                delta = delta * (1 - out * out)
            below = layers[index - 1][2] if index > 0 else x
            found.append((delta.T @ below, delta.sum(axis=0)))
            if index > 0:
                delta = delta @ weights
        return found[-1][0]

    return gradients if backwards else forward


def transform(n):
    u = entry(n * n, 0).reshape(n, n)
    return lambda: np.fft.rfft2(u, norm="forward")


def make(kind, *rest):
    if kind == "rfft2":
        return transform(int(rest[0]))
    if kind == "gemm":
        return product(int(rest[0]), rest[1])
    return network([int(size) for size in rest[0].split("x")], int(rest[1]), rest[2] == "backward")


def main():
    made = {}
    for line in sys.stdin:
        task, _, repeats = line.split()
        work = made.get(task) or made.setdefault(task, make(*task.split(":")))
        times = []
        for _ in range(int(repeats)):
            start = time.perf_counter()
            result = work()
            times.append(1e3 * (time.perf_counter() - start))
        flat = result.ravel()
        if np.iscomplexobj(flat):
            flat = flat.view(float)
        values = flat[np.arange(48) * flat.size // 48]
        print(f"{np.median(times):.9g}", *(f"{x:.17g}" for x in values), flush=True)


main()

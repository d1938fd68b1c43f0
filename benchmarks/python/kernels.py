"""The NumPy side of the kernels benchmark: products by OpenBLAS, dense networks as a NumPy user writes them, into arrays
made beforehand.

A task a line: `gemm:<n>:<float64|float32>`, `net:<sizes joined by x>:<batch>:<forward|backward>`, `rfft2:<n>`,
`heat:<points>:<rows>`, `chain:<rows>:<systems>:<gttrs|solve_banded>` or `band:<rows>:<diagonals a side>:<columns>:<gbtrs|gbsv|solve_banded>`,
then a number, which is the step of `heat` and not used by others, and the number of runs
-> `<median milliseconds> <48 numbers spread over the result>`.
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


def heat(points, rows, dt):
    """A function that does the given number of explicit steps and gives milliseconds a step, and the field."""
    shape = (rows, points)
    start = entry(points * rows, 2).reshape(shape)
    along, over = (1.1 + entry(points * rows, phase).reshape(shape) for phase in (0, 1))
    plane = rows > 1
    inner = (slice(1, -1) if plane else slice(None), slice(1, -1))
    across = np.empty((start[inner].shape[0], points - 1))
    up = np.empty((rows - 1, points - 2)) if plane else None
    slope = np.empty(start[inner].shape)
    second = np.empty(slope.shape)

    def steps(count):
        u = start.copy()
        begin = time.perf_counter()
        for _ in range(count):
            rows_inside = u[inner[0]]
            np.subtract(rows_inside[:, 1:], rows_inside[:, :-1], out=across)
            np.multiply(across, along[inner[0], :-1], out=across)
            np.subtract(across[:, 1:], across[:, :-1], out=slope)
            if plane:
                np.subtract(u[1:, 1:-1], u[:-1, 1:-1], out=up)
                np.multiply(up, over[:-1, 1:-1], out=up)
                np.subtract(up[1:], up[:-1], out=second)
                np.add(slope, second, out=slope)
            np.multiply(slope, dt, out=slope)
            u[inner] += slope
        return 1e3 * (time.perf_counter() - begin) / count, u

    return steps


def chain(rows, systems, how):
    from scipy.linalg import get_lapack_funcs, solve_banded

    lower, upper = entry(rows, 0), entry(rows, 1)
    diagonal = 2.5 + entry(rows, 2)
    # Columns one after another, as LAPACK wants them.
    b = np.asfortranarray(entry(rows * systems, 3).reshape(rows, systems))
    if how == "solve_banded":
        ab = np.zeros((3, rows))
        ab[0, 1:], ab[1], ab[2, :-1] = upper[:-1], diagonal, lower[1:]
        return lambda: solve_banded((1, 1), ab, b, check_finite=False)
    gttrf, gttrs = get_lapack_funcs(("gttrf", "gttrs"), (b,))
    *factors, info = gttrf(lower[1:], diagonal, upper[:-1])
    assert info == 0
    return lambda: gttrs(*factors, b)[0]


def band(rows, half, columns, how):
    from scipy.linalg import get_lapack_funcs, solve_banded

    ab = entry((2 * half + 1) * rows, 0).reshape(2 * half + 1, rows)
    ab[half] += 2
    b = np.asfortranarray(entry(rows * columns, 1).reshape(rows, columns))
    if how == "solve_banded":
        return lambda: solve_banded((half, half), ab, b, check_finite=False)
    wide = np.zeros((3 * half + 1, rows), order="F")
    wide[half:] = ab
    gbtrf, gbtrs, gbsv = get_lapack_funcs(("gbtrf", "gbtrs", "gbsv"), (wide, b))
    if how == "gbsv":
        return lambda: gbsv(half, half, wide, b)[2]
    lu, pivots, info = gbtrf(wide, half, half)
    assert info == 0
    return lambda: gbtrs(lu, half, half, b, pivots)[0]


def make(kind, *rest):
    if kind == "chain":
        return chain(int(rest[0]), int(rest[1]), rest[2])
    if kind == "band":
        return band(*map(int, rest[:3]), rest[3])
    if kind == "rfft2":
        return transform(int(rest[0]))
    if kind == "gemm":
        return product(int(rest[0]), rest[1])
    return network([int(size) for size in rest[0].split("x")], int(rest[1]), rest[2] == "backward")


def main():
    made = {}
    for line in sys.stdin:
        task, number, repeats = line.split()
        if task.startswith("heat:"):
            _, points, rows = task.split(":")
            work = made.get(task) or made.setdefault(task, heat(int(points), int(rows), float(number)))
            ms, field = work(int(repeats))
            print(f"{ms:.9g}", *(f"{x:.17g}" for x in field.ravel()[np.arange(48) * field.size // 48]), flush=True)
            continue
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

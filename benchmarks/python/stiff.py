"""The SciPy side of the stiff benchmark: the problems as a SciPy user writes them, under solve_ivp.

Small systems unpack their few numbers and return a list, lattices use slices. No side has an analytic Jacobian. Banded
problems tell LSODA lband and uband, BDF and Radau the sparsity. `odeint` is the older way to the same LSODA.

A task a line: `<problem>:<method>:<rtol> <atol / rtol> <number of runs>` -> `<median milliseconds> <frames>`. With
`:count` after rtol the numbers are calls of the right-hand side (those for Jacobians among them), LU factorisations,
frames. SciPy's LSODA and odeint count Jacobians in place of factorisations, one of each at a time.
"""

import os
import sys
import time

# One thread, as everybody else; a BLAS reads this when it is loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from scipy.integrate import odeint, solve_ivp
from scipy.sparse import diags

N = 1000


def robertson(t, y):
    a, b, c = y
    first, second, third = 0.04 * a, 3e7 * b * b, 1e4 * b * c
    return [third - first, first - third - second, second]


def vdp1000(t, y):
    x, v = y
    return [v, 1000 * (1 - x * x) * v - x]


def hires(t, y):
    a, b, c, d, e, f, g, h = y
    binding = 280 * f * h
    return [
        -1.71 * a + 0.43 * b + 8.32 * c + 0.0007,
        1.71 * a - 8.75 * b,
        -10.03 * c + 0.43 * d + 0.035 * e,
        8.32 * b + 1.71 * c - 1.12 * d,
        -1.745 * e + 0.43 * f + 0.43 * g,
        -binding + 0.69 * d + 1.71 * e - 0.43 * f + 0.69 * g,
        binding - 1.81 * g,
        -binding + 1.81 * g,
    ]


def oregonator(t, y):
    a, b, c = y
    return [77.27 * (b + a * (1 - 8.375e-6 * a - b)), (c - (1 + a) * b) / 77.27, 0.161 * (a - c)]


HEAT_H = 1 / (N + 1)
HEAT_X = HEAT_H * np.arange(1, N + 1)


def heat1000_banded(t, u):
    f = -2 * u
    f[1:] += u[:-1]
    f[:-1] += u[1:]
    f *= 1 / HEAT_H**2
    return f


H = 20 / (N - 1)
FRONT_X = np.pi * np.arange(N) / (N - 1)
FRONT = 0.5 * np.cos(FRONT_X) + 0.1 * np.cos(3 * FRONT_X)


def allencahn1000_banded(t, u):
    f = np.empty_like(u)
    f[1:-1] = u[:-2] - 2 * u[1:-1] + u[2:]
    f[0] = 2 * (u[1] - u[0])
    f[-1] = 2 * (u[-2] - u[-1])
    f *= 1 / H**2
    f += u - u * u * u
    return f


def layer(index, inputs, outputs):
    w = np.sin(1.7 * np.arange(outputs * inputs) + index + 1).reshape(outputs, inputs) / np.sqrt(inputs)
    return w.T.copy(), 0.1 * np.cos(np.arange(outputs) + index)


(W1, B1), (W2, B2), (W3, B3) = layer(0, 3, 16), layer(1, 16, 16), layer(2, 16, 1)


def learned1000_banded(t, u):
    slope = np.zeros_like(u)
    slope[1:-1] = (u[2:] - u[:-2]) / (2 * H)
    features = np.stack([u, slope, np.tanh(slope)], axis=1)
    hidden = np.tanh(np.tanh(features @ W1 + B1) @ W2 + B2)
    return allencahn1000_banded(t, u) + 0.1 * (hidden @ W3 + B3)[:, 0]


PROBLEMS = {
    "robertson": (robertson, [1, 0, 0], [40, 4e5, 1e11]),
    "vdp1000": (vdp1000, [2, 0], [1000, 2000]),
    "hires": (hires, [1, 0, 0, 0, 0, 0, 0, 0.0057], [5, 50, 321.8122]),
    "oregonator": (oregonator, [1, 2, 3], [30, 180, 360]),
    "heat1000_banded": (heat1000_banded, np.sin(np.pi * HEAT_X) + 0.5 * np.sin(3 * np.pi * HEAT_X), [0.2]),
    "allencahn1000_banded": (allencahn1000_banded, FRONT, [5]),
    "learned1000_banded": (learned1000_banded, FRONT, [5]),
}
SPARSITY = diags([1, 1, 1], [-1, 0, 1], shape=(N, N))


def run(fun, y0, times, banded, method, rtol, atol):
    """Frames and LU factorisations."""
    if method == "odeint":
        band = {"ml": 1, "mu": 1} if banded else {}
        y, info = odeint(fun, y0, [0, *times], tfirst=True, rtol=rtol, atol=atol, mxstep=100000, full_output=True, **band)
        return y[1:], info["nje"][-1]
    band = {} if not banded else {"lband": 1, "uband": 1} if method == "LSODA" else {"jac_sparsity": SPARSITY}
    result = solve_ivp(fun, (0, times[-1]), y0, method=method, t_eval=times, rtol=rtol, atol=atol, **band)
    if not result.success:
        raise ArithmeticError(result.message)
    return result.y.T, result.nlu


def main():
    for line in sys.stdin:
        task, atol_per_rtol, repeats = line.split()
        name, method, rtol, *count = task.split(":")
        rtol = float(rtol)
        atol = float(atol_per_rtol) * rtol
        fun, y0, times = PROBLEMS[name]
        calls = 0

        def counted(t, y):
            nonlocal calls
            calls += 1
            return fun(t, y)

        elapsed = []
        for _ in range(int(repeats)):
            start = time.perf_counter()
            y, factorisations = run(counted if count else fun, y0, times, "banded" in name, method, rtol, atol)
            elapsed.append(1e3 * (time.perf_counter() - start))
        numbers = [calls, factorisations] if count else []
        print(f"{np.median(elapsed):.9g}", *numbers, *(f"{x:.17g}" for x in y.ravel()), flush=True)


main()

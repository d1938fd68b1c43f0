"""The Python side of the led benchmark, one thread: lattice Boltzmann steps and particles in NumPy, latent steps in PyTorch.

A task a line, `<task> <number that is not used> <number of runs>` -> `<median milliseconds> <numbers>`:

`fhn:paper:<nodes>:<steps>`       a run, every term of every population as an expression of its own, as the study's program has
                                  them; the densities
`fhn:lean:<nodes>:<steps>`        the same with shared terms and arrays made beforehand
`particles:<particles>:<steps>`   a run in three dimensions, one array; means of x_k and x_k^2 over all runs
`gru:<units>:<steps>`             a step of a rollout in float32, 8 numbers; the last code
"""

import os
import statistics
import sys
import time

# Read when the library is loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

DT, EPSILON, A0, A1 = 0.005, 0.006, -0.03, 2.0
OMEGA_U, OMEGA_V = (2 / (1 + 3 * d * DT / 0.04) for d in (1, 4))


def densities(nodes):
    j = np.arange(nodes) + 0.5
    return np.cos(np.pi * j / nodes), 0.1 * np.cos(2 * np.pi * j / nodes)


def streamed(right, rest, left):
    """Populations after collision move on; walls as in the study's program."""
    new_right, new_left = np.zeros_like(right), np.zeros_like(left)
    new_right[1:] = right[:-1]
    new_right[0] = right[0]
    new_left[:-1] = left[1:]
    new_left[-1] = new_right[-1]
    return new_right, rest, new_left


def paper_steps(nodes, steps):
    u, v = densities(nodes)
    fu, fv = (u / 3,) * 3, (v / 3,) * 3
    for _ in range(steps):
        u, v = sum(fu[1:], fu[0]), sum(fv[1:], fv[0])
        # The reaction is evaluated for each population anew, and the cube by a power.
        fu = streamed(*(f - OMEGA_U * (f - u / 3) + DT / 3 * (u - np.power(u, 3.0) - v) for f in fu))
        fv = streamed(*(f - OMEGA_V * (f - v / 3) + DT / 3 * EPSILON * (u - A1 * v - A0) for f in fv))
    return np.concatenate([sum(fu[1:], fu[0]), sum(fv[1:], fv[0])])


def lean_steps(nodes, steps):
    # [population, field, node]: to the right, at rest, to the left.
    rho = np.stack(densities(nodes))
    f = np.repeat(rho[None] / 3, 3, axis=0)
    omega = np.array([OMEGA_U, OMEGA_V])[:, None]
    keep, third = 1 - omega, omega / 3
    gain, cube = np.empty_like(rho), np.empty(nodes)
    u, v = rho
    for _ in range(steps):
        np.add(f[0], f[1], out=rho)
        rho += f[2]
        np.multiply(third, rho, out=gain)
        np.multiply(u, u, out=cube)
        np.multiply(cube, u, out=cube)
        gain[0] += DT / 3 * (u - cube - v)
        gain[1] += DT / 3 * EPSILON * (u - A1 * v - A0)
        f *= keep
        f += gain
        f[0, :, 1:] = f[0, :, :-1]
        f[2, :, :-1] = f[2, :, 1:]
        f[2, :, -1] = f[0, :, -1]
    return f.sum(axis=0).ravel()


AMPLITUDE = np.array([1, 1.5, 0])
FREQUENCY = np.array([0.2, 1, 0.5])
RNG = np.random.default_rng(1)


def particle_steps(count, steps):
    dt, deviation = 1e-3, np.sqrt(0.2 * 1e-3)
    x = np.zeros((count, 3))
    for step in range(steps):
        x = x + AMPLITUDE * np.cos(FREQUENCY * step * dt) * dt + deviation * RNG.standard_normal(x.shape)
        x = np.where(x > 0.5, 1 - x, x)
        x = np.where(x < -0.5, -1 - x, x)
    return np.concatenate([x.mean(axis=0), (x * x).mean(axis=0)])


def scattered(shape, phase, size):
    x = 1e4 * np.sin(12.9898 * np.arange(np.prod(shape)) + phase)
    return (size * (2 * (x - np.floor(x)) - 1)).astype(np.float32).reshape(shape)


def rollout(units, steps):
    import torch

    torch.set_num_threads(1)
    rnn, out = torch.nn.GRU(8, units), torch.nn.Linear(units, 8)
    with torch.no_grad():
        for phase, parameter in enumerate([*rnn.parameters(), *out.parameters()], 1):
            if parameter.dim() == 1:
                parameter.zero_()
            else:
                parameter.copy_(torch.from_numpy(scattered(tuple(parameter.shape), phase, parameter.shape[1] ** -0.5)))
    first = torch.from_numpy(scattered((1, 1, 8), 100, 0.1))

    def run():
        with torch.inference_mode():
            z, h = first, None
            for _ in range(steps):
                y, h = rnn(z, h)
                z = out(y)
        return z.numpy().ravel()

    return run


def work_of(task):
    """A run of the task, the steps by which its time is divided, and whether results are averaged over runs."""
    kind, *rest = task.split(":")
    if kind == "fhn":
        run = paper_steps if rest[0] == "paper" else lean_steps
        return lambda: run(*map(int, rest[1:])), 1, False
    if kind == "particles":
        return lambda: particle_steps(*map(int, rest)), 1, True
    return rollout(*map(int, rest)), int(rest[1]), False


def main():
    made = {}
    for line in sys.stdin:
        task, _, repeats = line.split()
        run, steps, averaged = made.get(task) or made.setdefault(task, work_of(task))
        times, results = [], []
        for _ in range(int(repeats)):
            start = time.perf_counter()
            results.append(run())
            times.append(1e3 * (time.perf_counter() - start) / steps)
        values = np.mean(results, axis=0) if averaged else results[-1]
        print(f"{statistics.median(times):.9g}", *(f"{x:.17g}" for x in values), flush=True)


main()

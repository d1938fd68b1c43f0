"""The NumPy side of the phase-field benchmark: implicit-explicit Euler for Allen and Cahn's, Cahn and Hilliard's and the
phase-field crystal's equation on a square. Coefficients are made before the clock starts; a run begins and ends with a
field.

A task a line: `<ac, ch or pfc>:<points>:<steps>:<sample>:<mean> <step> <number of runs>` ->
`<median milliseconds per step> <every so-manieth value of the field at the end>`.
"""

import sys
import time

import numpy as np


class PhaseField:
    def __init__(self, model, points, mean, h):
        self.points = points
        x = np.arange(points)
        x, y = x[None, :], x[:, None]
        q = 2 * np.pi * 8 / points
        self.u0 = mean + 0.1 * (np.cos(q * (x + y)) + np.sin(q * (3 * x - y)) + np.cos(q * (2 * x + 5 * y)))
        k = 2 * np.pi * np.fft.fftfreq(points)
        k2 = k[: points // 2 + 1] ** 2 + k[:, None] ** 2
        # u_hat' = linear u_hat + outer g_hat
        outer = -1.0 if model == "ac" else -k2
        linear = outer * ((1 - k2) ** 2 - 0.1 if model == "pfc" else k2 - 1)
        self.g = (lambda u: u * u * (1 + u)) if model == "pfc" else (lambda u: u * u * u)
        self.keep = 1 / (1 - h * linear)
        self.share = h * outer * self.keep

    def field(self, v):
        return np.fft.irfft2(v, s=(self.points, self.points))

    def run(self, steps):
        v = np.fft.rfft2(self.u0)
        for _ in range(steps):
            v = self.keep * v + self.share * np.fft.rfft2(self.g(self.field(v)))
        return self.field(v)


def main():
    made = {}
    for line in sys.stdin:
        task, h, repeats = line.split()
        model, points, steps, sample, mean = task.split(":")
        key = (model, int(points), float(mean), float(h))
        if key not in made:
            made[key] = PhaseField(*key)
        times = []
        for _ in range(int(repeats)):
            start = time.perf_counter()
            u = made[key].run(int(steps))
            times.append(1e3 * (time.perf_counter() - start) / int(steps))
        print(f"{np.median(times):.9g}", *(f"{x:.17g}" for x in u.ravel()[:: int(sample)]), flush=True)


main()

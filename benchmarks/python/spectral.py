"""The NumPy side of the spectral benchmark: ETDRK4 on Kuramoto and Sivashinsky's equation, after the program of Kassam
and Trefethen (2005) with real transforms, its coefficients contour integrals, made before the clock starts.

A task a line: `ks:<points>:<length>:<steps> <step> <number of runs>` -> `<median milliseconds per step> <the field at the
end>`.
"""

import sys
import time

import numpy as np


class KuramotoSivashinsky:
    def __init__(self, points, length, h):
        self.points = points
        x = length * np.arange(points) / points
        self.v0 = np.fft.rfft(np.cos(2 * np.pi / length * x) * (1 + np.sin(2 * np.pi / 22 * x)))
        k = 2 * np.pi / length * np.arange(points // 2 + 1)
        z = h * (k**2 - k**4)
        circle = np.exp(1j * np.pi * (np.arange(64) + 0.5) / 64)
        r = z[:, None] + circle
        mean = lambda f: h * np.mean(f, axis=1).real
        self.e = np.exp(z)
        self.e2 = np.exp(z / 2)
        self.q = mean((np.exp(r / 2) - 1) / r)
        self.f1 = mean((-4 - r + np.exp(r) * (4 - 3 * r + r**2)) / r**3)
        self.f2 = 2 * mean((2 + r + np.exp(r) * (-2 + r)) / r**3)
        self.f3 = mean((-4 - 3 * r - r**2 + np.exp(r) * (4 - r)) / r**3)
        self.g = -0.5j * k
        self.g[-1] = 0

    def field(self, v):
        return np.fft.irfft(v, self.points)

    def nonlinear(self, v):
        u = self.field(v)
        return self.g * np.fft.rfft(u * u)

    def step(self, v):
        nv = self.nonlinear(v)
        e2v = self.e2 * v
        a = e2v + self.q * nv
        na = self.nonlinear(a)
        b = e2v + self.q * na
        nb = self.nonlinear(b)
        c = self.e2 * a + self.q * (2 * nb - nv)
        nc = self.nonlinear(c)
        return self.e * v + self.f1 * nv + self.f2 * (na + nb) + self.f3 * nc


def main():
    made = {}
    for line in sys.stdin:
        task, h, repeats = line.split()
        _, points, length, steps = task.split(":")
        key = (int(points), float(length), float(h))
        if key not in made:
            made[key] = KuramotoSivashinsky(*key)
        problem, steps = made[key], int(steps)
        times = []
        for _ in range(int(repeats)):
            v = problem.v0
            start = time.perf_counter()
            for _ in range(steps):
                v = problem.step(v)
            times.append(1e3 * (time.perf_counter() - start) / steps)
        print(f"{np.median(times):.9g}", *(f"{x:.17g}" for x in problem.field(v)), flush=True)


main()

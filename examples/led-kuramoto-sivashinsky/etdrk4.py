"""Kuramoto-Sivashinsky at L = 22 on 64 points by ETDRK4 in NumPy, as Kassam and Trefethen (2005) write it.

Prints the microseconds that a unit of time takes with steps of the given length, the median of 15 rounds.
"""
import sys
import time

import numpy as np

n, length, h = 64, 22.0, float(sys.argv[1])
k = 2 * np.pi / length * np.concatenate((np.arange(n // 2), [0], np.arange(-n // 2 + 1, 0)))
lin = k**2 - k**4
e, e2 = np.exp(h * lin), np.exp(h * lin / 2)
r = np.exp(1j * np.pi * (np.arange(1, 63) - 0.5) / 62)
lr = h * lin[:, None] + r[None, :]
q = h * np.mean((np.exp(lr / 2) - 1) / lr, axis=1).real
f1 = h * np.mean((-4 - lr + np.exp(lr) * (4 - 3 * lr + lr**2)) / lr**3, axis=1).real
f2 = h * np.mean((2 + lr + np.exp(lr) * (-2 + lr)) / lr**3, axis=1).real
f3 = h * np.mean((-4 - 3 * lr - lr**2 + np.exp(lr) * (4 - lr)) / lr**3, axis=1).real
g = -0.5j * k


def step(v):
    nv = g * np.fft.fft(np.real(np.fft.ifft(v)) ** 2)
    a = e2 * v + q * nv
    na = g * np.fft.fft(np.real(np.fft.ifft(a)) ** 2)
    b = e2 * v + q * na
    nb = g * np.fft.fft(np.real(np.fft.ifft(b)) ** 2)
    c = e2 * a + q * (2 * nb - nv)
    nc = g * np.fft.fft(np.real(np.fft.ifft(c)) ** 2)
    return e * v + nv * f1 + 2 * (na + nb) * f2 + nc * f3


x = length * np.arange(n) / n
v = np.fft.fft(np.cos(2 * np.pi * x / length) * (1 + np.sin(2 * np.pi * x / length)))
steps, times = round(10 / h), []
for _ in range(15):
    began = time.perf_counter()
    for _ in range(steps):
        v = step(v)
    times.append((time.perf_counter() - began) / (steps * h))
print(1e6 * sorted(times)[len(times) // 2])

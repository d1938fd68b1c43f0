"""The NumPy side of the patches benchmark: one right-hand side of heterogeneous lattice diffusion in patches with spectral
edgy coupling, twice:

- `PatchAfterPatch`: arrays `[patch..., point...]`, the order of the state that it is given, as ours and the toolbox's;
- `PatchesLast`: arrays `[point..., patch...]`, so that whole slices are contiguous, for who may choose the order.

The coupling is a dense product with a matrix made before the clock starts, or by FFT, whichever is faster; arrays are made
once, one thread.

A task a line: `<layout>:<dimensions>:<patches an axis>:<points an axis>` `<ratio>` `<number of calls>`
-> `<median milliseconds per call of 9 batches> <the slopes, patch after patch>`, layout being `major` or `last`.
"""

import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np


class Patches:
    """What both layouts share: weights, bonds and the initial state."""

    def __init__(self, dim, patches, points, ratio, period):
        self.dim, self.n, self.p, self.ratio = dim, points, patches, ratio
        self.spacing = ratio * 2 * np.pi / patches / (points - 2)
        # Interpolation of a band-limited field, ratio patches to the right; the zigzag of an even number is a cosine.
        k = np.fft.fftfreq(patches, 1 / patches)
        shift = np.exp(2j * np.pi * k * ratio / patches)
        if patches % 2 == 0:
            shift[patches // 2] = np.cos(np.pi * ratio)
        self.shift = shift[: patches // 2 + 1].copy()
        self.to_right = np.fft.ifft(shift[:, None] * np.fft.fft(np.eye(patches), axis=0), axis=0).real.copy()
        self.to_left = self.to_right.T.copy()
        # Bond m of all axes, x fastest; bond i of an axis joins points i and i + 1 of a patch.
        bonds = 1 + 0.5 * np.sin(1.7 * (1 + np.arange(dim * period**dim))).reshape((dim,) + (period,) * dim)
        self.bonds = []
        for axis in range(dim):  # axis 0 is x, the last of the point axes
            index = [np.arange(1, points - 1) % period for _ in range(dim)]
            index[dim - 1 - axis] = np.arange(points - 1) % period
            self.bonds.append(bonds[axis][np.ix_(*index)] / self.spacing**2)

    def state(self):
        """sin(x) + 0.3 cos(2 x + 0.4) + 0.05 sin(37 x), summed over the axes with weights 1, 0.7, 0.4; [patch..., point...]."""
        width = 2 * np.pi / self.p
        inside = (np.arange(1, self.n - 1) - (self.n - 1) / 2) * self.spacing
        x = inside[None, :] + (np.arange(self.p)[:, None] + 0.5) * width
        f = np.sin(x) + 0.3 * np.cos(2 * x + 0.4) + 0.05 * np.sin(37 * x)
        total = 0
        for axis in range(self.dim):
            shape = [1] * (2 * self.dim)
            shape[self.dim - 1 - axis], shape[2 * self.dim - 1 - axis] = f.shape
            total = total + (1, 0.7, 0.4)[axis] * f.reshape(shape)
        return np.ascontiguousarray(total)

    def lines(self, place):
        """Slices of the point axes before and after one: the interior of those not yet filled, all of those that are."""
        return (slice(1, -1),) * place, (slice(None),) * (self.dim - 1 - place)

    def ends(self):
        """Next-to-edge source, edge and weights, of both ends."""
        return (1, self.n - 1, self.to_right, self.shift), (self.n - 2, 0, self.to_left, self.shift.conj())


class PatchAfterPatch(Patches):
    def __init__(self, *size):
        super().__init__(*size)
        self.all = (slice(None),) * self.dim
        self.u = np.zeros((self.p,) * self.dim + (self.n,) * self.dim)
        self.out = np.empty(self.u[self.all + (slice(1, -1),) * self.dim].shape)
        self.flux = [np.empty(self.out.shape[: self.dim] + bonds.shape) for bonds in self.bonds]

    def rhs(self, state):
        u, dim = self.u, self.dim
        u[self.all + (slice(1, -1),) * dim] = state
        for place in reversed(range(dim)):
            before, after = self.lines(place)
            for source, edge, weights, shift in self.ends():
                values = u[self.all + before + (source,) + after]
                if dim == 1:
                    filled = np.fft.irfft(np.fft.rfft(values) * shift, self.p)
                else:
                    filled = np.moveaxis(np.tensordot(weights, values, axes=(1, place)), 0, place)
                u[self.all + before + (edge,) + after] = filled
        for place in range(dim):
            at = lambda s, other: self.all + tuple(s if a == place else other for a in range(dim))
            flux, inner, every = self.flux[dim - 1 - place], slice(1, -1), slice(None)
            np.subtract(u[at(slice(1, None), inner)], u[at(slice(None, -1), inner)], out=flux)
            flux *= self.bonds[dim - 1 - place]
            if place == 0:
                np.subtract(flux[at(slice(1, None), every)], flux[at(slice(None, -1), every)], out=self.out)
            else:
                self.out += flux[at(slice(1, None), every)]
                self.out -= flux[at(slice(None, -1), every)]
        return self.out


class PatchesLast(Patches):
    def __init__(self, *size):
        super().__init__(*size)
        dim = self.dim
        self.order = tuple(range(dim, 2 * dim)) + tuple(range(dim))
        self.u = np.zeros((self.n,) * dim + (self.p,) * dim)
        self.out = np.empty(self.u[(slice(1, -1),) * dim].shape)
        self.bonds = [bonds.reshape(bonds.shape + (1,) * dim) for bonds in self.bonds]
        self.flux = [np.empty(bonds.shape[:dim] + self.out.shape[dim:]) for bonds in self.bonds]

    def state(self):
        return np.ascontiguousarray(super().state().transpose(self.order))

    def rhs(self, state):
        u, dim = self.u, self.dim
        u[(slice(1, -1),) * dim] = state
        for place in reversed(range(dim)):
            before, after = self.lines(place)
            for source, edge, weights, _ in self.ends():
                values = u[before + (source,) + after]
                if place == dim - 1:
                    filled = values @ weights.T
                elif place == dim - 2:
                    filled = np.matmul(weights, values)
                else:
                    flat = values.reshape(values.shape[: dim - 1] + (self.p, -1))
                    filled = np.matmul(weights, flat).reshape(values.shape)
                u[before + (edge,) + after] = filled
        for place in range(dim):
            at = lambda s, other: tuple(s if a == place else other for a in range(dim))
            flux, inner, every = self.flux[dim - 1 - place], slice(1, -1), slice(None)
            np.subtract(u[at(slice(1, None), inner)], u[at(slice(None, -1), inner)], out=flux)
            flux *= self.bonds[dim - 1 - place]
            if place == 0:
                np.subtract(flux[at(slice(1, None), every)], flux[at(slice(None, -1), every)], out=self.out)
            else:
                self.out += flux[at(slice(1, None), every)]
                self.out -= flux[at(slice(None, -1), every)]
        return self.out


def main():
    for line in sys.stdin:
        task, ratio, calls = line.split()
        layout, *size = task.split(":")
        dim, patches, points = map(int, size)
        layouts = {"major": PatchAfterPatch, "last": PatchesLast}
        problem = layouts[layout](dim, patches, points, float(ratio), 2 if dim == 3 else 3)
        state = problem.state()
        problem.rhs(state)
        times = []
        batch = max(1, int(calls) // 9)
        for _ in range(9):
            start = time.perf_counter()
            for _ in range(batch):
                out = problem.rhs(state)
            times.append(1e3 * (time.perf_counter() - start) / batch)
        if layout == "last":
            out = out.transpose(problem.order)
        print(f"{np.median(times):.9g}", *(f"{x:.17g}" for x in out.ravel()), flush=True)


main()

"""The NumPy and SciPy side of the micro-diffusion benchmark. Same data file and line protocol as micro-diffusion.c.

burst: what a NumPy user would write. The increment tau A u is made with slices, then each of the seven poles is one
    call of scipy.linalg.solve_banded((1, 1), tau A - z, tau A u). The seven banded matrices are built once and kept;
    solve_banded factors its matrix at every call (LAPACK zgtsv, partial pivoting, compiled code). check_finite is
    switched off, and so is the copy of the right-hand side, in SciPy's favour.
burst_factors: for a user who reads LAPACK's manual: the factors are kept (zgttrf once, zgttrs a burst).
burst_nine: nine patches as nine right-hand sides of one solve_banded call a pole.
heat: one explicit Euler step as a difference of fluxes, by slices into arrays made beforehand.
"""

import sys
import time

import numpy as np
from scipy.linalg import solve_banded
from scipy.linalg.lapack import zgttrf, zgttrs

POLES = np.array([5.62316478591332, 5.089367564051825, 3.9933939169947728, 2.2698131946556557,
                  -0.2087182241648243, -3.703215356019705, -8.897683270422746]) \
    + 1j * np.array([1.19407555888479, 3.5888443387480664, 6.004867784553896, 8.461792363760143,
                     10.991334648730728, 13.656464690624857, 16.631088780518656])
RESIDUES = np.array([-27.87533114059996, 46.9337530132887, -23.49872552724336, 4.807332311061495,
                     -0.3763981614778793, 0.009441068865057467, -7.15638108433306e-5]) \
    + 1j * np.array([-102.15032871934108, 45.64577708417692, -5.809283323475586, -1.3207878209315063,
                     0.3351716726572137, -0.017184956987387742, 0.00014361540102234496])
WEIGHTS = 2 * RESIDUES / POLES


class Problem:
    def __init__(self, path):
        points, patches = np.fromfile(path, dtype="<i8", count=2)
        data = np.fromfile(path, dtype="<f8", offset=16).reshape(4 + patches, points)
        self.lower, self.diagonal, self.upper, self.rough = data[:4]
        self.states = data[4:]
        self.tau = None

    def set_burst(self, tau):
        """The seven matrices tau A - z in banded form, and their LAPACK factors."""
        if tau == self.tau:
            return
        self.tau = tau
        n = self.diagonal.size
        self.bands = []
        self.factors = []
        for z in POLES:
            ab = np.zeros((3, n), dtype=complex)
            ab[0, 1:] = tau * self.upper[:-1]
            ab[1] = tau * self.diagonal - z
            ab[2, :-1] = tau * self.lower[1:]
            self.bands.append(ab)
            *lu, info = zgttrf(ab[2, :-1], ab[1], ab[0, 1:])
            if info != 0:
                raise ArithmeticError(f"zgttrf: info {info}")
            self.factors.append(lu)

    def increment(self, u):
        """tau A u by differences of neighbours; the ends are held."""
        d = np.diff(u)
        r = np.zeros_like(u)
        r[..., 1:-1] = self.tau * (self.upper[1:-1] * d[..., 1:] - self.lower[1:-1] * d[..., :-1])
        return r

    def burst(self, u):
        r = self.increment(u).T.astype(complex)
        out = u.copy()
        for c, ab in zip(WEIGHTS, self.bands):
            x = solve_banded((1, 1), ab, r, check_finite=False)
            out += (c * x).real.T
        return out

    def burst_factors(self, u):
        r = self.increment(u).astype(complex)
        out = u.copy()
        for c, lu in zip(WEIGHTS, self.factors):
            x, info = zgttrs(*lu, r)
            if info != 0:
                raise ArithmeticError(f"zgttrs: info {info}")
            out += (c * x).real
        return out


def bursts(problem, advance, u, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        out = advance(u)
        times.append(1e3 * (time.perf_counter() - start))
    middle = u.shape[-1] // 2
    return np.median(times), np.atleast_1d((out - u)[..., middle])


def heat(problem, dt, repeats):
    lower, upper = problem.lower[1:-1], problem.upper[1:-1]
    u = problem.rough.copy()
    d = np.empty(u.size - 1)
    slope = np.empty(u.size - 2)
    inflow = np.empty_like(slope)
    start = time.perf_counter()
    for _ in range(repeats):
        np.subtract(u[1:], u[:-1], out=d)
        np.multiply(upper, d[1:], out=slope)
        np.multiply(lower, d[:-1], out=inflow)
        slope -= inflow
        slope *= dt
        u[1:-1] += slope
    elapsed = 1e3 * (time.perf_counter() - start)
    return elapsed / repeats, u[[(u.size - 1) * i // 8 for i in range(9)]]


def main():
    problem = Problem(sys.argv[1])
    for line in sys.stdin:
        task, number, repeats = line.split()
        number, repeats = float(number), int(repeats)
        if task == "heat":
            ms, values = heat(problem, number, repeats)
        else:
            problem.set_burst(number)
            if task == "burst":
                ms, values = bursts(problem, problem.burst, problem.states[0], repeats)
            elif task == "burst_factors":
                ms, values = bursts(problem, problem.burst_factors, problem.states[0], repeats)
            elif task == "burst_nine":
                ms, values = bursts(problem, problem.burst, problem.states, repeats)
            else:
                raise ValueError(f"no task {task}")
        print(f"{ms:.9g}", *(f"{x:.17g}" for x in values), flush=True)


main()

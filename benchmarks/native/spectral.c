/*
 * The C side of the spectral benchmark: ETDRK4 on Kuramoto and Sivashinsky's equation and implicit-explicit Euler on
 * Cahn and Hilliard's on a square, with FFTW's real transforms, FFTW_MEASURE plans and aligned arrays, one thread.
 * Coefficients (contour integrals) and plans are made before the clock starts.
 *
 * A task a line:   ks:<points>:<length>:<steps> <step> <number of runs>
 *             or   ch:<points>:<steps>:<sample> <step> <number of runs>
 * -> <median milliseconds per step> <the field at the end>, of which a mixture writes every so-manieth value.
 */
#include <complex.h>
#include <fftw3.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CIRCLE 64

static int points, modes;
static double made_length, made_step;
static double *u, *e, *e2, *q, *f1, *f2, *f3, *g;
static fftw_complex *start_v, *v, *a, *b, *nv, *na, *nb, *nc, *work;
static fftw_plan forward, inverse;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

/* Arrays are kept until the program ends; there are four problems. */
static void make(int n, double length, double h) {
  const double pi = acos(-1.0);
  points = n;
  modes = n / 2 + 1;
  made_length = length;
  made_step = h;
  u = fftw_alloc_real(n);
  double **real[] = {&e, &e2, &q, &f1, &f2, &f3, &g};
  for (size_t i = 0; i < sizeof real / sizeof *real; i++) *real[i] = fftw_alloc_real(modes);
  fftw_complex **spectra[] = {&start_v, &v, &a, &b, &nv, &na, &nb, &nc, &work};
  for (size_t i = 0; i < sizeof spectra / sizeof *spectra; i++) *spectra[i] = fftw_alloc_complex(modes);
  forward = fftw_plan_dft_r2c_1d(n, u, work, FFTW_MEASURE);
  inverse = fftw_plan_dft_c2r_1d(n, work, u, FFTW_MEASURE);
  for (int m = 0; m < modes; m++) {
    double k = 2 * pi / length * m, z = h * (k * k - k * k * k * k);
    double complex sq = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int j = 0; j < CIRCLE; j++) {
      double complex r = z + cexp(I * pi * (j + 0.5) / CIRCLE), er = cexp(r), cube = r * r * r;
      sq += (cexp(r / 2) - 1) / r;
      s1 += (-4 - r + er * (4 - 3 * r + r * r)) / cube;
      s2 += 2 * (2 + r + er * (-2 + r)) / cube;
      s3 += (-4 - 3 * r - r * r + er * (4 - r)) / cube;
    }
    e[m] = exp(z);
    e2[m] = exp(z / 2);
    q[m] = h * creal(sq) / CIRCLE;
    f1[m] = h * creal(s1) / CIRCLE;
    f2[m] = h * creal(s2) / CIRCLE;
    f3[m] = h * creal(s3) / CIRCLE;
    /* -1/2 i k with the 1 / points of the transforms; the last mode has no derivative. */
    g[m] = m == modes - 1 ? 0 : -0.5 * k / n;
  }
  for (int i = 0; i < n; i++) {
    double x = length * i / n;
    u[i] = cos(2 * pi / length * x) * (1 + sin(2 * pi / 22 * x));
  }
  fftw_execute(forward);
  for (int m = 0; m < modes; m++) start_v[m] = work[m] / n;
}

/* Coefficients carry the 1 / points, so that the field is a plain inverse transform. */
static void nonlinear(const fftw_complex *restrict from, fftw_complex *restrict out) {
  memcpy(work, from, modes * sizeof *work);
  fftw_execute(inverse);
  for (int i = 0; i < points; i++) u[i] *= u[i];
  fftw_execute(forward);
  const double *restrict w = (const double *)work;
  double *restrict o = (double *)out;
  for (int m = 0; m < modes; m++) {
    o[2 * m] = -g[m] * w[2 * m + 1];
    o[2 * m + 1] = g[m] * w[2 * m];
  }
}

static void step(void) {
  nonlinear(v, nv);
  for (int m = 0; m < modes; m++) a[m] = e2[m] * v[m] + q[m] * nv[m];
  nonlinear(a, na);
  for (int m = 0; m < modes; m++) b[m] = e2[m] * v[m] + q[m] * na[m];
  nonlinear(b, nb);
  for (int m = 0; m < modes; m++) b[m] = e2[m] * a[m] + q[m] * (2 * nb[m] - nv[m]);
  nonlinear(b, nc);
  for (int m = 0; m < modes; m++) v[m] = e[m] * v[m] + f1[m] * nv[m] + f2[m] * (na[m] + nb[m]) + f3[m] * nc[m];
}

/* A mixture: u_t = lap(u^3 - u - lap u), points a unit apart. */
static int mixture_points;
static double mixture_step, *mixture, *keep, *share;
static fftw_complex *mixture_start, *state, *cubes;
static fftw_plan mixture_forward, mixture_inverse;

static void make_mixture(int n, double h) {
  const double pi = acos(-1.0);
  const int columns = n / 2 + 1, spectrum = n * columns;
  mixture_points = n;
  mixture_step = h;
  mixture = fftw_alloc_real(n * n);
  keep = fftw_alloc_real(spectrum);
  share = fftw_alloc_real(spectrum);
  mixture_start = fftw_alloc_complex(spectrum);
  state = fftw_alloc_complex(spectrum);
  cubes = fftw_alloc_complex(spectrum);
  mixture_forward = fftw_plan_dft_r2c_2d(n, n, mixture, cubes, FFTW_MEASURE);
  mixture_inverse = fftw_plan_dft_c2r_2d(n, n, cubes, mixture, FFTW_MEASURE);
  for (int j = 0; j < n; j++) {
    for (int i = 0; i < columns; i++) {
      double kx = 2 * pi * i / n, ky = 2 * pi * (j > n / 2 ? j - n : j) / n, k2 = kx * kx + ky * ky;
      keep[j * columns + i] = 1 / (1 - h * (k2 - k2 * k2));
      share[j * columns + i] = -h * k2 * keep[j * columns + i] / ((double)n * n);
    }
  }
  double q = 2 * pi * 8 / n;
  for (int j = 0; j < n; j++) {
    for (int i = 0; i < n; i++) {
      mixture[j * n + i] = 0.1 * (1 + cos(q * (i + j)) + sin(q * (3 * i - j)) + cos(q * (2 * i + 5 * j)));
    }
  }
  fftw_execute(mixture_forward);
  for (int m = 0; m < spectrum; m++) mixture_start[m] = cubes[m] / ((double)n * n);
}

static void mixture_field(void) {
  memcpy(cubes, state, mixture_points * (mixture_points / 2 + 1) * sizeof *cubes);
  fftw_execute(mixture_inverse);
}

static void mix(void) {
  const int n = mixture_points, spectrum = n * (n / 2 + 1);
  mixture_field();
  for (int i = 0; i < n * n; i++) mixture[i] *= mixture[i] * mixture[i];
  fftw_execute(mixture_forward);
  for (int m = 0; m < spectrum; m++) state[m] = keep[m] * state[m] + share[m] * cubes[m];
}

static int ascending(const void *x, const void *y) {
  double p = *(const double *)x, r = *(const double *)y;
  return (p > r) - (p < r);
}

static double median(double *times, int count) {
  qsort(times, count, sizeof *times, ascending);
  return count % 2 ? times[count / 2] : 0.5 * (times[count / 2 - 1] + times[count / 2]);
}

static void run_waves(int steps, int repeats, double *times) {
  for (int i = 0; i < repeats; i++) {
    memcpy(v, start_v, modes * sizeof *v);
    double start = now_ms();
    for (int r = 0; r < steps; r++) step();
    times[i] = (now_ms() - start) / steps;
  }
  printf("%.9g", median(times, repeats));
  memcpy(work, v, modes * sizeof *work);
  fftw_execute(inverse);
  for (int i = 0; i < points; i++) printf(" %.17g", u[i]);
}

static void run_mixture(int steps, int sample, int repeats, double *times) {
  const int n = mixture_points;
  for (int i = 0; i < repeats; i++) {
    memcpy(state, mixture_start, n * (n / 2 + 1) * sizeof *state);
    double start = now_ms();
    for (int r = 0; r < steps; r++) mix();
    times[i] = (now_ms() - start) / steps;
  }
  printf("%.9g", median(times, repeats));
  mixture_field();
  for (int i = 0; i < n * n; i += sample) printf(" %.17g", mixture[i]);
}

int main(void) {
  char line[256];
  int n, steps, sample, repeats;
  double length, h;
  while (fgets(line, sizeof line, stdin)) {
    int waves = sscanf(line, "ks:%d:%lf:%d %lf %d", &n, &length, &steps, &h, &repeats) == 5;
    int mixing = !waves && sscanf(line, "ch:%d:%d:%d %lf %d", &n, &steps, &sample, &h, &repeats) == 5 && sample > 0;
    if ((!waves && !mixing) || n < 4 || steps < 1 || repeats < 1) {
      fprintf(stderr, "malformed line: %s", line);
      return 2;
    }
    double *times = malloc(repeats * sizeof *times);
    if (waves) {
      if (n != points || length != made_length || h != made_step) make(n, length, h);
      run_waves(steps, repeats, times);
    } else {
      if (n != mixture_points || h != mixture_step) make_mixture(n, h);
      run_mixture(steps, sample, repeats, times);
    }
    free(times);
    printf("\n");
    fflush(stdout);
  }
  return 0;
}

/*
 * The C side of the spectral benchmark: ETDRK4 on Kuramoto and Sivashinsky's equation with FFTW's real transforms,
 * FFTW_MEASURE plans and aligned arrays, one thread. Coefficients (contour integrals) and plans are made before the clock
 * starts.
 *
 * A task a line:   ks:<points>:<length>:<steps> <step> <number of runs>
 * -> <median milliseconds per step> <the field at the end>
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

/* Arrays are kept until the program ends; there are two problems. */
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

int main(void) {
  char line[256];
  int n, steps, repeats;
  double length, h;
  while (fgets(line, sizeof line, stdin)) {
    const int read = sscanf(line, "ks:%d:%lf:%d %lf %d", &n, &length, &steps, &h, &repeats);
    if (read != 5 || n < 4 || steps < 1 || repeats < 1) {
      fprintf(stderr, "malformed line: %s", line);
      return 2;
    }
    double *times = malloc(repeats * sizeof *times);
    if (n != points || length != made_length || h != made_step) make(n, length, h);
    run_waves(steps, repeats, times);
    free(times);
    printf("\n");
    fflush(stdout);
  }
  return 0;
}

/*
 * The C side of the phase-field benchmark: implicit-explicit Euler for Allen and Cahn's, Cahn and Hilliard's and the phase-field
 * crystal's equation on a square, with FFTW's real transforms, FFTW_MEASURE plans and aligned arrays, one thread.
 * Coefficients and plans are made before the clock starts; a run begins and ends with a field.
 *
 * A task a line:   <ac, ch or pfc>:<points>:<steps>:<sample>:<mean> <step> <number of runs>
 * -> <median milliseconds per step> <every so-manieth value of the field at the end>
 */
#include <fftw3.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int made_points, square_term;
static char made_model[4];
static double made_step, made_mean, *initial, *u, *keep, *share;
static fftw_complex *state, *work;
static fftw_plan forward, inverse;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

/* Arrays are kept until the program ends; there are six problems. */
static void make(const char *model, int n, double mean, double h) {
  const double pi = acos(-1.0), q = 2 * pi * 8 / n;
  const int columns = n / 2 + 1, modes = n * columns;
  made_points = n;
  made_step = h;
  made_mean = mean;
  strcpy(made_model, model);
  square_term = strcmp(model, "pfc") == 0;
  initial = fftw_alloc_real(n * n);
  u = fftw_alloc_real(n * n);
  keep = fftw_alloc_real(modes);
  share = fftw_alloc_real(modes);
  state = fftw_alloc_complex(modes);
  work = fftw_alloc_complex(modes);
  forward = fftw_plan_dft_r2c_2d(n, n, u, work, FFTW_MEASURE);
  inverse = fftw_plan_dft_c2r_2d(n, n, work, u, FFTW_MEASURE);
  for (int j = 0; j < n; j++) {
    for (int i = 0; i < columns; i++) {
      const double kx = 2 * pi * i / n, ky = 2 * pi * (j > n / 2 ? j - n : j) / n, k2 = kx * kx + ky * ky;
      const double gap = 1 - k2;
      /* u_hat' = linear u_hat + outer g_hat */
      const double linear = square_term ? -k2 * (gap * gap - 0.1) : model[0] == 'a' ? gap : k2 * gap;
      const double outer = model[0] == 'a' ? -1 : -k2;
      keep[j * columns + i] = 1 / (1 - h * linear);
      share[j * columns + i] = h * outer * keep[j * columns + i] / ((double)n * n);
    }
    for (int i = 0; i < n; i++) {
      initial[j * n + i] = mean + 0.1 * (cos(q * (i + j)) + sin(q * (3 * i - j)) + cos(q * (2 * i + 5 * j)));
    }
  }
}

/* The state carries the 1 / points, so that the field is a plain inverse transform. */
static void to_field(void) {
  memcpy(work, state, made_points * (made_points / 2 + 1) * sizeof *work);
  fftw_execute(inverse);
}

static void step(void) {
  const int n = made_points, modes = n * (n / 2 + 1);
  to_field();
  if (square_term) {
    for (int i = 0; i < n * n; i++) u[i] *= u[i] * (1 + u[i]);
  } else {
    for (int i = 0; i < n * n; i++) u[i] *= u[i] * u[i];
  }
  fftw_execute(forward);
  for (int m = 0; m < modes; m++) {
    state[m][0] = keep[m] * state[m][0] + share[m] * work[m][0];
    state[m][1] = keep[m] * state[m][1] + share[m] * work[m][1];
  }
}

static double run(int steps) {
  const int n = made_points, modes = n * (n / 2 + 1);
  memcpy(u, initial, n * n * sizeof *u);
  const double start = now_ms();
  fftw_execute(forward);
  for (int m = 0; m < modes; m++) {
    state[m][0] = work[m][0] / ((double)n * n);
    state[m][1] = work[m][1] / ((double)n * n);
  }
  for (int k = 0; k < steps; k++) step();
  to_field();
  return (now_ms() - start) / steps;
}

static int ascending(const void *x, const void *y) {
  double p = *(const double *)x, r = *(const double *)y;
  return (p > r) - (p < r);
}

static double median(double *times, int count) {
  qsort(times, count, sizeof *times, ascending);
  return count % 2 ? times[count / 2] : 0.5 * (times[count / 2 - 1] + times[count / 2]);
}

int main(void) {
  char line[256], model[4];
  int n, steps, sample, repeats;
  double mean, h;
  while (fgets(line, sizeof line, stdin)) {
    const int read = sscanf(line, "%3[a-z]:%d:%d:%d:%lf %lf %d", model, &n, &steps, &sample, &mean, &h, &repeats);
    if (read != 7 || n < 4 || steps < 1 || sample < 1 || repeats < 1) {
      fprintf(stderr, "malformed line: %s", line);
      return 2;
    }
    if (n != made_points || h != made_step || mean != made_mean || strcmp(model, made_model)) make(model, n, mean, h);
    double *times = malloc(repeats * sizeof *times);
    for (int i = 0; i < repeats; i++) times[i] = run(steps);
    printf("%.9g", median(times, repeats));
    free(times);
    for (int i = 0; i < n * n; i += sample) printf(" %.17g", u[i]);
    printf("\n");
    fflush(stdout);
  }
  return 0;
}

/*
 * The C side of the stencils in the kernels benchmark: explicit steps of heterogeneous diffusion with held ends, plain loops that the
 * compiler turns into vectors, one thread.
 *
 * A task a line:   heat:<points>:<rows> <dt> <number of steps>
 * -> <milliseconds a step> <48 numbers spread over the field>.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double *numbers(size_t count, double phase, double plus) {
  double *p = aligned_alloc(64, (count * sizeof *p + 63) / 64 * 64);
  if (!p) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  for (size_t i = 0; i < count; i++) p[i] = plus + sin(0.37 * i + phase);
  return p;
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static void line(int n, double k, const double *restrict a, const double *restrict u, double *restrict out) {
  out[0] = u[0];
  for (int i = 1; i < n - 1; i++) out[i] = u[i] + k * (a[i] * (u[i + 1] - u[i]) - a[i - 1] * (u[i] - u[i - 1]));
  out[n - 1] = u[n - 1];
}

static void plane(int n, int rows, double k, const double *restrict a, const double *restrict b, const double *restrict u,
                  double *restrict out) {
  memcpy(out, u, n * sizeof *u);
  for (int y = 1; y < rows - 1; y++) {
    const long at = (long)y * n;
    out[at] = u[at];
    for (long i = at + 1; i < at + n - 1; i++) {
      out[i] = u[i] + (k * (a[i] * (u[i + 1] - u[i]) - a[i - 1] * (u[i] - u[i - 1])) +
                       k * (b[i] * (u[i + n] - u[i]) - b[i - n] * (u[i] - u[i - n])));
    }
    out[at + n - 1] = u[at + n - 1];
  }
  memcpy(out + (long)(rows - 1) * n, u + (long)(rows - 1) * n, n * sizeof *u);
}

int main(void) {
  char text[128];
  int n, rows, steps;
  double dt;
  while (fgets(text, sizeof text, stdin)) {
    if (sscanf(text, "heat:%d:%d %lf %d", &n, &rows, &dt, &steps) != 4 || n < 3 || rows < 1 || steps < 1) {
      fprintf(stderr, "malformed line: %s", text);
      return 2;
    }
    const long points = (long)n * rows;
    double *a = numbers(points, 0, 1.1), *b = numbers(points, 1, 1.1);
    double *u = numbers(points, 2, 0), *v = numbers(points, 2, 0);
    const double start = now_ms();
    for (int k = 0; k < steps; k++) {
      if (rows == 1) line(n, dt, a, u, v);
      else plane(n, rows, dt, a, b, u, v);
      double *other = u;
      u = v;
      v = other;
    }
    printf("%.9g", (now_ms() - start) / steps);
    for (long i = 0; i < 48; i++) printf(" %.17g", u[i * points / 48]);
    printf("\n");
    fflush(stdout);
    free(a);
    free(b);
    free(u);
    free(v);
  }
  return 0;
}

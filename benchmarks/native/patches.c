/*
 * The C side of the patches benchmark: one right-hand side of heterogeneous lattice diffusion in patches with spectral edgy
 * coupling, the state and the padded work array patch after patch, x fastest. The values next to the edges of an axis
 * are gathered with the patches of that axis outermost, so that a product with the weights runs along contiguous lines.
 *
 * A task a line: <dimensions>:<patches an axis>:<points an axis> <ratio> <number of calls>
 *   -> <median milliseconds per call of 9 batches> <the slopes, patch after patch>
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCHES 9

static int dim, patches, points, period;
static int count[3], inner, cells, block, size; /* points an axis, interior points an axis, patches, padded points, unknowns */
static int lines[3], *place[3]; /* lines along an axis in one row of patches, and where each begins in the first patch */
static double *state, *padded, *slopes, *to_right, *to_left, *gathered, *filled, *bonds[3];

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static int power(int base, int exponent) { return exponent == 0 ? 1 : base * power(base, exponent - 1); }

static double *vector(size_t n) { return aligned_alloc(64, (8 * n + 63) / 64 * 64); }

/* Lines that an axis fills: the interior of later axes, all of earlier ones. */
static void find_lines(int axis) {
  place[axis] = malloc(sizeof(int) * cells * block);
  lines[axis] = 0;
  for (int c = 0; c < cells; c++)
    for (int m = 0; m < block && c / power(patches, axis) % patches == 0; m++) {
      int used = m / power(points, axis) % points == 0;
      for (int other = axis + 1; other < dim; other++) {
        int at = m / power(points, other) % points;
        used &= at > 0 && at < points - 1;
      }
      if (used) place[axis][lines[axis]++] = c * block + m;
    }
}

/* Weights, bonds and the state are made before the clock starts; arrays are kept until the program ends. */
static void make(int d, int n, int p, double ratio) {
  const double pi = acos(-1.0), weight[3] = {1, 0.7, 0.4};
  dim = d, patches = n, points = p, period = d == 3 ? 2 : 3, inner = p - 2;
  cells = power(n, d), block = power(p, d), size = cells * power(inner, d);
  for (int axis = 0; axis < 3; axis++) count[axis] = axis < d ? p : 1;
  state = vector(size), slopes = vector(size), padded = vector((size_t)cells * block);
  to_right = vector(n * n), to_left = vector(n * n);
  gathered = vector((size_t)cells * block), filled = vector((size_t)cells * block);
  memset(padded, 0, sizeof(double) * cells * block);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double sum = 1;
      for (int k = 1; 2 * k <= n; k++)
        sum += 2 * k == n ? cos(pi * ratio) * cos(pi * (i - j)) : 2 * cos(2 * pi * k * (i - j + ratio) / n);
      to_right[i * n + j] = to_left[j * n + i] = sum / n;
    }
  double spacing = ratio * 2 * pi / n / inner;
  int unit = power(period, d);
  for (int axis = 0; axis < d; axis++) {
    bonds[axis] = vector(block);
    for (int m = 0; m < block; m++) {
      int at = 0, rest = m;
      for (int other = 0, stride = 1; other < d; other++, rest /= p, stride *= period) at += rest % p % period * stride;
      bonds[axis][m] = (1 + 0.5 * sin(1.7 * (axis * unit + at + 1))) / (spacing * spacing);
    }
  }
  for (int axis = 0; axis < d; axis++) find_lines(axis);
  for (int c = 0, u = 0; c < cells; c++)
    for (int m = 0; m < size / cells; m++, u++) {
      state[u] = 0;
      for (int axis = 0, patch = c, point = m; axis < d; axis++, patch /= n, point /= inner) {
        double x = (patch % n + 0.5) * 2 * pi / n + (point % inner + 1 - 0.5 * (p - 1)) * spacing;
        state[u] += weight[axis] * (sin(x) + 0.3 * cos(2 * x + 0.4) + 0.05 * sin(37 * x));
      }
    }
}

/* Copies the state into the interior of the padded array. */
static void scatter(void) {
  const double *u = state;
  for (int c = 0; c < cells; c++)
    for (int z = dim > 2; z < count[2] - (dim > 2); z++)
      for (int y = dim > 1; y < count[1] - (dim > 1); y++, u += inner)
        memcpy(padded + (size_t)c * block + (z * count[1] + y) * points + 1, u, sizeof(double) * inner);
}

/* out[i][:] = sum over j of weights[i][j] in[j][:], along the lines. */
static void product(const double *restrict weights, const double *restrict in, double *restrict out, int n) {
  for (int i = 0; i < patches; i++) {
    double *restrict row = out + (size_t)i * n;
    for (int l = 0; l < n; l++) row[l] = 0;
    for (int j = 0; j < patches; j++) {
      double w = weights[i * patches + j];
      const double *restrict source = in + (size_t)j * n;
      for (int l = 0; l < n; l++) row[l] += w * source[l];
    }
  }
}

/* The same for a single line, along the patches: columns are rows of the transposed weights. */
static void product_of_one(const double *restrict transposed, const double *restrict in, double *restrict out) {
  for (int i = 0; i < patches; i++) out[i] = 0;
  for (int j = 0; j < patches; j++)
    for (int i = 0; i < patches; i++) out[i] += transposed[j * patches + i] * in[j];
}

/* Fills both edges of one axis on all its lines. */
static void couple(int axis) {
  int stride = power(points, axis), apart = power(patches, axis) * block, n = lines[axis];
  const int *at = place[axis];
  for (int end = 0; end < 2; end++) {
    int source = end == 0 ? stride : (points - 2) * stride, edge = end == 0 ? (points - 1) * stride : 0;
    for (int j = 0; j < patches; j++)
      for (int l = 0; l < n; l++) gathered[j * n + l] = padded[at[l] + j * apart + source];
    if (n == 1) product_of_one(end == 0 ? to_left : to_right, gathered, filled);
    else product(end == 0 ? to_right : to_left, gathered, filled, n);
    for (int j = 0; j < patches; j++)
      for (int l = 0; l < n; l++) padded[at[l] + j * apart + edge] = filled[j * n + l];
  }
}

/* du/dt of one patch: along each axis, what flows in less what flows out. */
static void micro(const double *restrict u, double *restrict out) {
  for (int z = dim > 2; z < count[2] - (dim > 2); z++)
    for (int y = dim > 1; y < count[1] - (dim > 1); y++, out += inner) {
      const double *row = u + (z * count[1] + y) * points;
      const double *cx = bonds[0] + (z * count[1] + y) * points;
      for (int x = 1; x <= inner; x++) out[x - 1] = cx[x] * (row[x + 1] - row[x]) - cx[x - 1] * (row[x] - row[x - 1]);
      for (int axis = 1, s = points; axis < dim; axis++, s *= points) {
        const double *c = bonds[axis] + (z * count[1] + y) * points;
        for (int x = 1; x <= inner; x++) out[x - 1] += c[x] * (row[x + s] - row[x]) - c[x - s] * (row[x] - row[x - s]);
      }
    }
}

static void rhs(void) {
  scatter();
  for (int axis = 0; axis < dim; axis++) couple(axis);
  for (int c = 0; c < cells; c++) micro(padded + (size_t)c * block, slopes + (size_t)c * (size / cells));
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  int d, n, p, calls;
  double ratio, times[BATCHES];
  while (scanf("%d:%d:%d %lf %d", &d, &n, &p, &ratio, &calls) == 5) {
    if (d != dim || n != patches || p != points) make(d, n, p, ratio);
    int batch = calls / BATCHES > 0 ? calls / BATCHES : 1;
    rhs();
    for (int b = 0; b < BATCHES; b++) {
      double start = now_ms();
      for (int k = 0; k < batch; k++) rhs();
      times[b] = (now_ms() - start) / batch;
    }
    qsort(times, BATCHES, sizeof *times, ascending);
    printf("%.9g", times[BATCHES / 2]);
    for (int u = 0; u < size; u++) printf(" %.17g", slopes[u]);
    printf("\n");
    fflush(stdout);
  }
  return 0;
}

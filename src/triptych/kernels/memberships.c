/* From distances of neighbours to the edges of a fuzzy graph. */
#include "native.h"

#define STEPS 100
#define CLOSE 1e-9
#define LEAST_SCALE 1e-3

/* The rate r at which the sum of exp(-gap r) is `target`; infinite when too many gaps are 0.
 *
 * The sum falls and is convex, so Newton's steps from 0 rise towards the root and never pass it.
 */
static double rate_of(const double *gap, int k, double target) {
    double rate = 0.0;
    for (int step = 0; step < STEPS; step++) {
        double sum = 0.0, slope = 0.0;
        for (int j = 0; j < k; j++) {
            const double part = exp(-gap[j] * rate);
            sum += part;
            slope += part * gap[j];
        }
        if (!(slope > 0.0)) return sum > target ? INFINITY : rate;
        const double more = (sum - target) / slope;
        rate += more;
        if (more <= CLOSE * rate) break;
    }
    return rate;
}

static void row_memberships(const float *distance, float *strength, double *gap, int k, double target) {
    double nearest = INFINITY, mean = 0.0;
    for (int j = 0; j < k; j++) {
        mean += distance[j] / (double)k;
        if (distance[j] > 0.0f && distance[j] < nearest) nearest = distance[j];
    }
    for (int j = 0; j < k; j++) gap[j] = distance[j] > nearest ? distance[j] - nearest : 0.0;
    const double rate = rate_of(gap, k, target), most = 1.0 / (LEAST_SCALE * mean);
    for (int j = 0; j < k; j++) strength[j] = gap[j] > 0.0 ? (float)exp(-gap[j] * (rate < most ? rate : most)) : 1.0f;
}

PyObject *memberships(PyObject *self, PyObject *args) {
    Py_buffer b[2];
    int n, k, start, stop;
    double target;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*iiiid", &b[0], &b[1], &n, &k, &start, &stop, &target)) return NULL;
    const Py_ssize_t cells = (Py_ssize_t)n * k * 4;
    const int ok = n >= 1 && k >= 1 && b[0].len == cells && b[1].len == cells && 0 <= start && start <= stop && stop <= n;
    double *gap = ok ? PyMem_Malloc((size_t)k * sizeof *gap) : NULL;
    if (!ok) PyErr_SetString(PyExc_ValueError, "memberships: the arrays do not fit together");
    else if (!gap) PyErr_NoMemory();
    else {
        const float *distance = b[0].buf;
        float *strength = b[1].buf;
        Py_BEGIN_ALLOW_THREADS
        for (size_t i = (size_t)start; i < (size_t)stop; i++)
            row_memberships(distance + i * (size_t)k, strength + i * (size_t)k, gap, k, target);
        Py_END_ALLOW_THREADS
    }
    PyMem_Free(gap);
    for (int i = 0; i < 2; i++) PyBuffer_Release(&b[i]);
    return ok && gap ? Py_NewRef(Py_None) : NULL;
}

typedef struct {
    int32_t *begin, *other;
    float *weight;
} Lists;

/* Turn lists round: every entry goes to the list of its other end, sources rising. `begin` is all 0. */
static void turn(int32_t n, const Lists *from, Lists *to) {
    for (int32_t e = 0; e < from->begin[n]; e++) to->begin[from->other[e] + 1]++;
    for (int32_t i = 0; i < n; i++) to->begin[i + 1] += to->begin[i];
    for (int32_t i = 0; i < n; i++)
        for (int32_t e = from->begin[i]; e < from->begin[i + 1]; e++) {
            const int32_t at = to->begin[from->other[e]]++;
            to->other[at] = i;
            to->weight[at] = from->weight[e];
        }
    for (int32_t i = n; i > 0; i--) to->begin[i] = to->begin[i - 1];
    to->begin[0] = 0;
}

/* Join the lists of both directions, a + b - a b where an edge is in both; returns the number of edges. */
static int32_t join(int32_t n, const Lists *one, const Lists *two, Lists *both) {
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t e = one->begin[i], f = two->begin[i];
        both->begin[i] = count;
        while (e < one->begin[i + 1] || f < two->begin[i + 1]) {
            const int32_t j = e < one->begin[i + 1] ? one->other[e] : n, l = f < two->begin[i + 1] ? two->other[f] : n;
            const float a = j <= l ? one->weight[e++] : 0.0f, b = l <= j ? two->weight[f++] : 0.0f;
            const float weight = a + b - a * b;
            if (weight > 0.0f) {
                both->other[count] = j < l ? j : l;
                both->weight[count++] = weight;
            }
        }
    }
    return both->begin[n] = count;
}

PyObject *fuzzy_union(PyObject *self, PyObject *args) {
    Py_buffer b[5];
    int n, k;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*w*w*w*ii", &b[0], &b[1], &b[2], &b[3], &b[4], &n, &k)) return NULL;
    const Py_ssize_t cells = (Py_ssize_t)n * k * 4;
    int ok = n >= 1 && k >= 1 && cells <= INT32_MAX / 2 && b[0].len == cells && b[1].len == cells &&
             b[2].len == ((Py_ssize_t)n + 1) * 4 && b[3].len == 2 * cells && b[4].len == 2 * cells;
    const int32_t *index = b[0].buf;
    for (Py_ssize_t e = 0; ok && e < cells / 4; e++) ok = 0 <= index[e] && index[e] < n;
    /* Lists as given, turned round, and turned round again: sorted. */
    const size_t rows = ((size_t)n + 1) * 4, size = 3 * rows + 4 * (size_t)cells;
    char *room = ok ? PyMem_Calloc(size, 1) : NULL;
    int32_t count = 0;
    if (!ok) PyErr_SetString(PyExc_ValueError, "fuzzy_union: the arrays do not fit together");
    else if (!room) PyErr_NoMemory();
    else {
        char *at = room + 3 * rows;
        Lists given = {(int32_t *)room, b[0].buf, b[1].buf};
        Lists turned = {(int32_t *)(room + rows), (int32_t *)at, (float *)(at + cells)};
        Lists sorted = {(int32_t *)(room + 2 * rows), (int32_t *)(at + 2 * cells), (float *)(at + 3 * cells)};
        Lists both = {b[2].buf, b[3].buf, b[4].buf};
        Py_BEGIN_ALLOW_THREADS
        for (int32_t i = 0; i <= n; i++) given.begin[i] = i * k;
        turn(n, &given, &turned);
        turn(n, &turned, &sorted);
        count = join(n, &sorted, &turned, &both);
        Py_END_ALLOW_THREADS
    }
    PyMem_Free(room);
    for (int i = 0; i < 5; i++) PyBuffer_Release(&b[i]);
    return ok && room ? PyLong_FromLong(count) : NULL;
}

/* Lay edges out for the layout: rows in another order, each list from begin2[row] on; the rest of it is left as it is. */
PyObject *lay_springs(PyObject *self, PyObject *args) {
    Py_buffer b[9];
    int m, n;
    double pull;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*w*w*w*iid", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &b[7], &b[8],
                          &m, &n, &pull))
        return NULL;
    const int32_t *begin = b[0].buf, *other = b[1].buf, *order = b[3].buf, *place = b[4].buf, *begin2 = b[5].buf;
    const float *weight = b[2].buf;
    int32_t *other2 = b[6].buf;
    float *weight2 = b[7].buf;
    double *sum = b[8].buf;
    const Py_ssize_t rows = (Py_ssize_t)m * 4, edges = b[1].len / 4, edges2 = b[6].len / 4;
    int ok = m >= 1 && n >= 1 && b[0].len == rows + 4 && b[2].len == edges * 4 && b[3].len == rows &&
             b[4].len == (Py_ssize_t)n * 4 && b[5].len == rows + 4 && b[7].len == edges2 * 4 && b[8].len == 2 * rows;
    for (Py_ssize_t e = 0; ok && e < edges; e++) ok = 0 <= other[e] && other[e] < n;
    for (int32_t r = 0; ok && r < m; r++) {
        const int32_t i = order[r];
        ok = 0 <= i && i < m && 0 <= begin[i] && begin[i] <= begin[i + 1] && begin[i + 1] <= edges && 0 <= begin2[r] &&
             begin[i + 1] - begin[i] <= begin2[r + 1] - begin2[r] && begin2[r + 1] <= edges2;
    }
    if (ok) {
        Py_BEGIN_ALLOW_THREADS
        for (int32_t r = 0; r < m; r++) {
            int32_t at = begin2[r];
            sum[r] = 0.0;
            for (int32_t e = begin[order[r]]; e < begin[order[r] + 1]; e++, at++) {
                other2[at] = place[other[e]];
                weight2[at] = (float)pull * weight[e];
                sum[r] += weight[e];
            }
        }
        Py_END_ALLOW_THREADS
    } else {
        PyErr_SetString(PyExc_ValueError, "lay_springs: the arrays do not fit together");
    }
    for (int i = 0; i < 9; i++) PyBuffer_Release(&b[i]);
    return ok ? Py_NewRef(Py_None) : NULL;
}

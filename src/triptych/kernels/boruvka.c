/* Borůvka's spanning tree over a k-d tree (March, Ram & Gray 2010; McInnes & Healy 2017): in every round each
 * component is joined to the nearest other one. */
#include "kdtree.h"

typedef struct {
    KDTree tree;
    const float *core;    /* (blocks, 8) squares of core distances, infinite where filled up */
    const int32_t *part;  /* (blocks, 8) the component of each point; where filled up, that of the last */
    const int32_t *whole; /* (nodes) the component that all points of a node are of, else -1 */
    float *low;           /* (n) no point of another component is nearer than this */
    int32_t *to;          /* (n) the point of another component at that distance, else -1 */
    float *bound;         /* (parts) the nearest that was found from any point of a component */
    int32_t start, stop;
} Foreign;

INLINE void foreign(const int p, const Foreign *job) {
    Visit stack[DEPTH];
    float from[MOST];
    const KDTree *tree = &job->tree;
    for (int32_t i = job->start; i < job->stop; i++) {
        const int32_t part = job->part[i];
        float limit = job->bound[part];
        /* What was found in an earlier round holds as long as it is foreign, and how far nothing was found, for ever. */
        if ((job->to[i] >= 0 && job->part[job->to[i]] != part) || job->low[i] >= limit || job->core[i] >= limit) continue;
        for (int c = 0; c < p; c++) from[c] = tree->columns[((size_t)(i / LANES) * p + c) * LANES + i % LANES];
        const I8 own = {part, part, part, part, part, part, part, part};
        int32_t to = -1;
        int depth = 1;
        stack[0] = (Visit){0, 0, tree->blocks, 0.0f};
        while (depth && job->core[i] < limit) {
            Visit at = stack[--depth];
            if (!(at.square < limit) || job->whole[at.node] == part) continue;
            if (!down(p, tree, from, limit, &at, stack, &depth) || job->whole[at.node] == part) continue;
            F8 weight = squares(p, tree->columns + (size_t)at.first * p * LANES, from);
            const F8 core = load(job->core + (size_t)at.first * LANES);
            weight = at_least(choose(weight < core, core, weight), job->core[i]);
            I8 parts;
            memcpy(&parts, job->part + (size_t)at.first * LANES, sizeof parts);
            weight = choose(parts == own, all(INFINITY), weight);
            for (int l = 0; l < LANES; l++)
                if (weight[l] < limit) {
                    limit = weight[l];
                    to = at.first * LANES + l;
                }
        }
        job->low[i] = limit;
        job->to[i] = to;
        job->bound[part] = limit;
    }
}

EVERY_CPU static void foreign_2(const Foreign *job) { foreign(2, job); }
EVERY_CPU static void foreign_5(const Foreign *job) { foreign(5, job); }
EVERY_CPU static void foreign_any(int p, const Foreign *job) { foreign(p, job); }

PyObject *nearest_foreign(PyObject *self, PyObject *args) {
    Py_buffer b[8];
    int p, n, parts, start, stop;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*w*w*y*iiiii", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &b[7], &p, &n,
                          &parts, &start, &stop))
        return NULL;
    PyObject *result = NULL;
    const Py_ssize_t blocks = ((Py_ssize_t)n + LANES - 1) / LANES, nodes = 2 * blocks - 1;
    int ok = n >= 1 && p >= 1 && p <= MOST && 1 <= parts && parts <= n && 0 <= start && start <= stop && stop <= n &&
             b[0].len == blocks * p * LANES * 4 && b[1].len == nodes * 2 * p * 4 && b[2].len == blocks * LANES * 4 &&
             b[3].len == b[2].len && b[4].len == nodes * 4 && b[5].len == (Py_ssize_t)n * 4 && b[6].len == b[5].len &&
             b[7].len == b[5].len;
    for (int32_t i = start; ok && i < stop; i++)
        ok = (uint32_t)((const int32_t *)b[3].buf)[i] < (uint32_t)parts && ((const int32_t *)b[6].buf)[i] < n;
    float *bound = ok ? PyMem_Malloc(sizeof(float) * (size_t)parts) : NULL;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "nearest_foreign: the arrays do not fit together");
    } else if (!bound) {
        PyErr_NoMemory();
    } else {
        /* A copy: what other spans find must not decide what this one looks for. */
        memcpy(bound, b[7].buf, sizeof(float) * (size_t)parts);
        const Foreign job = {{b[0].buf, b[1].buf, (int32_t)blocks}, b[2].buf, b[3].buf, b[4].buf, b[5].buf, b[6].buf, bound,
                             start, stop};
        Py_BEGIN_ALLOW_THREADS
        if (p == 2) foreign_2(&job);
        else if (p == 5) foreign_5(&job);
        else foreign_any(p, &job);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    PyMem_Free(bound);
    for (int i = 0; i < 8; i++) PyBuffer_Release(&b[i]);
    return result;
}

static int32_t settle(const int32_t *part, int32_t *whole, int32_t node, int32_t first, int32_t last) {
    int32_t one;
    if (last - first < 2) {
        const int32_t *block = part + (size_t)first * LANES;
        one = block[0];
        for (int l = 1; l < LANES; l++) one = block[l] == one ? one : -1;
    } else {
        const int32_t mid = middle(first, last), left = settle(part, whole, node + 1, first, mid);
        const int32_t right = settle(part, whole, right_of(node, first, last), mid, last);
        one = left == right ? left : -1;
    }
    return whole[node] = one;
}

typedef struct {
    float *low;
    int32_t *to, *part, *whole;
    float *bound;               /* (n), of which the first `parts` count */
    int32_t *one, *other;       /* (n - 1) edges */
    float *square;
    int32_t n, blocks, parts;
} Joining;

/* Join each component to the nearest other one; returns how many are left, or -1 when one found none. Equal weights may
 * close a circle, whose last edge is left out: all the others still make a least tree. */
static int32_t join(const Joining *g, int32_t *up, int32_t *at) {
    int32_t edges = g->n - g->parts, left = 0;
    for (int32_t c = 0; c < g->parts; c++) {
        g->bound[c] = INFINITY;
        at[c] = -1;
        up[c] = c;
    }
    for (int32_t i = 0; i < g->n; i++) {
        const int32_t c = g->part[i];
        if (g->to[i] >= 0 && g->part[g->to[i]] != c && g->low[i] < g->bound[c]) {
            g->bound[c] = g->low[i];
            at[c] = i;
        }
    }
    for (int32_t c = 0; c < g->parts; c++) {
        if (at[c] < 0) return -1;
        const int32_t one = root_of(up, c), other = root_of(up, g->part[g->to[at[c]]]);
        if (one == other) continue;
        g->one[edges] = at[c];
        g->other[edges] = g->to[at[c]];
        g->square[edges++] = g->bound[c];
        up[one > other ? one : other] = one > other ? other : one;
    }
    /* A root is the least of its component, so that its new number is known before any other needs it. */
    for (int32_t c = 0; c < g->parts; c++) at[c] = up[c] == c ? left++ : at[root_of(up, c)];
    for (int32_t i = 0; i < g->blocks * LANES; i++) g->part[i] = at[g->part[i]];
    for (int32_t c = 0; c < left; c++) g->bound[c] = INFINITY;
    for (int32_t i = 0; i < g->n; i++)
        if (g->to[i] >= 0 && g->part[g->to[i]] != g->part[i] && g->low[i] < g->bound[g->part[i]])
            g->bound[g->part[i]] = g->low[i];
    settle(g->part, g->whole, 0, 0, g->blocks);
    return left;
}

PyObject *join_components(PyObject *self, PyObject *args) {
    Py_buffer b[8];
    int n, parts;
    (void)self;
    if (!PyArg_ParseTuple(args, "w*w*w*w*w*w*w*w*ii", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &b[7], &n, &parts))
        return NULL;
    PyObject *result = NULL;
    const Py_ssize_t blocks = ((Py_ssize_t)n + LANES - 1) / LANES, rows = (Py_ssize_t)n * 4;
    int ok = n >= 2 && 2 <= parts && parts <= n && b[0].len == rows && b[1].len == rows && b[2].len == blocks * LANES * 4 &&
             b[3].len == (2 * blocks - 1) * 4 && b[4].len == rows;
    for (int i = 5; ok && i < 8; i++) ok = b[i].len == rows - 4;
    for (Py_ssize_t i = 0; ok && i < blocks * LANES; i++)
        ok = (uint32_t)((const int32_t *)b[2].buf)[i] < (uint32_t)parts && (i >= n || ((const int32_t *)b[1].buf)[i] < n);
    int32_t *up = ok ? PyMem_Malloc(sizeof(int32_t) * (size_t)parts * 2) : NULL;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "join_components: the arrays do not fit together");
    } else if (!up) {
        PyErr_NoMemory();
    } else {
        const Joining g = {b[0].buf, b[1].buf, b[2].buf, b[3].buf, b[4].buf, b[5].buf, b[6].buf, b[7].buf,
                           n, (int32_t)blocks, parts};
        int32_t left;
        Py_BEGIN_ALLOW_THREADS
        left = join(&g, up, up + parts);
        Py_END_ALLOW_THREADS
        if (left < 0) PyErr_SetString(PyExc_ValueError, "join_components: a component has no neighbour; are all points finite?");
        else result = PyLong_FromLong(left);
    }
    PyMem_Free(up);
    for (int i = 0; i < 8; i++) PyBuffer_Release(&b[i]);
    return result;
}

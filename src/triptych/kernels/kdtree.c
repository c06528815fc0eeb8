/* The k-d tree is grown, and asked for the k-th neighbour of every point. */
#include "kdtree.h"

typedef struct {
    const float *points; /* (n, p) */
    int32_t *order;      /* (n) */
    float *boxes;
    int32_t p, n;
} Growing;

/* Put the rows in order so that those before `place` lie no higher along an axis than those from it on (Hoare 1961). */
static void part_at(const Growing *g, int axis, int32_t low, int32_t high, int32_t place) {
    const float *at = g->points + axis;
    int32_t *order = g->order;
    uint32_t draw = 2463534242u;
    while (low < high) {
        draw ^= draw << 13, draw ^= draw >> 17, draw ^= draw << 5;
        const float pivot = at[(size_t)order[low + (int32_t)(draw % (uint32_t)(high - low + 1))] * g->p];
        int32_t i = low, j = high;
        while (i <= j) {
            while (at[(size_t)order[i] * g->p] < pivot) i++;
            while (at[(size_t)order[j] * g->p] > pivot) j--;
            if (i > j) break;
            const int32_t kept = order[i];
            order[i++] = order[j];
            order[j--] = kept;
        }
        if (place <= j) high = j;
        else if (place >= i) low = i;
        else return;
    }
}

static void grow(const Growing *g, int32_t node, int32_t first, int32_t last) {
    float *least = g->boxes + (size_t)node * 2 * g->p, *most = least + g->p;
    const int32_t end = last * LANES < g->n ? last * LANES : g->n;
    for (int c = 0; c < g->p; c++) {
        least[c] = INFINITY;
        most[c] = -INFINITY;
    }
    for (int32_t i = first * LANES; i < end; i++) {
        const float *point = g->points + (size_t)g->order[i] * g->p;
        for (int c = 0; c < g->p; c++) {
            least[c] = point[c] < least[c] ? point[c] : least[c];
            most[c] = point[c] > most[c] ? point[c] : most[c];
        }
    }
    if (last - first < 2) return;
    int widest = 0;
    for (int c = 1; c < g->p; c++)
        if (most[c] - least[c] > most[widest] - least[widest]) widest = c;
    const int32_t mid = middle(first, last);
    part_at(g, widest, first * LANES, end - 1, mid * LANES);
    grow(g, node + 1, first, mid);
    grow(g, right_of(node, first, last), mid, last);
}

PyObject *grow_kdtree(PyObject *self, PyObject *args) {
    Py_buffer b[4];
    int p, n;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*w*w*ii", &b[0], &b[1], &b[2], &b[3], &p, &n)) return NULL;
    PyObject *result = NULL;
    const Py_ssize_t blocks = ((Py_ssize_t)n + LANES - 1) / LANES;
    if (n < 1 || p < 1 || p > MOST || b[0].len != (Py_ssize_t)n * p * 4 || b[1].len != (Py_ssize_t)n * 4 ||
        b[2].len != blocks * p * LANES * 4 || b[3].len != (2 * blocks - 1) * 2 * p * 4) {
        PyErr_SetString(PyExc_ValueError, "grow_kdtree: the arrays do not fit together");
    } else {
        const Growing g = {b[0].buf, b[1].buf, b[3].buf, p, n};
        float *columns = b[2].buf;
        Py_BEGIN_ALLOW_THREADS
        for (int32_t i = 0; i < n; i++) g.order[i] = i;
        grow(&g, 0, 0, (int32_t)blocks);
        for (int32_t i = 0; i < blocks * LANES; i++)
            for (int c = 0; c < p; c++)
                columns[((size_t)(i / LANES) * p + c) * LANES + i % LANES] =
                    i < n ? g.points[(size_t)g.order[i] * p + c] : INFINITY;
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    for (int i = 0; i < 4; i++) PyBuffer_Release(&b[i]);
    return result;
}

/* ---- the k-th neighbour ---- */

/* Put a value in the place of the largest of k, which stands in front (a heap). */
INLINE void replace_largest(float *heap, int32_t k, float value) {
    int32_t at = 0;
    for (int32_t child = 1; child < k; child = 2 * at + 1) {
        if (child + 1 < k && heap[child + 1] > heap[child]) child++;
        if (heap[child] <= value) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = value;
}

INLINE void cores(const int p, const KDTree *tree, float *core, float *heap, int32_t k, int32_t start, int32_t stop) {
    Visit stack[DEPTH];
    float from[MOST];
    for (int32_t i = start; i < stop; i++) {
        for (int c = 0; c < p; c++) from[c] = tree->columns[((size_t)(i / LANES) * p + c) * LANES + i % LANES];
        for (int32_t j = 0; j < k; j++) heap[j] = INFINITY;
        int depth = 1;
        stack[0] = (Visit){0, 0, tree->blocks, 0.0f};
        while (depth) {
            Visit at = stack[--depth];
            if (!(at.square < heap[0]) || !down(p, tree, from, heap[0], &at, stack, &depth)) continue;
            const F8 square = squares(p, tree->columns + (size_t)at.first * p * LANES, from);
            for (int l = 0; l < LANES; l++)
                if (square[l] < heap[0]) replace_largest(heap, k, square[l]);
        }
        core[i] = heap[0];
    }
}

EVERY_CPU static void cores_2(const KDTree *tree, float *core, float *heap, int32_t k, int32_t start, int32_t stop) {
    cores(2, tree, core, heap, k, start, stop);
}
EVERY_CPU static void cores_5(const KDTree *tree, float *core, float *heap, int32_t k, int32_t start, int32_t stop) {
    cores(5, tree, core, heap, k, start, stop);
}
EVERY_CPU static void cores_any(int p, const KDTree *tree, float *core, float *heap, int32_t k, int32_t start,
                                int32_t stop) {
    cores(p, tree, core, heap, k, start, stop);
}

PyObject *core_squares(PyObject *self, PyObject *args) {
    Py_buffer b[3];
    int p, n, k, start, stop;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*w*iiiii", &b[0], &b[1], &b[2], &p, &n, &k, &start, &stop)) return NULL;
    PyObject *result = NULL;
    const Py_ssize_t blocks = ((Py_ssize_t)n + LANES - 1) / LANES;
    const int ok = n >= 1 && p >= 1 && p <= MOST && k >= 1 && k <= n && 0 <= start && start <= stop && stop <= n &&
                   b[0].len == blocks * p * LANES * 4 && b[1].len == (2 * blocks - 1) * 2 * p * 4 &&
                   b[2].len == blocks * LANES * 4;
    float *heap = ok ? PyMem_Malloc(sizeof(float) * (size_t)k) : NULL;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "core_squares: the arrays do not fit together");
    } else if (!heap) {
        PyErr_NoMemory();
    } else {
        const KDTree tree = {b[0].buf, b[1].buf, (int32_t)blocks};
        Py_BEGIN_ALLOW_THREADS
        if (p == 2) cores_2(&tree, b[2].buf, heap, k, start, stop);
        else if (p == 5) cores_5(&tree, b[2].buf, heap, k, start, stop);
        else cores_any(p, &tree, b[2].buf, heap, k, start, stop);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    PyMem_Free(heap);
    for (int i = 0; i < 3; i++) PyBuffer_Release(&b[i]);
    return result;
}

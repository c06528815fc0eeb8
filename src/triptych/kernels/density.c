/* The tree of density-connected components. */
#include "native.h"

/* Prim's minimum spanning tree of the mutual reachability graph, all pairs: the fastest way in any dimension while n² is
 * affordable, and it needs no more memory than the points. Arrays hold the rows outside the tree, in front; a row that
 * joins is replaced by the last. Distances are squared. */
EVERY_CPU static void prim(float *points, float *core, float *reach, int32_t *from, int32_t *id, int32_t p, size_t room,
                           int32_t n, int32_t *one, int32_t *other, float *weight) {
    float pivot[8192];
    int32_t next = 0, outside = n;
    for (int32_t step = 0; step < n; step++) {
        const int32_t joined = id[next], last = outside - 1;
        const float joined_core = core[next];
        if (step) {
            one[step - 1] = from[next];
            other[step - 1] = joined;
            weight[step - 1] = reach[next];
        }
        for (int32_t c = 0; c < p; c++) {
            pivot[c] = points[c * room + next];
            points[c * room + next] = points[c * room + last];
        }
        core[next] = core[last];
        reach[next] = reach[last];
        from[next] = from[last];
        id[next] = id[last];
        /* The place behind the last must never win. */
        core[last] = reach[last] = INFINITY;
        outside = last;
        F8 least = all(INFINITY);
        I8 least_at = {0, 0, 0, 0, 0, 0, 0, 0}, at = {0, 1, 2, 3, 4, 5, 6, 7};
        const I8 by = {joined, joined, joined, joined, joined, joined, joined, joined};
        for (int32_t j = 0; j < outside; j += LANES) {
            F8 square = all(0.0f);
            for (int32_t c = 0; c < p; c++) {
                const F8 gap = load(points + c * room + j) - pivot[c];
                square += gap * gap;
            }
            const F8 own = load(core + j);
            square = choose(square < own, own, square);
            square = at_least(square, joined_core);
            const F8 old = load(reach + j);
            const I8 nearer = square < old;
            const F8 now = choose(nearer, square, old);
            I8 origin;
            memcpy(&origin, from + j, sizeof origin);
            origin = (nearer & by) | (~nearer & origin);
            memcpy(from + j, &origin, sizeof origin);
            memcpy(reach + j, &now, sizeof now);
            const I8 wins = now < least;
            least = choose(wins, now, least);
            least_at = (wins & at) | (~wins & least_at);
            at += LANES;
        }
        next = least_at[0];
        for (int l = 1; l < LANES; l++)
            if (least[l] < least[0] || (least[l] == least[0] && least_at[l] < next)) {
                least[0] = least[l];
                next = least_at[l];
            }
    }
}

PyObject *spanning_tree(PyObject *self, PyObject *args) {
    Py_buffer b[8];
    int p, n;
    (void)self;
    if (!PyArg_ParseTuple(args, "w*w*w*w*w*w*w*w*ii", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &b[7], &p, &n))
        return NULL;
    PyObject *result = NULL;
    const Py_ssize_t room = ((Py_ssize_t)n + LANES) * 4, edges = ((Py_ssize_t)n - 1) * 4;
    int ok = n >= 1 && p >= 1 && p <= 8192 && b[0].len == p * room;
    for (int i = 1; ok && i < 5; i++) ok = b[i].len == room;
    for (int i = 5; ok && i < 8; i++) ok = b[i].len == edges;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "spanning_tree: the arrays do not fit together");
    } else {
        Py_BEGIN_ALLOW_THREADS
        prim(b[0].buf, b[1].buf, b[2].buf, b[3].buf, b[4].buf, p, (size_t)n + LANES, n, b[5].buf, b[6].buf, b[7].buf);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    for (int i = 0; i < 8; i++) PyBuffer_Release(&b[i]);
    return result;
}

static int32_t root_of(int32_t *up, int32_t i) {
    while (up[i] != i) i = up[i] = up[up[i]];
    return i;
}

/* Join sorted edges into a binary tree: node n + i has the children left[i] and right[i] and size[i] points. */
PyObject *link_edges(PyObject *self, PyObject *args) {
    Py_buffer b[5];
    int n;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*w*w*w*i", &b[0], &b[1], &b[2], &b[3], &b[4], &n)) return NULL;
    PyObject *result = NULL;
    const Py_ssize_t edges = ((Py_ssize_t)n - 1) * 4;
    int ok = n >= 1;
    for (int i = 0; ok && i < 5; i++) ok = b[i].len == edges;
    const int32_t *one = b[0].buf, *other = b[1].buf;
    for (int32_t i = 0; ok && i < n - 1; i++) ok = one[i] >= 0 && one[i] < n && other[i] >= 0 && other[i] < n;
    int32_t *up = ok ? PyMem_Malloc(sizeof(int32_t) * (size_t)n * 2) : NULL;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "link_edges: the arrays do not fit together");
    } else if (!up) {
        PyErr_NoMemory();
    } else {
        int32_t *left = b[2].buf, *right = b[3].buf, *size = b[4].buf, *node = up + n;
        for (int32_t i = 0; i < n; i++) up[i] = node[i] = i;
        for (int32_t i = 0; i < n - 1; i++) {
            const int32_t x = root_of(up, one[i]), y = root_of(up, other[i]);
            left[i] = node[x];
            right[i] = node[y];
            size[i] = (left[i] < n ? 1 : size[left[i] - n]) + (right[i] < n ? 1 : size[right[i] - n]);
            up[y] = x;
            node[x] = n + i;
        }
        result = Py_NewRef(Py_None);
    }
    PyMem_Free(up);
    for (int i = 0; i < 5; i++) PyBuffer_Release(&b[i]);
    return result;
}

/* Read the tree from the top: a split into two parts of at least `least` points makes two clusters; smaller parts fall
 * out of their cluster point by point. Fills, for every point, the cluster it falls out of and at which merge, and for
 * every cluster its parent and the merge that split it off. Returns the number of clusters; 0 is the root. */
PyObject *condense(PyObject *self, PyObject *args) {
    Py_buffer b[7];
    int n, least;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*w*w*w*ii", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &n, &least)) return NULL;
    PyObject *result = NULL;
    const Py_ssize_t edges = ((Py_ssize_t)n - 1) * 4, points = (Py_ssize_t)n * 4;
    int ok = n >= 2 && least >= 2;
    for (int i = 0; ok && i < 3; i++) ok = b[i].len == edges;
    for (int i = 3; ok && i < 7; i++) ok = b[i].len == points;
    const int32_t *left = b[0].buf, *right = b[1].buf, *size = b[2].buf;
    for (int32_t i = 0; ok && i < n - 1; i++) ok = left[i] >= 0 && left[i] < n + i && right[i] >= 0 && right[i] < n + i;
    int32_t *cluster = ok ? PyMem_Malloc(sizeof(int32_t) * (size_t)n * 2) : NULL;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "condense: the arrays do not fit together");
    } else if (!cluster) {
        PyErr_NoMemory();
    } else {
        int32_t *home = b[3].buf, *merge = b[4].buf, *parent = b[5].buf, *birth = b[6].buf, *stack = cluster + n;
        int32_t clusters = 1;
        for (int32_t i = 0; i < n; i++) cluster[i] = -1;
        cluster[n - 2] = 0;
        parent[0] = -1;
        birth[0] = n - 2;
        for (int32_t i = n - 2; i >= 0; i--) {
            if (cluster[i] < 0) continue;
            const int32_t child[2] = {left[i], right[i]};
            int large[2];
            for (int s = 0; s < 2; s++) large[s] = child[s] >= n && size[child[s] - n] >= least;
            for (int s = 0; s < 2; s++) {
                if (large[s] && large[1 - s]) {
                    cluster[child[s] - n] = clusters;
                    parent[clusters] = cluster[i];
                    birth[clusters++] = i;
                } else if (large[s]) {
                    cluster[child[s] - n] = cluster[i];
                } else {
                    int32_t depth = 0;
                    stack[depth++] = child[s];
                    while (depth) {
                        const int32_t top = stack[--depth];
                        if (top < n) {
                            home[top] = cluster[i];
                            merge[top] = i;
                        } else {
                            stack[depth++] = left[top - n];
                            stack[depth++] = right[top - n];
                        }
                    }
                }
            }
        }
        result = PyLong_FromLong(clusters);
    }
    PyMem_Free(cluster);
    for (int i = 0; i < 7; i++) PyBuffer_Release(&b[i]);
    return result;
}

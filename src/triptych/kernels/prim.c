/* Prim's spanning tree, all pairs. */
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

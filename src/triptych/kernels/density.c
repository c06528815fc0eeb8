/* The tree of density-connected components, read from a spanning tree. */
#include "native.h"

/* Join sorted edges into a binary tree: node n + i has the children left[i] and right[i]. Returns 0 on a circle. */
static int merge_edges(const int32_t *one, const int32_t *other, int32_t *left, int32_t *right, int32_t *up, int32_t n) {
    int32_t *node = up + n;
    for (int32_t i = 0; i < n; i++) up[i] = node[i] = i;
    for (int32_t i = 0; i < n - 1; i++) {
        const int32_t x = root_of(up, one[i]), y = root_of(up, other[i]);
        if (x == y) return 0;
        left[i] = node[x];
        right[i] = node[y];
        up[y] = x;
        node[x] = n + i;
    }
    return 1;
}

PyObject *link_edges(PyObject *self, PyObject *args) {
    Py_buffer b[4];
    int n;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*w*w*i", &b[0], &b[1], &b[2], &b[3], &n)) return NULL;
    PyObject *result = NULL;
    const Py_ssize_t edges = ((Py_ssize_t)n - 1) * 4;
    int ok = n >= 1;
    for (int i = 0; ok && i < 4; i++) ok = b[i].len == edges;
    const int32_t *one = b[0].buf, *other = b[1].buf;
    for (int32_t i = 0; ok && i < n - 1; i++) ok = one[i] >= 0 && one[i] < n && other[i] >= 0 && other[i] < n;
    int32_t *up = ok ? PyMem_Malloc(sizeof(int32_t) * (size_t)n * 2) : NULL;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "link_edges: the arrays do not fit together");
    } else if (!up) {
        PyErr_NoMemory();
    } else {
        Py_BEGIN_ALLOW_THREADS
        ok = merge_edges(one, other, b[2].buf, b[3].buf, up, n);
        Py_END_ALLOW_THREADS
        if (!ok) PyErr_SetString(PyExc_ValueError, "link_edges: the edges close a circle");
        else result = Py_NewRef(Py_None);
    }
    PyMem_Free(up);
    for (int i = 0; i < 4; i++) PyBuffer_Release(&b[i]);
    return result;
}

typedef struct {
    const int32_t *left, *right;                /* (n - 1) children of node n + i */
    const double *distance;                     /* (n - 1) rising */
    int32_t *home, *merge, *parent, *birth;     /* (n) */
    int32_t *size, *top, *large, *state, *fell; /* (n - 1) scratch */
    int32_t n, least;
} Reading;

/* Merges at one distance are one merge of many: top[i] is the last of those that merge i belongs to. large[top] counts
 * the parts of at least `least` points that are joined there. */
static void group(const Reading *r) {
    const int32_t n = r->n;
    for (int32_t i = 0; i < n - 1; i++) {
        const int32_t x = r->left[i], y = r->right[i];
        r->size[i] = (x < n ? 1 : r->size[x - n]) + (y < n ? 1 : r->size[y - n]);
        r->large[i] = 0;
    }
    r->top[n - 2] = n - 2;
    for (int32_t i = n - 2; i >= 0; i--)
        for (int s = 0; s < 2; s++) {
            const int32_t child = (s ? r->right[i] : r->left[i]) - n;
            if (child < 0) continue;
            r->top[child] = r->distance[child] < r->distance[i] ? child : r->top[i];
            if (r->top[child] == child && r->size[child] >= r->least) r->large[r->top[i]]++;
        }
}

/* From the top: two or more large parts of one merge are new clusters, a single one goes on as the cluster that it was,
 * and the points of small parts fall out of it. So the outcome depends on the distances alone, not on which of several
 * least spanning trees was taken. Returns the number of clusters; 0 is the root. */
static int32_t read_clusters(const Reading *r) {
    const int32_t n = r->n;
    int32_t clusters = 1;
    r->parent[0] = -1;
    r->birth[0] = n - 2;
    r->state[n - 2] = 0;
    r->fell[n - 2] = -1;
    for (int32_t i = n - 2; i >= 0; i--)
        for (int s = 0; s < 2; s++) {
            const int32_t node = s ? r->right[i] : r->left[i], child = node - n, top = r->top[i];
            const int same = child >= 0 && r->top[child] != child, is_large = child >= 0 && r->size[child] >= r->least;
            int32_t state = r->state[i], fell = r->fell[i];
            if (!same && fell < 0) {
                if (!is_large) {
                    fell = top;
                } else if (r->large[top] > 1) {
                    r->parent[clusters] = state;
                    r->birth[clusters] = top;
                    state = clusters++;
                }
            }
            if (child >= 0) {
                r->state[child] = state;
                r->fell[child] = fell;
            } else {
                r->home[node] = state;
                r->merge[node] = fell;
            }
        }
    return clusters;
}

/* Whether each node but the last is the child of one later node. */
static int is_tree(const int32_t *left, const int32_t *right, char *seen, int32_t n) {
    memset(seen, 0, (size_t)n * 2);
    for (int32_t i = 0; i < n - 1; i++)
        for (int s = 0; s < 2; s++) {
            const int32_t child = s ? right[i] : left[i];
            if (child < 0 || child >= n + i || seen[child]++) return 0;
        }
    return 1;
}

/* Fills, for every point, the cluster it falls out of and at which merge, and for every cluster its parent and the merge
 * that split it off. */
PyObject *condense(PyObject *self, PyObject *args) {
    Py_buffer b[7];
    int n, least;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*w*w*w*ii", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &n, &least)) return NULL;
    PyObject *result = NULL;
    const Py_ssize_t edges = (Py_ssize_t)n - 1;
    int ok = n >= 2 && least >= 2 && b[0].len == edges * 4 && b[1].len == edges * 4 && b[2].len == edges * 8;
    for (int i = 3; ok && i < 7; i++) ok = b[i].len == edges * 4 + 4;
    int32_t *room = ok ? PyMem_Malloc(sizeof(int32_t) * (size_t)n * 5) : NULL;
    if (ok && !room) {
        PyErr_NoMemory();
    } else if (!ok || !is_tree(b[0].buf, b[1].buf, (char *)room, n)) {
        PyErr_SetString(PyExc_ValueError, "condense: the arrays do not fit together");
    } else {
        const Reading reading = {b[0].buf, b[1].buf, b[2].buf, b[3].buf, b[4].buf, b[5].buf, b[6].buf, room, room + n,
                                 room + 2 * (size_t)n, room + 3 * (size_t)n, room + 4 * (size_t)n, n, least};
        int32_t clusters;
        Py_BEGIN_ALLOW_THREADS
        group(&reading);
        clusters = read_clusters(&reading);
        Py_END_ALLOW_THREADS
        result = PyLong_FromLong(clusters);
    }
    PyMem_Free(room);
    for (int i = 0; i < 7; i++) PyBuffer_Release(&b[i]);
    return result;
}

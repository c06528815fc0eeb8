/* The inner loops of Triptych, on plain arrays; each releases the GIL, so that Python threads share the work.
 *
 * Results do not depend on how rows are shared out among threads: every row owns what it writes, sums run in a fixed
 * order of eight lanes, random numbers are a hash of (seed, epoch, row, draw), and the compiler may not fuse
 * multiplications with additions (-ffp-contract=off). `layout.py` has the same arithmetic in NumPy.
 */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static __forceinline
#endif

/* One copy for every x86-64, one for those with AVX2; chosen when the library is loaded, same bits from both. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define EVERY_CPU __attribute__((target_clones("avx2", "default")))
#else
#define EVERY_CPU
#endif

/* Vectors of eight lanes, by the extension that GCC and clang share; where a machine has shorter ones they split them. */
#define LANES 8
typedef float F8 __attribute__((vector_size(32)));
typedef int32_t I8 __attribute__((vector_size(32)));

INLINE F8 all(float x) { return (F8){x, x, x, x, x, x, x, x}; }

INLINE F8 load(const float *from) {
    F8 x;
    memcpy(&x, from, sizeof x);
    return x;
}

INLINE F8 gather(const float *from, const int32_t *i) {
    return (F8){from[i[0]], from[i[1]], from[i[2]], from[i[3]], from[i[4]], from[i[5]], from[i[6]], from[i[7]]};
}

/* Eight in a row from `at` on, round the end. */
INLINE F8 run(const float *from, size_t at, size_t n) {
    if (at + LANES <= n) return load(from + at);
    F8 x;
    for (int l = 0; l < LANES; l++) x[l] = from[(at + l) % n];
    return x;
}

/* yes where the mask is -1, no where it is 0. */
INLINE F8 choose(I8 mask, F8 yes, F8 no) { return (F8)((mask & (I8)yes) | (~mask & (I8)no)); }
INLINE F8 at_most(F8 x, float bound) { return choose(x > all(bound), all(bound), x); }
INLINE F8 at_least(F8 x, float bound) { return choose(x < all(bound), all(bound), x); }

/* x^b for normal x > 0, relative error below 1e-5 where b |log2 x| < 60. */
INLINE F8 power(F8 x, float b) {
    const I8 bits = (I8)x;
    /* Mantissa in [sqrt 1/2, sqrt 2). */
    const I8 exponent = (bits - 0x3f3504f3) >> 23;
    const F8 m = (F8)(bits - (exponent << 23));
    const F8 s = (m - 1.0f) / (m + 1.0f);
    const F8 s2 = s * s;
    const F8 series = s2 * (0.33333333f + s2 * (0.2f + s2 * 0.14285714f));
    const F8 log2 = __builtin_convertvector(exponent, F8) + (2.8853901f * s + 2.8853901f * s * series);
    const F8 e = at_least(at_most(b * log2, 126.0f), -126.0f);
    /* Adding and taking away 1.5 * 2^23 rounds to the nearest whole number. */
    const F8 whole = (e + 12582912.0f) - 12582912.0f;
    const F8 t = (e - whole) * 0.69314718f;
    const F8 exp = 1.0f + t * (1.0f + t * (0.5f + t * (0.16666667f + t * (0.041666667f + t * 0.0083333333f))));
    return exp * (F8)((__builtin_convertvector(whole, I8) + 127) << 23);
}

INLINE uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* ---- layout ------------------------------------------------------------------------------------------------- */

typedef struct {
    const float *from;      /* (p, n) positions of the last epoch */
    float *to;              /* (p, n) positions of this one */
    float *first, *second;  /* (p, n) moments of the gradient */
    const int32_t *begin;   /* (n + 1) where each row's edges begin, multiples of 8 */
    const int32_t *other;   /* (edges) the other end, the row itself where the list is filled up */
    const float *weight;    /* (edges) twice the membership, 0 where the list is filled up */
    const int32_t *blocks;  /* (n) blocks of 8 negatives a row draws */
    const float *share;     /* (n) weight of each negative */
    int32_t n, start, stop;
    float a, b, alpha, correct1, correct2;
    uint64_t key;           /* of seed and epoch */
} Layout;

#define BETA1 0.5f
#define BETA2 0.99f
#define NEAREST 1e-20f

/* Add a force along each axis of the gap, each part at most 4 either way, times a weight. */
INLINE void push_by(const int p, F8 force, const F8 *gap, F8 weight, F8 *sum) {
    for (int c = 0; c < p; c++) sum[c] += at_least(at_most(force * gap[c], 4.0f), -4.0f) * weight;
}

INLINE void layout_rows(const int p, const Layout *job) {
    const size_t n = (size_t)job->n;
    const float a = job->a, b = job->b, pull = -2.0f * a * b, push = 2.0f * b;
    for (int32_t i = job->start; i < job->stop; i++) {
        float own[64];
        F8 sum[64], gap[64];
        for (int c = 0; c < p; c++) {
            own[c] = job->from[c * n + i];
            sum[c] = all(0.0f);
        }
        for (int32_t e = job->begin[i]; e < job->begin[i + 1]; e += LANES) {
            F8 square = all(0.0f);
            for (int c = 0; c < p; c++) {
                gap[c] = own[c] - gather(job->from + c * n, job->other + e);
                square += gap[c] * gap[c];
            }
            const F8 near = at_least(square, NEAREST);
            const F8 t = power(near, b);
            const F8 force = pull * t / (near * (1.0f + a * t));
            push_by(p, choose(square > all(NEAREST), force, all(0.0f)), gap, load(job->weight + e), sum);
        }
        for (int32_t k = 0; k < job->blocks[i]; k++) {
            const uint64_t draw = mix(job->key + ((uint64_t)(uint32_t)i << 16) + (uint64_t)k);
            const size_t at = (size_t)(((draw >> 32) * (uint64_t)n) >> 32);
            F8 square = all(0.0f);
            for (int c = 0; c < p; c++) {
                gap[c] = own[c] - run(job->from + c * n, at, n);
                square += gap[c] * gap[c];
            }
            const F8 near = at_least(square, NEAREST);
            const F8 t = power(near, b);
            const F8 force = push / ((0.001f + near) * (1.0f + a * t));
            push_by(p, choose(square > all(NEAREST), force, all(0.0f)), gap, all(job->share[i]), sum);
        }
        for (int c = 0; c < p; c++) {
            const F8 s = sum[c];
            const float g = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
            const size_t at = c * n + i;
            const float m = BETA1 * job->first[at] + (1.0f - BETA1) * g;
            const float v = BETA2 * job->second[at] + (1.0f - BETA2) * (g * g);
            job->first[at] = m;
            job->second[at] = v;
            job->to[at] = own[c] + job->alpha * (m * job->correct1) / (sqrtf(v * job->correct2) + 1e-7f);
        }
    }
}

EVERY_CPU static void layout_2(const Layout *job) { layout_rows(2, job); }
EVERY_CPU static void layout_3(const Layout *job) { layout_rows(3, job); }
EVERY_CPU static void layout_5(const Layout *job) { layout_rows(5, job); }
EVERY_CPU static void layout_any(int p, const Layout *job) { layout_rows(p, job); }

static PyObject *layout_epoch(PyObject *self, PyObject *args) {
    Py_buffer b[9];
    int p, n, start, stop;
    double a, curve, alpha, correct1, correct2;
    unsigned long long key;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*w*w*y*y*y*y*y*iiiidddddK", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &b[7],
                          &b[8], &p, &n, &start, &stop, &a, &curve, &alpha, &correct1, &correct2, &key))
        return NULL;
    PyObject *result = NULL;
    const Py_ssize_t cells = (Py_ssize_t)p * n * 4, edges = b[5].len / 4;
    int ok = p >= 1 && p <= 64 && n >= 1 && 0 <= start && start <= stop && stop <= n;
    for (int i = 0; ok && i < 4; i++) ok = b[i].len == cells;
    ok = ok && b[4].len == ((Py_ssize_t)n + 1) * 4 && b[6].len == edges * 4 && b[7].len == (Py_ssize_t)n * 4 &&
         b[8].len == (Py_ssize_t)n * 4 && ((const int32_t *)b[4].buf)[n] == edges;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "layout_epoch: the arrays do not fit together");
    } else {
        Layout job = {b[0].buf, b[1].buf, b[2].buf, b[3].buf, b[4].buf, b[5].buf, b[6].buf, b[7].buf, b[8].buf,
                      n, start, stop, (float)a, (float)curve, (float)alpha, (float)correct1, (float)correct2, key};
        Py_BEGIN_ALLOW_THREADS
        if (p == 2) layout_2(&job);
        else if (p == 3) layout_3(&job);
        else if (p == 5) layout_5(&job);
        else layout_any(p, &job);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    for (int i = 0; i < 9; i++) PyBuffer_Release(&b[i]);
    return result;
}

/* ---- nearest neighbours --------------------------------------------------------------------------------------- */

/* Put a score where it belongs among the k best: falling scores, equal ones in rising order of row. So the outcome does
 * not depend on the order in which scores arrive. */
INLINE void insert(float *top, int32_t *at, int32_t k, float value, int32_t row) {
    int32_t place = k - 1;
    if (value < top[place] || (value == top[place] && row > at[place])) return;
    while (place > 0 && (top[place - 1] < value || (top[place - 1] == value && at[place - 1] > row))) {
        top[place] = top[place - 1];
        at[place] = at[place - 1];
        place--;
    }
    top[place] = value;
    at[place] = row;
}

/* Whether any of eight scores less `minus` reaches its floor. */
INLINE int any_reaches(const float *score, F8 minus, F8 floor) {
    const I8 reach = (load(score) - minus) >= floor;
    int64_t half[4];
    memcpy(half, &reach, sizeof half);
    return (half[0] | half[1] | half[2] | half[3]) != 0;
}

/* Offer the scores of a tile to the lists of its rows: score[i][j] - minus[j] is that of row first + j for list i. */
EVERY_CPU static void offer_rows(const float *scores, const float *minus, int32_t rows, int32_t columns, int32_t first,
                                 float *best, int32_t *index, int32_t k) {
    for (int32_t i = 0; i < rows; i++) {
        const float *score = scores + (size_t)i * columns;
        float *top = best + (size_t)i * k;
        int32_t *at = index + (size_t)i * k;
        int32_t j = 0;
        for (; j + LANES <= columns; j += LANES)
            if (any_reaches(score + j, load(minus + j), all(top[k - 1])))
                for (int32_t q = j; q < j + LANES; q++) insert(top, at, k, score[q] - minus[q], first + q);
        for (; j < columns; j++) insert(top, at, k, score[j] - minus[j], first + j);
    }
}

/* Offer them to the lists of its columns as well: score[i][j] - minus[i] is that of row first + i for list j. `floor`
 * holds the last score of each list. */
EVERY_CPU static void offer_columns(const float *scores, const float *minus, int32_t rows, int32_t columns, int32_t first,
                                    float *best, int32_t *index, float *floor, int32_t k) {
    for (int32_t j = 0; j < columns; j++) floor[j] = best[(size_t)j * k + k - 1];
    for (int32_t i = 0; i < rows; i++) {
        const float *score = scores + (size_t)i * columns;
        int32_t j = 0;
        for (; j < columns; j += LANES) {
            const int32_t end = j + LANES < columns ? j + LANES : columns;
            if (end - j == LANES && !any_reaches(score + j, all(minus[i]), load(floor + j))) continue;
            for (int32_t q = j; q < end; q++) {
                insert(best + (size_t)q * k, index + (size_t)q * k, k, score[q] - minus[i], first + i);
                floor[q] = best[(size_t)q * k + k - 1];
            }
        }
    }
}

static PyObject *keep_best(PyObject *self, PyObject *args) {
    Py_buffer scores, minus, best, index;
    int rows, columns, first, k, by_column;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*w*w*iiiip", &scores, &minus, &best, &index, &rows, &columns, &first, &k, &by_column))
        return NULL;
    PyObject *result = NULL;
    const Py_ssize_t lists = by_column ? columns : rows, others = by_column ? rows : columns;
    float *floor = NULL;
    if (rows < 0 || columns < 0 || k < 1 || scores.len != (Py_ssize_t)rows * columns * 4 || minus.len != others * 4 ||
        best.len != lists * k * 4 || index.len != best.len) {
        PyErr_SetString(PyExc_ValueError, "keep_best: the arrays do not fit together");
    } else if (by_column && !(floor = PyMem_Malloc(sizeof(float) * (size_t)columns + 1))) {
        PyErr_NoMemory();
    } else {
        Py_BEGIN_ALLOW_THREADS
        if (by_column) offer_columns(scores.buf, minus.buf, rows, columns, first, best.buf, index.buf, floor, k);
        else offer_rows(scores.buf, minus.buf, rows, columns, first, best.buf, index.buf, k);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    PyMem_Free(floor);
    PyBuffer_Release(&scores);
    PyBuffer_Release(&minus);
    PyBuffer_Release(&best);
    PyBuffer_Release(&index);
    return result;
}

/* ---- density tree ---------------------------------------------------------------------------------------------- */

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

static PyObject *spanning_tree(PyObject *self, PyObject *args) {
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
static PyObject *link_edges(PyObject *self, PyObject *args) {
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
static PyObject *condense(PyObject *self, PyObject *args) {
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

static PyMethodDef methods[] = {
    {"layout_epoch", layout_epoch, METH_VARARGS, "Move rows [start, stop) of a layout by one epoch."},
    {"spanning_tree", spanning_tree, METH_VARARGS, "Minimum spanning tree of the mutual reachability graph."},
    {"link_edges", link_edges, METH_VARARGS, "Join sorted edges into a binary tree."},
    {"condense", condense, METH_VARARGS, "Read the clusters of at least some size off the tree."},
    {"keep_best", keep_best, METH_VARARGS, "Keep the k best scores of each row."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_native", "The inner loops of Triptych.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module); }

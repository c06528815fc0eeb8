/* One epoch of a layout in batch mode; `layout.py` has the same arithmetic in NumPy.
 *
 * Positions are planes of pairs: plane c holds axes 2c and 2c + 1 of every row side by side, the last one 0 where their
 * number is odd, so that one load fetches two axes of a neighbour. After the n rows come the first seven again: a run of
 * eight that begins in the last rows goes round the end.
 */
#include "native.h"

#define AXES 64
#define PLANES(p) (((p) + 1) / 2)
#define EXTRA (LANES - 1)
#define BETA1 0.5f
#define BETA2 0.99f

typedef struct {
    const float *own;       /* (planes, m + 7, 2) positions of the rows that move */
    float *to;              /* (planes, m + 7, 2) where they move to */
    float *first, *second;  /* (planes, m + 7, 2) moments of the gradient */
    const float *from;      /* (planes, n + 7, 2) positions of the rows that pull and push; may be those of `own` */
    const uint32_t *name;   /* (m) what the draws of a row depend on */
    const int32_t *begin;   /* (m + 1) where each row's edges begin, multiples of 8 */
    const int32_t *other;   /* (edges) the other end, any row where the list is filled up */
    const float *weight;    /* (edges) of the pull, 0 where the list is filled up */
    const int32_t *blocks;  /* (m) blocks of 8 negatives a row draws */
    const float *share;     /* (m) weight of each negative */
    int32_t m, n, start, stop;
    float a, b, alpha, correct1, correct2;
    uint64_t key;           /* of seed and epoch */
} Layout;

#ifdef __clang__
#define PICK(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#else
#define PICK(x, y, ...) __builtin_shuffle(x, y, (I8){__VA_ARGS__})
#endif
#define EVEN(x, y) PICK(x, y, 0, 2, 8, 10, 4, 6, 12, 14)
#define ODD(x, y) PICK(x, y, 1, 3, 9, 11, 5, 7, 13, 15)

typedef double D4 __attribute__((vector_size(32)));
typedef double Pair __attribute__((may_alias));

INLINE F8 four(const float *from, int32_t i, int32_t j, int32_t k, int32_t l) {
    const Pair *pair = (const Pair *)from;
    return (F8)(D4){pair[i], pair[j], pair[k], pair[l]};
}

/* Constants of the loop, a vector each. Kept out of the compiler's sight: it would make each anew for every row. */
typedef struct {
    F8 log[5], exp[5], magic, near, far, most, least, one, soft, a, b, pull, push;
} Constants;

INLINE void set_constants(Constants *k, float a, float b) {
    const float log[5] = {1.44257806f, -0.72024187f, 0.48668515f, -0.39457467f, 0.25266403f};
    const float exp[5] = {0.99999926f, 0.69312181f, 0.24024745f, 0.05591786f, 0.0095701f};
    for (int i = 0; i < 5; i++) {
        k->log[i] = all(log[i]);
        k->exp[i] = all(exp[i]);
    }
    k->magic = all(12582912.0f);  /* 1.5 * 2^23: adding it rounds to a whole number in the last bits */
    k->near = all(1e-12f);
    k->far = all(1e12f);
    k->most = all(4.0f);
    k->least = all(-4.0f);
    k->one = all(1.0f);
    k->soft = all(0.001f);
    k->a = all(a);
    k->b = all(b);
    k->pull = all(-2.0f * a * b);
    k->push = all(2.0f * b);
    __asm__("" : "+m"(*k));
}

/* x^b for 1e-12 <= x <= 1e12 and 0 < b <= 3, relative error below 1e-5 (1 + 2 b). */
INLINE F8 power(F8 x, const Constants *k) {
    const I8 bits = (I8)x;
    /* Mantissa in [sqrt 1/2, sqrt 2), less 1. */
    const I8 exponent = (bits - 0x3f3504f3) >> 23;
    const F8 m = (F8)(bits - (exponent << 23)) - k->one;
    const F8 log = k->log[0] + m * (k->log[1] + m * (k->log[2] + m * (k->log[3] + m * k->log[4])));
    const F8 e = k->b * (__builtin_convertvector(exponent, F8) + m * log);
    const F8 whole = e + k->magic, t = e - (whole - k->magic);
    const F8 exp = k->exp[0] + t * (k->exp[1] + t * (k->exp[2] + t * (k->exp[3] + t * k->exp[4])));
    return (F8)((I8)exp + ((I8)whole << 23));
}

INLINE uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The gap along axes c and c + 1 (where there is one), added to the squared distance. */
INLINE void gaps(int c, int p, const F8 *own, F8 x, F8 y, F8 *gap, F8 *square) {
    gap[c] = own[c] - EVEN(x, y);
    *square += gap[c] * gap[c];
    if (c + 1 < p) {
        gap[c + 1] = own[c + 1] - ODD(x, y);
        *square += gap[c + 1] * gap[c + 1];
    }
}

/* Add a force along each axis of the gap, each part bounded, times a weight. */
INLINE void push_by(int p, F8 force, const F8 *gap, F8 weight, const Constants *k, F8 *sum) {
    for (int c = 0; c < p; c++) {
        F8 part = force * gap[c];
        part = choose(part < k->most, part, k->most);
        part = choose(part > k->least, part, k->least);
        sum[c] += part * weight;
    }
}

/* The gradient of rows [start, stop), written where their positions will be. */
INLINE void gradients(const int p, const Layout *job) {
    const size_t plane = 2 * ((size_t)job->n + EXTRA), own_plane = 2 * ((size_t)job->m + EXTRA);
    Constants constants;
    const Constants *k = &constants;
    set_constants(&constants, job->a, job->b);
    for (int32_t i = job->start; i < job->stop; i++) {
        F8 own[AXES], sum[AXES], gap[AXES];
        for (int c = 0; c < p; c++) {
            own[c] = (F8){0} + job->own[(size_t)(c / 2) * own_plane + 2 * (size_t)i + c % 2];
            sum[c] = (F8){0};
        }
        for (int32_t e = job->begin[i]; e < job->begin[i + 1]; e += LANES) {
            const int32_t *o = job->other + e;
            F8 square = k->near;
            for (int c = 0; c < p; c += 2) {
                const float *from = job->from + (size_t)(c / 2) * plane;
                gaps(c, p, own, four(from, o[0], o[1], o[4], o[5]), four(from, o[2], o[3], o[6], o[7]), gap, &square);
            }
            const F8 near = choose(square < k->far, square, k->far), t = power(near, k);
            push_by(p, k->pull * t / (near * (k->one + k->a * t)), gap, load(job->weight + e), k, sum);
        }
        const F8 share = (F8){0} + job->share[i];
        const uint64_t key = job->key + ((uint64_t)job->name[i] << 16);
        for (int32_t block = 0; block < job->blocks[i]; block++) {
            /* One number for two blocks. */
            const uint32_t draw = (uint32_t)(mix(key + (uint64_t)(block >> 1)) >> (block & 1 ? 0 : 32));
            const size_t at = (size_t)(((uint64_t)draw * (uint64_t)job->n) >> 32);
            F8 square = k->near;
            for (int c = 0; c < p; c += 2) {
                const float *from = job->from + (size_t)(c / 2) * plane + 2 * at;
                gaps(c, p, own, load(from), load(from + LANES), gap, &square);
            }
            const F8 near = choose(square < k->far, square, k->far), t = power(near, k);
            push_by(p, k->push / ((k->soft + near) * (k->one + k->a * t)), gap, share, k, sum);
        }
        for (int c = 0; c < p; c++) job->to[(size_t)(c / 2) * own_plane + 2 * (size_t)i + c % 2] = total(sum[c]);
    }
}

/* Adam's step from the gradients that are in `to`. */
INLINE void step(size_t count, const float *restrict from, float *restrict to, float *restrict first,
                 float *restrict second, float alpha, float correct1, float correct2) {
    for (size_t at = 0; at < count; at++) {
        const float g = to[at];
        const float m = BETA1 * first[at] + (1.0f - BETA1) * g;
        const float v = BETA2 * second[at] + (1.0f - BETA2) * (g * g);
        first[at] = m;
        second[at] = v;
        to[at] = from[at] + alpha * (m * correct1) / (sqrtf(v * correct2) + 1e-7f);
    }
}

INLINE void move_rows(const int p, const Layout *job) {
    const size_t m = (size_t)job->m, start = (size_t)job->start, stop = (size_t)job->stop;
    gradients(p, job);
    for (int c = 0; c < PLANES(p); c++) {
        const size_t plane = (size_t)c * 2 * (m + EXTRA), at = plane + 2 * start;
        step(2 * (stop - start), job->own + at, job->to + at, job->first + at, job->second + at, job->alpha,
             job->correct1, job->correct2);
        for (size_t row = start; row < stop && row < EXTRA; row++)
            for (size_t copy = row + m; copy < m + EXTRA; copy += m)
                memcpy(job->to + plane + 2 * copy, job->to + plane + 2 * row, 2 * sizeof(float));
    }
}

EVERY_CPU static void move_2(const Layout *job) { move_rows(2, job); }
EVERY_CPU static void move_3(const Layout *job) { move_rows(3, job); }
EVERY_CPU static void move_5(const Layout *job) { move_rows(5, job); }
EVERY_CPU static void move_any(int p, const Layout *job) { move_rows(p, job); }

PyObject *layout_epoch(PyObject *self, PyObject *args) {
    Py_buffer b[11];
    int p, m, n, start, stop;
    double a, curve, alpha, correct1, correct2;
    unsigned long long key;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*w*w*w*y*y*y*y*y*y*y*iiiiidddddK", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6],
                          &b[7], &b[8], &b[9], &b[10], &p, &m, &n, &start, &stop, &a, &curve, &alpha, &correct1,
                          &correct2, &key))
        return NULL;
    PyObject *result = NULL;
    const Py_ssize_t edges = b[7].len / 4, rows = (Py_ssize_t)m * 4;
    int ok = p >= 1 && p <= AXES && m >= 1 && n >= 1 && 0 <= start && start <= stop && stop <= m;
    for (int i = 0; ok && i < 4; i++) ok = b[i].len == PLANES(p) * ((Py_ssize_t)m + EXTRA) * 8;
    ok = ok && b[4].len == PLANES(p) * ((Py_ssize_t)n + EXTRA) * 8 && b[5].len == rows && b[6].len == rows + 4 &&
         b[8].len == edges * 4 && b[9].len == rows && b[10].len == rows && ((const int32_t *)b[6].buf)[m] == edges;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "layout_epoch: the arrays do not fit together");
    } else {
        const Layout job = {b[0].buf, b[1].buf, b[2].buf, b[3].buf, b[4].buf, b[5].buf, b[6].buf, b[7].buf, b[8].buf,
                            b[9].buf, b[10].buf, m, n, start, stop, (float)a, (float)curve, (float)alpha,
                            (float)correct1, (float)correct2, key};
        Py_BEGIN_ALLOW_THREADS
        if (p == 2) move_2(&job);
        else if (p == 3) move_3(&job);
        else if (p == 5) move_5(&job);
        else move_any(p, &job);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    for (int i = 0; i < 11; i++) PyBuffer_Release(&b[i]);
    return result;
}

/* One epoch of a layout in batch mode; `layout.py` has the same arithmetic in NumPy. */
#include "native.h"

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

PyObject *layout_epoch(PyObject *self, PyObject *args) {
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

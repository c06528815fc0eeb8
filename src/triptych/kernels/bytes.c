/* Products of vectors of signed bytes. Sums of whole numbers: every processor and every order gives the same. */
#include "bytes.h"

#if defined(__GNUC__) && defined(__x86_64__)
#define X86
#include <immintrin.h>
#endif

/* The machine multiplies unsigned by signed bytes. So columns hold 128 too much, which `less`, 128 times the sum of a row,
 * takes away. Packed columns: for each 16 of them, groups of four bytes of each in turn. */

#ifdef X86
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void
tile_vnni(const int8_t *rows, const int32_t *less, const float *times, const uint8_t *columns, const float *by,
          float *scores, int32_t m, int32_t n, int32_t d) {
    const size_t group = (size_t)d * 16;
    for (int32_t j = 0; j < n; j += BLOCK_COLUMNS) {
        const uint8_t *left = columns + (size_t)(j / 16) * group, *right = left + group;
        const __m512 by_left = _mm512_loadu_ps(by + j), by_right = _mm512_loadu_ps(by + j + 16);
        for (int32_t i = 0; i < m; i += BLOCK_ROWS) {
            const int8_t *row = rows + (size_t)i * d;
            __m512i sum[BLOCK_ROWS][2];
            for (int r = 0; r < BLOCK_ROWS; r++) sum[r][0] = sum[r][1] = _mm512_set1_epi32(-less[i + r]);
            for (int32_t c = 0; c < d; c += 4) {
                const __m512i one = _mm512_loadu_si512(left + (size_t)c * 16);
                const __m512i two = _mm512_loadu_si512(right + (size_t)c * 16);
                for (int r = 0; r < BLOCK_ROWS; r++) {
                    int32_t four;
                    memcpy(&four, row + (size_t)r * d + c, sizeof four);
                    const __m512i value = _mm512_set1_epi32(four);
                    sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], one, value);
                    sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], two, value);
                }
            }
            for (int r = 0; r < BLOCK_ROWS; r++) {
                float *to = scores + (size_t)(i + r) * n + j;
                const __m512 scale = _mm512_set1_ps(times[i + r]);
                _mm512_storeu_ps(to, _mm512_mul_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum[r][0]), by_left), scale));
                _mm512_storeu_ps(to + 16, _mm512_mul_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum[r][1]), by_right), scale));
            }
        }
    }
}

/* Pairs of products of 16-bit numbers, for processors without instructions for bytes. */
__attribute__((target("avx2"))) static void
tile_avx2(const int8_t *rows, const int32_t *less, const float *times, const uint8_t *columns, const float *by,
          float *scores, int32_t m, int32_t n, int32_t d) {
    for (int32_t j = 0; j < n; j += 8) {
        const uint8_t *from = columns + (size_t)(j / 16) * d * 16 + (j % 16) * 4;
        const __m256 scale = _mm256_loadu_ps(by + j);
        for (int32_t i = 0; i < m; i += 4) {
            __m256i low[4], high[4];
            for (int r = 0; r < 4; r++) low[r] = high[r] = _mm256_setzero_si256();
            for (int32_t c = 0; c < d; c += 4) {
                const __m256i one = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(from + (size_t)c * 16)));
                const __m256i two = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(from + (size_t)c * 16 + 16)));
                for (int r = 0; r < 4; r++) {
                    int32_t four;
                    memcpy(&four, rows + (size_t)(i + r) * d + c, sizeof four);
                    const __m256i value = _mm256_broadcastq_epi64(_mm_cvtepi8_epi16(_mm_cvtsi32_si128(four)));
                    low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(one, value));
                    high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(two, value));
                }
            }
            for (int r = 0; r < 4; r++) {
                /* Neighbouring sums belong together; adding them leaves columns 0 1 4 5 2 3 6 7. */
                const __m256i pairs = _mm256_permute4x64_epi64(_mm256_hadd_epi32(low[r], high[r]), _MM_SHUFFLE(3, 1, 2, 0));
                const __m256i sum = _mm256_sub_epi32(pairs, _mm256_set1_epi32(less[i + r]));
                const __m256 found = _mm256_mul_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale), _mm256_set1_ps(times[i + r]));
                _mm256_storeu_ps(scores + (size_t)(i + r) * n + j, found);
            }
        }
    }
}
#endif

static void tile_plain(const int8_t *rows, const int32_t *less, const float *times, const uint8_t *columns,
                       const float *by, float *scores, int32_t m, int32_t n, int32_t d) {
    for (int32_t j = 0; j < n; j += 16) {
        const uint8_t *from = columns + (size_t)j * d;
        for (int32_t i = 0; i < m; i++) {
            int32_t sum[16] = {0};
            for (int32_t c = 0; c < d; c += 4)
                for (int q = 0; q < 16; q++)
                    for (int r = 0; r < 4; r++) sum[q] += rows[(size_t)i * d + c + r] * from[(size_t)c * 16 + q * 4 + r];
            for (int q = 0; q < 16; q++) scores[(size_t)i * n + j + q] = (float)(sum[q] - less[i]) * by[j + q] * times[i];
        }
    }
}

/* What this processor does best: 2 where it multiplies bytes, 1 by pairs of 16 bits, 0 plain loops. */
static int ability(void) {
#ifdef X86
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"))
        return 2;
    if (__builtin_cpu_supports("avx2")) return 1;
#endif
    return 0;
}

void byte_tile(int how, const int8_t *rows, const int32_t *less, const float *times, const uint8_t *columns,
               const float *by, float *scores, int32_t m, int32_t n, int32_t d) {
    if (how > ability()) how = ability();
#ifdef X86
    if (how == 2) {
        tile_vnni(rows, less, times, columns, by, scores, m, n, d);
        return;
    }
    if (how == 1) {
        tile_avx2(rows, less, times, columns, by, scores, m, n, d);
        return;
    }
#endif
    tile_plain(rows, less, times, columns, by, scores, m, n, d);
}

PyObject *has_byte_products(PyObject *self, PyObject *args) {
    (void)self;
    (void)args;
    return PyBool_FromLong(ability() == 2);
}

PyObject *byte_products(PyObject *self, PyObject *args) {
    Py_buffer b[6];
    int m, n, d, how = 2;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*w*iii|i", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &m, &n, &d, &how)) return NULL;
    PyObject *result = NULL;
    const int ok = m >= 0 && n >= 0 && d >= 0 && m % BLOCK_ROWS == 0 && n % BLOCK_COLUMNS == 0 && d % 4 == 0 &&
                   b[0].len == (Py_ssize_t)m * d && b[1].len == (Py_ssize_t)m * 4 && b[2].len == b[1].len &&
                   b[3].len == (Py_ssize_t)n * d && b[4].len == (Py_ssize_t)n * 4 && b[5].len == (Py_ssize_t)m * n * 4;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "byte_products: the arrays do not fit together");
    } else {
        Py_BEGIN_ALLOW_THREADS
        byte_tile(how, b[0].buf, b[1].buf, b[2].buf, b[3].buf, b[4].buf, b[5].buf, m, n, d);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    for (int i = 0; i < 6; i++) PyBuffer_Release(&b[i]);
    return result;
}

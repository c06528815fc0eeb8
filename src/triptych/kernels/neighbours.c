/* The k best of many scores. */
#include "native.h"

/* A worse entry has a lower score or, of equal ones, a higher row: so what is kept does not depend on the order in which
 * scores arrive. */
INLINE int worse(float value, int32_t row, float than, int32_t than_row) {
    return value < than || (value == than && row > than_row);
}

/* Keep the k best scores in a heap, the worst in front. */
INLINE void keep(float *best, int32_t *index, int32_t k, float value, int32_t row) {
    if (!worse(best[0], index[0], value, row)) return;
    int32_t hole = 0;
    for (int32_t child; (child = 2 * hole + 1) < k; hole = child) {
        if (child + 1 < k && worse(best[child + 1], index[child + 1], best[child], index[child])) child++;
        if (!worse(best[child], index[child], value, row)) break;
        best[hole] = best[child];
        index[hole] = index[child];
    }
    best[hole] = value;
    index[hole] = row;
}

/* Whether any of `count` scores less `minus` reaches its floor; the two stand still or move with the score. */
INLINE int any_reaches(int count, const float *score, const float *minus, int minus_moves, const float *floor,
                       int floor_moves) {
    I8 reach = {0, 0, 0, 0, 0, 0, 0, 0};
    for (int q = 0; q < count; q += LANES) {
        const F8 less = minus_moves ? load(minus + q) : all(*minus);
        reach |= (load(score + q) - less) >= (floor_moves ? load(floor + q) : all(*floor));
    }
    int64_t half[4];
    memcpy(half, &reach, sizeof half);
    return (half[0] | half[1] | half[2] | half[3]) != 0;
}

/* Offer a row of scores: score[j] - minus is that of entry j. By row all go to one list, by column each to its own;
 * `floor` holds the worst score of each list. Most stretches of a tile hold nothing new: they are glanced at. */
INLINE void offer(const float *score, const float *minus, int32_t columns, int32_t row, float *best, int32_t *index,
                  float *floor, int32_t k, int by_column) {
    for (int32_t wide = 0; wide < columns; wide += 4 * LANES) {
        if (wide + 4 * LANES <= columns &&
            !any_reaches(4 * LANES, score + wide, by_column ? minus : minus + wide, !by_column,
                         by_column ? floor + wide : floor, by_column))
            continue;
        for (int32_t j = wide; j < columns && j < wide + 4 * LANES; j += LANES) {
            if (j + LANES <= columns && !any_reaches(LANES, score + j, by_column ? minus : minus + j, !by_column,
                                                     by_column ? floor + j : floor, by_column))
                continue;
            for (int32_t q = j; q < columns && q < j + LANES; q++) {
                const float value = score[q] - (by_column ? *minus : minus[q]);
                const size_t list = by_column ? (size_t)q : 0;
                if (value < floor[list]) continue;
                keep(best + list * k, index + list * k, k, value, by_column ? row : row + q);
                floor[list] = best[list * k];
            }
        }
    }
}

/* Offer the scores of a tile to the lists of its rows, score[i][j] - minus[j] as that of row first + j for list i; or to
 * those of its columns, score[i][j] - minus[i] as that of row first + i for list j. */
EVERY_CPU static void offer_tile(const float *scores, const float *minus, int32_t rows, int32_t columns, int32_t first,
                                 float *best, int32_t *index, float *floor, int32_t k, int by_column) {
    for (int32_t list = 0; list < (by_column ? columns : rows); list++) floor[list] = best[(size_t)list * k];
    for (int32_t i = 0; i < rows; i++) {
        const float *score = scores + (size_t)i * columns;
        const size_t own = (size_t)i * k;
        if (by_column) offer(score, minus + i, columns, first + i, best, index, floor, k, 1);
        else offer(score, minus, columns, first, best + own, index + own, floor + i, k, 0);
    }
}

PyObject *keep_best(PyObject *self, PyObject *args) {
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
    } else if (!(floor = PyMem_Malloc(sizeof(float) * (size_t)lists + 1))) {
        PyErr_NoMemory();
    } else {
        Py_BEGIN_ALLOW_THREADS
        offer_tile(scores.buf, minus.buf, rows, columns, first, best.buf, index.buf, floor, k, by_column);
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

/* A list of the k best, before anything is put in. */
INLINE void clear(float *top, int32_t *at, int32_t k) {
    for (int32_t q = 0; q < k; q++) {
        top[q] = -INFINITY;
        at[q] = INT32_MAX;
    }
}

/* Scores that are squared distances, turned round, become distances. */
INLINE void to_distances(float *top, int32_t k) {
    for (int32_t q = 0; q < k; q++) top[q] = sqrtf(-top[q]);
}

/* Put a score where it belongs among the k best: falling scores, equal ones in rising order of row. */
INLINE void insert(float *top, int32_t *at, int32_t k, float value, int32_t row) {
    int32_t place = k - 1;
    if (!worse(top[place], at[place], value, row)) return;
    while (place > 0 && worse(top[place - 1], at[place - 1], value, row)) {
        top[place] = top[place - 1];
        at[place] = at[place - 1];
        place--;
    }
    top[place] = value;
    at[place] = row;
}

/* Squared distance, summed in eight lanes. */
INLINE float square_gap(const float *x, const float *y, int32_t d) {
    F8 sum = all(0.0f);
    int32_t c = 0;
    for (; c + LANES <= d; c += LANES) {
        const F8 gap = load(x + c) - load(y + c);
        sum += gap * gap;
    }
    float rest = 0.0f;
    for (; c < d; c++) rest += (x[c] - y[c]) * (x[c] - y[c]);
    return total(sum) + rest;
}

/* The k nearest of the candidates of each query; candidates from n on do not count. */
EVERY_CPU static void rank_rows(const float *vectors, const float *queries, const int32_t *candidates, int32_t *index,
                                float *distance, int32_t n, int32_t d, int32_t m, int32_t width, int32_t k) {
    for (int32_t i = 0; i < m; i++) {
        float *top = distance + (size_t)i * k;
        int32_t *at = index + (size_t)i * k;
        clear(top, at, k);
        for (int32_t q = 0; q < width; q++) {
            const int32_t row = candidates[(size_t)i * width + q];
            if (row < 0 || row >= n) continue;
            insert(top, at, k, -square_gap(queries + (size_t)i * d, vectors + (size_t)row * d, d), row);
        }
        to_distances(top, k);
    }
}

PyObject *rank_candidates(PyObject *self, PyObject *args) {
    Py_buffer b[5];
    int n, d, m, width, k;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*w*iiiii", &b[0], &b[1], &b[2], &b[3], &b[4], &n, &d, &m, &width, &k)) return NULL;
    PyObject *result = NULL;
    const Py_ssize_t lists = (Py_ssize_t)m * k * 4;
    if (n < 0 || d < 0 || m < 0 || width < 0 || k < 1 || b[0].len != (Py_ssize_t)n * d * 4 ||
        b[1].len != (Py_ssize_t)m * d * 4 || b[2].len != (Py_ssize_t)m * width * 4 || b[3].len != lists ||
        b[4].len != lists) {
        PyErr_SetString(PyExc_ValueError, "rank_candidates: the arrays do not fit together");
    } else {
        Py_BEGIN_ALLOW_THREADS
        rank_rows(b[0].buf, b[1].buf, b[2].buf, b[3].buf, b[4].buf, n, d, m, width, k);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    for (int i = 0; i < 5; i++) PyBuffer_Release(&b[i]);
    return result;
}

/* The neighbours of the neighbours of rows start..stop-1, those that a row lists and those that list it: the k nearest of
 * them all, the row itself among them. `seen` has a place for each row and holds no number of theirs. */
EVERY_CPU static void explore_rows(const float *vectors, const int32_t *known, const int32_t *begin, const int32_t *backward,
                                   int32_t *seen, int32_t *index, float *distance, int32_t n, int32_t d, int32_t k,
                                   int32_t start, int32_t stop) {
    for (int32_t i = start; i < stop; i++) {
        const float *own = vectors + (size_t)i * d;
        float *top = distance + (size_t)(i - start) * k;
        int32_t *at = index + (size_t)(i - start) * k;
        clear(top, at, k);
        const int32_t listed = begin[i + 1] - begin[i];
        for (int32_t q = -1; q < k + listed; q++) {
            const int32_t via = q < 0 ? i : q < k ? known[(size_t)i * k + q] : backward[begin[i] + q - k];
            for (int32_t r = -1; r < k; r++) {
                const int32_t row = r < 0 ? via : known[(size_t)via * k + r];
                if (seen[row] == i) continue;
                seen[row] = i;
                insert(top, at, k, -square_gap(own, vectors + (size_t)row * d, d), row);
            }
        }
        to_distances(top, k);
    }
}

PyObject *explore(PyObject *self, PyObject *args) {
    Py_buffer b[7];
    int n, d, k, start, stop;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*w*w*w*iiiii", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &n, &d, &k, &start,
                          &stop))
        return NULL;
    PyObject *result = NULL;
    const Py_ssize_t lists = ((Py_ssize_t)stop - start) * k * 4, listed = b[3].len / 4;
    int ok = n >= 1 && d >= 0 && k >= 1 && 0 <= start && start <= stop && stop <= n && b[0].len == (Py_ssize_t)n * d * 4 &&
             b[1].len == (Py_ssize_t)n * k * 4 && b[2].len == ((Py_ssize_t)n + 1) * 4 && b[4].len == (Py_ssize_t)n * 4 &&
             b[5].len == lists && b[6].len == lists;
    const int32_t *known = b[1].buf, *begin = b[2].buf, *backward = b[3].buf;
    for (Py_ssize_t i = 0; ok && i < (Py_ssize_t)n * k; i++) ok = known[i] >= 0 && known[i] < n;
    for (int32_t i = start; ok && i < stop; i++) ok = 0 <= begin[i] && begin[i] <= begin[i + 1] && begin[i + 1] <= listed;
    for (Py_ssize_t i = 0; ok && i < listed; i++) ok = backward[i] >= 0 && backward[i] < n;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "explore: the arrays do not fit together");
    } else {
        Py_BEGIN_ALLOW_THREADS
        explore_rows(b[0].buf, known, begin, backward, b[4].buf, b[5].buf, b[6].buf, n, d, k, start, stop);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    for (int i = 0; i < 7; i++) PyBuffer_Release(&b[i]);
    return result;
}

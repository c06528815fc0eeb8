/* The k best of many scores. */
#include "native.h"

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

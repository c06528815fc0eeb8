/* Phrases numbered and counted, in one pass over the places where they stand. */
#include "native.h"

#include <stdlib.h>

static int all_below(const int32_t *values, Py_ssize_t n, Py_ssize_t bound) {
    for (Py_ssize_t i = 0; i < n; i++)
        if (values[i] < 0 || values[i] >= bound) return 0;
    return 1;
}

/* Count which document holds which phrase how often, given both for every place, the documents in ascending order. Fills
 * in how many documents each phrase is, and the cells: rows, columns and times, each as long as there are places. Returns
 * how many cells there are; those of a document stand in the order in which it first has them. */
PyObject *count_cells(PyObject *self, PyObject *args) {
    Py_buffer b[6];
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*w*w*w*w*", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5])) return NULL;
    const int32_t *phrases = b[0].buf, *documents = b[1].buf;
    int32_t *held = b[2].buf, *rows = b[3].buf, *columns = b[4].buf, *times = b[5].buf;
    const Py_ssize_t n = b[0].len / 4, distinct = b[2].len / 4;
    int ok = b[0].len % 4 == 0 && b[2].len % 4 == 0 && all_below(phrases, n, distinct);
    for (int i = 1; i < 6; i++) ok = ok && (i == 2 || b[i].len == b[0].len);
    Py_ssize_t *last = ok ? malloc((size_t)(distinct + 1) * sizeof(Py_ssize_t)) : NULL;
    Py_ssize_t cells = 0;
    if (last) {
        Py_BEGIN_ALLOW_THREADS
        memset(held, 0, (size_t)b[2].len);
        for (Py_ssize_t i = 0; i < n; i++) {
            const int32_t phrase = phrases[i];
            if (held[phrase] && rows[last[phrase]] == documents[i]) {
                times[last[phrase]]++;
                continue;
            }
            held[phrase]++;
            rows[cells] = documents[i];
            columns[cells] = phrase;
            times[cells] = 1;
            last[phrase] = cells++;
        }
        Py_END_ALLOW_THREADS
    }
    const int enough = last != NULL;
    free(last);
    for (int i = 0; i < 6; i++) PyBuffer_Release(&b[i]);
    if (!ok) return PyErr_Format(PyExc_ValueError, "count_cells: the arrays do not fit together");
    return enough ? PyLong_FromSsize_t(cells) : PyErr_NoMemory();
}

/* Number the pairs of numbers at n places: first those with the least head, and of one head as they are first seen. Fills
 * the number of each place and the place where each pair is first seen. Returns how many pairs there are. */
PyObject *number_pairs(PyObject *self, PyObject *args) {
    Py_buffer b[4];
    Py_ssize_t below[2];
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*nnw*w*", &b[0], &b[1], &below[0], &below[1], &b[2], &b[3])) return NULL;
    const int32_t *heads = b[0].buf, *tails = b[1].buf;
    int32_t *numbers = b[2].buf;
    int64_t *first = b[3].buf;
    const Py_ssize_t n = b[0].len / 4;
    const int ok = below[0] >= 0 && below[1] >= 0 && b[0].len % 4 == 0 && b[1].len == 4 * n && b[2].len == 4 * n &&
                   b[3].len == 8 * n && n < INT32_MAX && all_below(heads, n, below[0]) && all_below(tails, n, below[1]);
    int32_t *starts = ok ? calloc((size_t)below[0] + 1, sizeof(int32_t)) : NULL;
    int32_t *order = ok ? malloc((size_t)(n + 1) * sizeof(int32_t)) : NULL;
    /* The last pair of each tail, plus 1: that of the present head if its number is not below the first one of it. */
    int32_t *seen = ok ? calloc((size_t)below[1] + 1, sizeof(int32_t)) : NULL;
    const int enough = starts && order && seen;
    int32_t pairs = 0;
    if (enough) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < n; i++) starts[heads[i] + 1]++;
        for (Py_ssize_t h = 0; h < below[0]; h++) starts[h + 1] += starts[h];
        for (Py_ssize_t i = 0; i < n; i++) order[starts[heads[i]]++] = (int32_t)i;
        for (int32_t i = 0, least = 0, head = -1; i < n; i++) {
            const int32_t place = order[i], tail = tails[place];
            if (heads[place] != head) head = heads[place], least = pairs;
            if (seen[tail] <= least) first[pairs] = place, seen[tail] = ++pairs;
            numbers[place] = seen[tail] - 1;
        }
        Py_END_ALLOW_THREADS
    }
    free(starts);
    free(order);
    free(seen);
    for (int i = 0; i < 4; i++) PyBuffer_Release(&b[i]);
    if (!ok) return PyErr_Format(PyExc_ValueError, "number_pairs: the arrays do not fit together");
    return enough ? PyLong_FromLong(pairs) : PyErr_NoMemory();
}

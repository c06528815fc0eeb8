/* Texts cut into pieces, and the distinct pieces numbered. */
#include "native.h"

#include <stdlib.h>

/* What a character may be, as bits; the same as Kind in core/words.py. */
enum { LETTER = 1, UNSPACED = 2, MARK = 4, BLANK = 8, WORD = 16, LINK = 32, JOINER = 64 };

/* The characters of some texts, and their kinds. */
typedef struct {
    const uint32_t *code;
    const uint8_t *kind;
} Block;

/* The distinct pieces: where each was first seen, and a table of their numbers plus 1, at least half of it empty. */
typedef struct {
    int32_t *spans;
    int32_t *slots;
    uint64_t size;
    int32_t count;
} Pieces;

static int32_t skip(const Block *b, int32_t at, int32_t end, uint8_t kind) {
    while (at < end && b->kind[at] & kind) at++;
    return at;
}

static int32_t skip_filled(const Block *b, int32_t at, int32_t end) {
    while (at < end && !(b->kind[at] & BLANK)) at++;
    return at;
}

static int says(const Block *b, int32_t at, int32_t end, const char *text) {
    for (; *text; text++, at++)
        if (at >= end || b->code[at] != (uint32_t)*text) return 0;
    return 1;
}

/* Where the address that begins here ends; here, if there is none. */
static int32_t address(const Block *b, int32_t begin, int32_t at, int32_t end) {
    const int32_t head = says(b, at, end, "http://") ? 7 : says(b, at, end, "https://") ? 8 : says(b, at, end, "www.") ? 4 : 0;
    if (!head || (at > begin && b->kind[at - 1] & WORD)) return at;
    const int32_t stop = skip_filled(b, at + head, end);
    return stop > at + head ? stop : at;
}

/* Where the run of letters that begins here ends: each with its marks, joiners between two of them. */
static int32_t letters(const Block *b, int32_t at, int32_t end) {
    for (;;) {
        at = skip(b, at + 1, end, MARK);
        if (at + 1 < end && b->kind[at] & JOINER && b->kind[at + 1] & LETTER) at++;
        if (at >= end || !(b->kind[at] & LETTER)) return at;
    }
}

static int32_t word(const Block *b, int32_t at, int32_t end) {
    at = letters(b, at, end);
    while (at + 1 < end && b->kind[at] & LINK && b->kind[at + 1] & LETTER) at = letters(b, at + 1, end);
    return says(b, at, end, "++") ? at + 2 : says(b, at, end, "#") ? at + 1 : at;
}

static uint64_t hash(const Block *b, int32_t from, int32_t length) {
    uint64_t mixed = 0x9e3779b97f4a7c15u;
    for (int32_t i = from; i < from + length; i++) mixed = (mixed ^ b->code[i]) * 0x100000001b3u;
    return mixed ^ mixed >> 29;
}

/* The slot of a piece, or the empty one where it belongs. */
static int32_t *slot(const Block *b, const Pieces *p, int32_t from, int32_t length) {
    uint64_t at = hash(b, from, length);
    for (;; at++) {
        int32_t *found = p->slots + (at & (p->size - 1));
        if (!*found) return found;
        const int32_t *span = p->spans + 2 * (size_t)(*found - 1);
        if (span[1] == length && !memcmp(b->code + span[0], b->code + from, sizeof(uint32_t) * (size_t)length)) return found;
    }
}

/* Give the table twice the slots; 0 if there is no memory. */
static int grow(const Block *b, Pieces *p) {
    Pieces wider = {p->spans, calloc(2 * p->size, sizeof(int32_t)), 2 * p->size, p->count};
    if (!wider.slots) return 0;
    for (int32_t i = 0; i < p->count; i++) *slot(b, &wider, p->spans[2 * (size_t)i], p->spans[2 * (size_t)i + 1]) = i + 1;
    free(p->slots);
    *p = wider;
    return 1;
}

/* The number of a piece, a new one if it was not seen before; -1 if there is no memory. */
static int32_t number(const Block *b, Pieces *p, int32_t from, int32_t length) {
    if (2 * (uint64_t)p->count >= p->size && !grow(b, p)) return -1;
    int32_t *found = slot(b, p, from, length);
    if (!*found) {
        p->spans[2 * (size_t)p->count] = from;
        p->spans[2 * (size_t)p->count + 1] = length;
        *found = ++p->count;
    }
    return *found - 1;
}

/* Number the pieces from one place to another; returns how many there are, -1 if there is no memory. */
static int32_t cut(const Block *b, Pieces *p, int32_t begin, int32_t end, int32_t *ids) {
    int32_t count = 0;
    for (int32_t at = begin; at < end;) {
        const uint8_t kind = b->kind[at];
        int32_t stop = kind & BLANK ? at + 1 : address(b, begin, at, end);
        if (stop == at) stop = kind & LETTER ? word(b, at, end) : kind & UNSPACED ? skip(b, at + 1, end, MARK) : at + 1;
        if (!(kind & BLANK) && (ids[count++] = number(b, p, at, stop - at)) < 0) return -1;
        at = stop;
    }
    return count;
}

/* Cut texts, given as their characters one after the other and where each text ends. Fills the numbers of all pieces, -1
 * behind each text, how many numbers each text has, and the place and length of the first piece of each number. Returns
 * how many distinct pieces there are. */
PyObject *cut_words(PyObject *self, PyObject *args) {
    Py_buffer b[6];
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*w*w*", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5])) return NULL;
    const Py_ssize_t n = b[1].len, texts = b[2].len / 4;
    const int32_t *ends = b[2].buf;
    int ok = n < INT32_MAX && b[0].len == 4 * n && b[2].len % 4 == 0 && b[3].len == 4 * (n + texts) && b[4].len == 4 * texts &&
             b[5].len == 8 * n;
    for (Py_ssize_t t = 0; ok && t < texts; t++) ok = ends[t] >= (t ? ends[t - 1] : 0) && ends[t] <= n;
    Pieces pieces = {b[5].buf, ok ? calloc(1024, sizeof(int32_t)) : NULL, 1024, 0};
    int enough = pieces.slots != NULL;
    if (enough) {
        const Block block = {b[0].buf, b[1].buf};
        int32_t *ids = b[3].buf, *counts = b[4].buf;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t t = 0; enough && t < texts; t++) {
            const int32_t found = cut(&block, &pieces, t ? ends[t - 1] : 0, ends[t], ids);
            enough = found >= 0;
            if (enough) ids[found] = -1;
            counts[t] = found + 1;
            ids += counts[t];
        }
        Py_END_ALLOW_THREADS
    }
    free(pieces.slots);
    for (int i = 0; i < 6; i++) PyBuffer_Release(&b[i]);
    if (!ok) return PyErr_Format(PyExc_ValueError, "cut_words: the arrays do not fit together");
    return enough ? PyLong_FromLong(pieces.count) : PyErr_NoMemory();
}

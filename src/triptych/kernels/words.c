/* Texts cut into pieces, and the distinct pieces numbered. */
#include "native.h"

#include <stdlib.h>

/* What a character may be, as bits; the same as Kind in core/words.py. */
enum { LETTER = 1, UNSPACED = 2, MARK = 4, BLANK = 8, WORD = 16, LINK = 32, JOINER = 64 };

/* Texts in UTF-8, and the kinds of all characters below some number, of ASCII at least. */
typedef struct {
    const uint8_t *text;
    const uint8_t *kinds;
    uint32_t known;
} Block;

/* A character: what it may be, and where the next one begins. There is none, of no kind, where a text ends. */
typedef struct {
    uint8_t kind;
    int32_t after;
} Character;

/* Where a piece has its number plus 1, and what it is found by. */
typedef struct {
    uint32_t hash;
    int32_t number;
} Slot;

/* The distinct pieces one after the other, a space behind each, and a table of their numbers, at least half empty. */
typedef struct {
    uint8_t *written;
    int32_t *ends;
    Slot *slots;
    uint32_t size;
    int32_t count;
} Pieces;

static Character beyond_ascii(const Block *b, int32_t at, int32_t end) {
    const uint8_t *s = b->text + at;
    const int32_t size = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
    if (size > end - at) return (Character){0, end};
    uint32_t code = *s & (0xff >> (size + 1));
    for (int32_t i = 1; i < size; i++) code = code << 6 | (s[i] & 0x3f);
    return (Character){code < b->known ? b->kinds[code] : 0, at + size};
}

INLINE Character look(const Block *b, int32_t at, int32_t end) {
    if (at >= end) return (Character){0, end};
    const uint8_t first = b->text[at];
    return first < 0x80 ? (Character){b->kinds[first], at + 1} : beyond_ascii(b, at, end);
}

static Character look_back(const Block *b, int32_t begin, int32_t at) {
    int32_t from = at - 1;
    while (from > begin && (b->text[from] & 0xc0) == 0x80) from--;
    return look(b, from, at);
}

INLINE int32_t skip(const Block *b, int32_t at, int32_t end, uint8_t kinds) {
    for (Character c = look(b, at, end); c.kind & kinds; c = look(b, at, end)) at = c.after;
    return at;
}

static int32_t skip_filled(const Block *b, int32_t at, int32_t end) {
    for (Character c = look(b, at, end); at < end && !(c.kind & BLANK); c = look(b, at, end)) at = c.after;
    return at;
}

static int says(const Block *b, int32_t at, int32_t end, const char *text) {
    for (; *text; text++, at++)
        if (at >= end || b->text[at] != (uint8_t)*text) return 0;
    return 1;
}

/* Where the address that begins here ends; here, if there is none. */
static int32_t address(const Block *b, int32_t begin, int32_t at, int32_t end) {
    const int32_t head = says(b, at, end, "http://") ? 7 : says(b, at, end, "https://") ? 8 : says(b, at, end, "www.") ? 4 : 0;
    if (!head || (at > begin && look_back(b, begin, at).kind & WORD)) return at;
    const int32_t stop = skip_filled(b, at + head, end);
    return stop > at + head ? stop : at;
}

/* Where the run of letters that one before here began ends: each with its marks, joiners between two of them. */
INLINE int32_t letters(const Block *b, int32_t at, int32_t end) {
    for (;;) {
        at = skip(b, at, end, LETTER | MARK);
        const Character joiner = look(b, at, end);
        if (!(joiner.kind & JOINER)) return at;
        const Character letter = look(b, joiner.after, end);
        if (!(letter.kind & LETTER)) return at;
        at = letter.after;
    }
}

/* Where the word ends whose first letter is before here. */
static int32_t word(const Block *b, int32_t at, int32_t end) {
    for (;;) {
        at = letters(b, at, end);
        const Character link = look(b, at, end);
        if (!(link.kind & LINK)) break;
        const Character letter = look(b, link.after, end);
        if (!(letter.kind & LETTER)) break;
        at = letter.after;
    }
    return says(b, at, end, "++") ? at + 2 : says(b, at, end, "#") ? at + 1 : at;
}

static uint32_t hash(const uint8_t *text, int32_t length) {
    uint64_t mixed = (uint64_t)length;
    for (int32_t i = 0; i < length; i += 8) {
        const int32_t end = length - i < 8 ? length : i + 8;
        uint64_t some = 0;
        for (int32_t j = i; j < end; j++) some = some << 8 | text[j];
        mixed = (mixed ^ some) * 0x9e3779b97f4a7c15u;
        mixed ^= mixed >> 32;
    }
    return (uint32_t)mixed;
}

/* Give the tables twice the room; 0 if there is no memory. */
static int grow(Pieces *p) {
    const uint32_t size = p->size ? 2 * p->size : 2048;
    int32_t *ends = realloc(p->ends, size / 2 * sizeof(int32_t));
    Slot *slots = ends ? calloc(size, sizeof(Slot)) : NULL;
    if (ends) p->ends = ends;
    if (!slots) return 0;
    for (uint32_t i = 0; i < p->size; i++) {
        uint32_t at = p->slots[i].hash & (size - 1);
        if (!p->slots[i].number) continue;
        while (slots[at].number) at = (at + 1) & (size - 1);
        slots[at] = p->slots[i];
    }
    free(p->slots);
    p->slots = slots;
    p->size = size;
    return 1;
}

/* The number of a piece, a new one if it was not seen before; -1 if there is no memory. */
static int32_t number(Pieces *p, const uint8_t *text, int32_t length) {
    if (2 * (uint32_t)p->count >= p->size && !grow(p)) return -1;
    const uint32_t mixed = hash(text, length);
    uint32_t at = mixed & (p->size - 1);
    for (; p->slots[at].number; at = (at + 1) & (p->size - 1)) {
        const int32_t found = p->slots[at].number - 1, from = found ? p->ends[found - 1] : 0;
        if (p->slots[at].hash == mixed && p->ends[found] - from == length + 1 && !memcmp(p->written + from, text, (size_t)length))
            return found;
    }
    const int32_t from = p->count ? p->ends[p->count - 1] : 0;
    memcpy(p->written + from, text, (size_t)length);
    p->written[from + length] = ' ';
    p->ends[p->count++] = from + length + 1;
    p->slots[at] = (Slot){mixed, p->count};
    return p->count - 1;
}

/* Number the pieces from one place to another; returns how many there are, -1 if there is no memory. */
static int32_t cut(const Block *b, Pieces *p, int32_t begin, int32_t end, int32_t *ids) {
    int32_t count = 0;
    for (int32_t at = begin; at < end;) {
        const Character first = look(b, at, end);
        int32_t stop = first.after;
        if (!(first.kind & BLANK)) {
            const int32_t linked = address(b, begin, at, end);
            if (linked > at) stop = linked;
            else if (first.kind & LETTER) stop = word(b, stop, end);
            else if (first.kind & UNSPACED) stop = skip(b, stop, end, MARK);
            if ((ids[count++] = number(p, b->text + at, stop - at)) < 0) return -1;
        }
        at = stop;
    }
    return count;
}

/* Cut texts, given as UTF-8 one after the other, the kinds of their characters, and where each text ends. Fills the
 * numbers of all pieces, -1 behind each text, how many numbers each text has, and the distinct pieces, a space behind
 * each. Returns how many bytes these take. */
PyObject *cut_words(PyObject *self, PyObject *args) {
    Py_buffer b[6];
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*w*w*", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5])) return NULL;
    const Py_ssize_t n = b[0].len, texts = b[2].len / 4;
    const int32_t *ends = b[2].buf;
    int ok = n < INT32_MAX / 2 && b[1].len >= 128 && b[1].len <= 0x110000 && b[2].len % 4 == 0 && b[3].len == 4 * (n + texts) &&
             b[4].len == 4 * texts && b[5].len == 2 * n;
    for (Py_ssize_t t = 0; ok && t < texts; t++) ok = ends[t] >= (t ? ends[t - 1] : 0) && ends[t] <= n;
    Pieces pieces = {b[5].buf, NULL, NULL, 0, 0};
    int enough = 1;
    if (ok) {
        const Block block = {b[0].buf, b[1].buf, (uint32_t)b[1].len};
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
    const int32_t written = pieces.count ? pieces.ends[pieces.count - 1] : 0;
    free(pieces.ends);
    free(pieces.slots);
    for (int i = 0; i < 6; i++) PyBuffer_Release(&b[i]);
    if (!ok) return PyErr_Format(PyExc_ValueError, "cut_words: the arrays do not fit together");
    return enough ? PyLong_FromLong(written) : PyErr_NoMemory();
}

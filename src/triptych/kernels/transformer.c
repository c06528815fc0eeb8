/* A BERT encoder (Devlin et al. 2019) with weights of 8 bits: tokens in, one vector a text out.
 *
 * Products are of bytes, each row of activations rounded by its own scale; the rest is in single precision, in eight lanes
 * and one order. A text is alone in its products, so that its vector depends on nothing else, and no processor adds in
 * another order than the next, so that it is the same bytes on every one. */
#include "bytes.h"

#define MOST_TOKENS 4096

typedef int8_t B8 __attribute__((vector_size(8)));

/* What is multiplied and added, in the order in which it is needed. */
typedef struct {
    const uint8_t *packed;            /* for each layer: query, key and value together; output; inner; outer */
    const float *scale, *lift, *bias; /* of each of their columns: scale, scale times the sum of its bytes, bias */
    const float *norm;                /* weight and bias of the first norm, then of two for each layer */
} Weights;

typedef struct {
    int32_t d, f, heads, layers; /* width, inner width, heads of 32, layers */
    const int8_t *words, *positions;
    const float *word_scale, *position_scale, *kind;
    Weights weights;
} Model;

typedef struct {
    float *x, *wide, *narrow, *keys, *shares, *times, *shift;
    int32_t *less;
    int8_t *bytes;
} Room;

INLINE float largest(F8 s) {
    float top = s[0];
    for (int l = 1; l < LANES; l++) top = s[l] > top ? s[l] : top;
    return top;
}

/* Round rows to bytes, each from its own least to its own greatest value: x is about shift + times * byte. */
INLINE void round_rows(const float *x, int32_t rows, int32_t d, Room *room) {
    for (int32_t i = 0; i < rows; i++) {
        const float *row = x + (size_t)i * d;
        F8 low = load(row), high = low;
        for (int32_t c = LANES; c < d; c += LANES) {
            const F8 value = load(row + c);
            low = choose(value < low, value, low);
            high = choose(value > high, value, high);
        }
        const float least = -largest(-low), range = largest(high) - least, by = range > 0.0f ? 255.0f / range : 0.0f;
        I8 sum = {0, 0, 0, 0, 0, 0, 0, 0};
        for (int32_t c = 0; c < d; c += LANES) {
            /* Adding and taking away 1.5 * 2^23 rounds to the nearest whole number. */
            const F8 whole = ((load(row + c) - least) * by + 12582912.0f) - 12582912.0f;
            const I8 number = __builtin_convertvector(whole, I8) - 128;
            const B8 small = __builtin_convertvector(number, B8);
            memcpy(room->bytes + (size_t)i * d + c, &small, sizeof small);
            sum += number;
        }
        room->less[i] = 128 * (sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7]);
        room->times[i] = range / 255.0f;
        room->shift[i] = least + 128.0f * room->times[i];
    }
}

/* to = x w + bias, and on to the next weights. */
INLINE void multiply(const float *x, int32_t rows, int32_t d, int32_t columns, Weights *w, float *to, Room *room) {
    round_rows(x, rows, d, room);
    byte_tile(2, room->bytes, room->less, room->times, w->packed, w->scale, to, rows, columns, d);
    for (int32_t i = 0; i < rows; i++)
        for (int32_t c = 0; c < columns; c += LANES) {
            float *place = to + (size_t)i * columns + c;
            store(place, load(place) + (room->shift[i] * load(w->lift + c) + load(w->bias + c)));
        }
    w->packed += (size_t)columns * d;
    w->scale += columns, w->lift += columns, w->bias += columns;
}

/* y = norm(y + x), row by row (Ba, Kiros & Hinton 2016), and on to the next weights. */
INLINE void add_and_norm(float *y, const float *x, int32_t rows, int32_t d, Weights *w) {
    for (int32_t i = 0; i < rows; i++) {
        float *row = y + (size_t)i * d;
        F8 sum = all(0.0f), square = all(0.0f);
        for (int32_t c = 0; c < d; c += LANES) {
            const F8 value = load(row + c) + load(x + (size_t)i * d + c);
            store(row + c, value);
            sum += value;
        }
        const float mean = total(sum) / (float)d;
        for (int32_t c = 0; c < d; c += LANES) {
            const F8 gap = load(row + c) - mean;
            square += gap * gap;
        }
        const float by = 1.0f / sqrtf(total(square) / (float)d + 1e-12f);
        for (int32_t c = 0; c < d; c += LANES)
            store(row + c, (load(row + c) - mean) * by * load(w->norm + c) + load(w->norm + d + c));
    }
    w->norm += 2 * d;
}

/* 2^e for e in [-126, 126], relative error below 3e-6. */
INLINE F8 two_to(F8 e) {
    /* Adding and taking away 1.5 * 2^23 rounds to the nearest whole number. */
    const F8 whole = (e + 12582912.0f) - 12582912.0f;
    const F8 t = (e - whole) * 0.69314718f;
    const F8 exp = 1.0f + t * (1.0f + t * (0.5f + t * (0.16666667f + t * (0.041666667f + t * 0.0083333333f))));
    return exp * (F8)((__builtin_convertvector(whole, I8) + 127) << 23);
}

/* x Φ(x), by erf to 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26). */
INLINE F8 gelu(F8 x) {
    const F8 u = choose(x < all(0.0f), -x, x) * 0.70710678f;
    const F8 t = 1.0f / (1.0f + 0.3275911f * u);
    const F8 series = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
    const F8 rest = 0.5f * series * two_to(at_least(u * u * -1.4426950f, -126.0f));
    return x * choose(x < all(0.0f), rest, 1.0f - rest);
}

/* softmax(q k') v for one head of 32 dimensions. `qkv` has 3 d columns: queries, keys, values of each head in turn. */
INLINE void attend(const float *qkv, float *to, int32_t head, int32_t tokens, int32_t rows, int32_t d,
                   Room *room) {
    const int32_t columns = 3 * d, at = head * 32, span = rows + LANES; /* room for two vectors of keys at the end */
    float *keys = room->keys;
    for (int32_t j = 0; j < rows; j++)
        for (int32_t c = 0; c < 32; c++)
            keys[(size_t)c * span + j] = qkv[(size_t)j * columns + d + at + c];
    for (int32_t i = 0; i < rows; i += 4) {
        float query[4][32], *share = room->shares;
        for (int r = 0; r < 4; r++)
            for (int32_t c = 0; c < 32; c++)
                query[r][c] = qkv[(size_t)(i + r) * columns + at + c] * 0.17677670f; /* 1 / sqrt 32 */
        F8 top[4];
        for (int r = 0; r < 4; r++) top[r] = all(-INFINITY);
        for (int32_t j = 0; j < rows; j += 2 * LANES) {
            F8 score[4][2];
            for (int r = 0; r < 4; r++) score[r][0] = score[r][1] = all(0.0f);
            for (int32_t c = 0; c < 32; c++) {
                const F8 one = load(keys + (size_t)c * span + j), two = load(keys + (size_t)c * span + j + LANES);
                for (int r = 0; r < 4; r++) {
                    score[r][0] += one * query[r][c];
                    score[r][1] += two * query[r][c];
                }
            }
            for (int q = 0; q < 2; q++) {
                const int32_t first = j + q * LANES;
                const I8 place = {first, first + 1, first + 2, first + 3, first + 4, first + 5, first + 6, first + 7};
                for (int r = 0; r < 4; r++) {
                    const F8 value = choose(place < tokens, score[r][q], all(-INFINITY));
                    top[r] = choose(value > top[r], value, top[r]);
                    store(share + (size_t)r * span + first, value);
                }
            }
        }
        F8 sum[4][4];
        float whole[4];
        for (int r = 0; r < 4; r++) {
            const float most = largest(top[r]);
            F8 shares = all(0.0f);
            for (int32_t j = 0; j < rows; j += LANES) {
                float *place = share + (size_t)r * span + j;
                const F8 e = (load(place) - most) * 1.4426950f;
                const F8 value = choose(e < all(-126.0f), all(0.0f), two_to(at_least(e, -126.0f)));
                shares += value;
                store(place, value);
            }
            whole[r] = total(shares);
            for (int q = 0; q < 4; q++) sum[r][q] = all(0.0f);
        }
        for (int32_t j = 0; j < tokens; j++) {
            const float *value = qkv + (size_t)j * columns + 2 * d + at;
            for (int q = 0; q < 4; q++) {
                const F8 part = load(value + q * LANES);
                for (int r = 0; r < 4; r++) sum[r][q] += part * share[(size_t)r * span + j];
            }
        }
        for (int r = 0; r < 4; r++)
            for (int q = 0; q < 4; q++)
                store(to + (size_t)(i + r) * d + at + q * LANES, sum[r][q] / whole[r]);
    }
}

EVERY_CPU static void encode_text(const Model *model, const int32_t *ids, int32_t tokens, float *out, Room *room) {
    const int32_t d = model->d, f = model->f, rows = (tokens + BLOCK_ROWS - 1) / BLOCK_ROWS * BLOCK_ROWS;
    Weights w = model->weights;
    float *x = room->x, *wide = room->wide, *narrow = room->narrow;
    memset(x, 0, sizeof(float) * (size_t)rows * d);
    for (int32_t i = 0; i < tokens; i++)
        for (int32_t c = 0; c < d; c++)
            x[(size_t)i * d + c] = (float)model->words[(size_t)ids[i] * d + c] * model->word_scale[ids[i]] +
                                   (float)model->positions[(size_t)i * d + c] * model->position_scale[i];
    for (int32_t i = 0; i < rows; i++) memcpy(narrow + (size_t)i * d, model->kind, sizeof(float) * (size_t)d);
    add_and_norm(x, narrow, rows, d, &w);
    for (int32_t layer = 0; layer < model->layers; layer++) {
        multiply(x, rows, d, 3 * d, &w, wide, room);
        for (int32_t head = 0; head < model->heads; head++) attend(wide, narrow, head, tokens, rows, d, room);
        multiply(narrow, rows, d, d, &w, wide, room);
        add_and_norm(x, wide, rows, d, &w);
        multiply(x, rows, d, f, &w, wide, room);
        for (size_t c = 0; c < (size_t)rows * f; c += LANES) store(wide + c, gelu(load(wide + c)));
        multiply(wide, rows, f, d, &w, narrow, room);
        add_and_norm(x, narrow, rows, d, &w);
    }
    F8 square = all(0.0f);
    for (int32_t c = 0; c < d; c += LANES) {
        F8 sum = all(0.0f);
        for (int32_t i = 0; i < tokens; i++) sum += load(x + (size_t)i * d + c);
        sum /= (float)tokens;
        square += sum * sum;
        store(out + c, sum);
    }
    const float length = sqrtf(total(square));
    for (int32_t c = 0; c < d; c += LANES) store(out + c, load(out + c) / (length > 0.0f ? length : 1.0f));
}

static size_t room_bytes(int32_t rows, int32_t d, int32_t f) {
    const size_t n = (size_t)rows, wide = f > 3 * d ? (size_t)f : 3 * (size_t)d;
    return 4 * (n * (2 * (size_t)d + wide) + (n + LANES) * 36 + n * 3) + n * (size_t)(f > d ? f : d) + 1;
}

/* Cut one allocation into what a text of so many tokens needs. */
static Room rooms(char *memory, int32_t rows, int32_t d, int32_t f) {
    const size_t n = (size_t)rows, wide = f > 3 * d ? (size_t)f : 3 * (size_t)d;
    Room room;
    room.x = (float *)memory;
    room.wide = room.x + n * d;
    room.narrow = room.wide + n * wide;
    room.keys = room.narrow + n * d;
    room.shares = room.keys + (n + LANES) * 32;
    room.times = room.shares + (n + LANES) * 4;
    room.shift = room.times + n;
    room.less = (int32_t *)(room.shift + n);
    room.bytes = (int8_t *)(room.less + n);
    return room;
}

PyObject *encode_tokens(PyObject *self, PyObject *args) {
    Py_buffer b[13];
    int d, f, heads, layers;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*y*y*y*y*w*iiii", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &b[7], &b[8],
                          &b[9], &b[10], &b[11], &b[12], &d, &f, &heads, &layers))
        return NULL;
    PyObject *result = NULL;
    const Py_ssize_t words = b[1].len / 4, positions = b[3].len / 4, tokens = b[10].len / 4, texts = b[11].len / 4 - 1;
    const Py_ssize_t columns = (Py_ssize_t)layers * (5 * (Py_ssize_t)d + f) * 4;
    const int32_t *ids = b[10].buf, *begin = b[11].buf;
    int ok = d > 0 && f > 0 && layers >= 0 && d == heads * 32 && f % BLOCK_COLUMNS == 0 && texts >= 0 &&
             b[0].len == words * d && b[2].len == positions * d && b[4].len == (Py_ssize_t)d * 4 &&
             b[5].len == (Py_ssize_t)layers * (4 * (Py_ssize_t)d * d + 2 * (Py_ssize_t)d * f) && b[6].len == columns &&
             b[7].len == columns && b[8].len == columns && b[9].len == (Py_ssize_t)d * 8 * (1 + 2 * (Py_ssize_t)layers) &&
             b[12].len == texts * d * 4 && begin[0] == 0 && begin[texts] == tokens;
    int32_t longest = 0;
    for (Py_ssize_t i = 0; ok && i < texts; i++) {
        const int32_t length = begin[i + 1] - begin[i];
        ok = length >= 1 && length <= positions && length <= MOST_TOKENS;
        longest = length > longest ? length : longest;
    }
    for (Py_ssize_t i = 0; ok && i < tokens; i++) ok = ids[i] >= 0 && ids[i] < words;
    const int32_t rows = (longest + BLOCK_ROWS - 1) / BLOCK_ROWS * BLOCK_ROWS;
    void *memory = ok ? PyMem_Malloc(room_bytes(rows, d, f)) : NULL;
    if (!ok) {
        PyErr_SetString(PyExc_ValueError, "encode_tokens: the arrays do not fit together");
    } else if (!memory) {
        PyErr_NoMemory();
    } else {
        const Model model = {d, f, heads, layers, b[0].buf, b[2].buf, b[1].buf, b[3].buf, b[4].buf,
                             {b[5].buf, b[6].buf, b[7].buf, b[8].buf, b[9].buf}};
        Room room = rooms(memory, rows, d, f);
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < texts; i++)
            encode_text(&model, ids + begin[i], begin[i + 1] - begin[i], (float *)b[12].buf + i * d, &room);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    PyMem_Free(memory);
    for (int i = 0; i < 13; i++) PyBuffer_Release(&b[i]);
    return result;
}

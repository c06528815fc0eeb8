/* Products of vectors of signed bytes. */
#ifndef TRIPTYCH_KERNELS_BYTES_H
#define TRIPTYCH_KERNELS_BYTES_H

#include "native.h"

/* Rows and columns come in whole blocks; the last ones are filled up with zeros. */
#define BLOCK_ROWS 8
#define BLOCK_COLUMNS 32

/* scores[i][j] = (rows[i] . columns[j]) * by[j] * times[i] for m rows and n packed columns of d bytes; less[i] is 128 times
 * the sum of row i, d a multiple of 4. `how`, at most: 2 by bytes, 1 by pairs of 16 bits, 0 plainly. */
void byte_tile(int how, const int8_t *rows, const int32_t *less, const float *times, const uint8_t *columns,
               const float *by, float *scores, int32_t m, int32_t n, int32_t d);

#endif

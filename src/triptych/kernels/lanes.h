/* What the inner loops share: vectors of eight lanes, and how a loop is compiled for more than one CPU.
 *
 * Each loop works on plain arrays and releases the GIL, so that Python threads share the work. Results do not depend on
 * how rows are shared out among threads: every row owns what it writes, sums run in a fixed order of eight lanes, random
 * numbers are a hash of (seed, epoch, row, draw), and the compiler may not fuse multiplications with additions
 * (-ffp-contract=off).
 */
#ifndef TRIPTYCH_KERNELS_LANES_H
#define TRIPTYCH_KERNELS_LANES_H

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static __forceinline
#endif

/* One copy for every x86-64, one for those with AVX2; chosen when the library is loaded, same bits from both. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define EVERY_CPU __attribute__((target_clones("avx2", "default")))
#else
#define EVERY_CPU
#endif

/* Vectors of eight lanes, by the extension that GCC and clang share; where a machine has shorter ones they split them. */
#define LANES 8
typedef float F8 __attribute__((vector_size(32)));
typedef int32_t I8 __attribute__((vector_size(32)));

INLINE F8 all(float x) { return (F8){x, x, x, x, x, x, x, x}; }

INLINE F8 load(const float *from) {
    F8 x;
    memcpy(&x, from, sizeof x);
    return x;
}

INLINE void store(float *to, F8 x) { memcpy(to, &x, sizeof x); }

/* The sum of the lanes, in one order everywhere. */
INLINE float total(F8 s) { return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7])); }

/* yes where the mask is -1, no where it is 0. */
INLINE F8 choose(I8 mask, F8 yes, F8 no) { return (F8)((mask & (I8)yes) | (~mask & (I8)no)); }
INLINE F8 at_most(F8 x, float bound) { return choose(x > all(bound), all(bound), x); }
INLINE F8 at_least(F8 x, float bound) { return choose(x < all(bound), all(bound), x); }

#endif

/* The functions of the module, by the file that has them. */
#ifndef TRIPTYCH_KERNELS_NATIVE_H
#define TRIPTYCH_KERNELS_NATIVE_H

#include "lanes.h"

/* The root of a component, the way to it shortened. */
INLINE int32_t root_of(int32_t *up, int32_t i) {
    while (up[i] != i) i = up[i] = up[up[i]];
    return i;
}

/* layout.c */
PyObject *layout_epoch(PyObject *self, PyObject *args);

/* memberships.c */
PyObject *memberships(PyObject *self, PyObject *args);
PyObject *fuzzy_union(PyObject *self, PyObject *args);
PyObject *lay_springs(PyObject *self, PyObject *args);

/* bytes.c */
PyObject *has_byte_products(PyObject *self, PyObject *args);
PyObject *byte_products(PyObject *self, PyObject *args);

/* transformer.c */
PyObject *encode_tokens(PyObject *self, PyObject *args);

/* neighbours.c */
PyObject *keep_best(PyObject *self, PyObject *args);
PyObject *rank_candidates(PyObject *self, PyObject *args);
PyObject *explore(PyObject *self, PyObject *args);

/* kdtree.c */
PyObject *grow_kdtree(PyObject *self, PyObject *args);
PyObject *core_squares(PyObject *self, PyObject *args);

/* boruvka.c */
PyObject *nearest_foreign(PyObject *self, PyObject *args);
PyObject *join_components(PyObject *self, PyObject *args);

/* prim.c */
PyObject *spanning_tree(PyObject *self, PyObject *args);

/* density.c */
PyObject *link_edges(PyObject *self, PyObject *args);
PyObject *condense(PyObject *self, PyObject *args);

/* words.c */
PyObject *cut_words(PyObject *self, PyObject *args);

/* phrases.c */
PyObject *count_cells(PyObject *self, PyObject *args);
PyObject *number_pairs(PyObject *self, PyObject *args);

#endif

/* The functions of the module, by the file that has them. */
#ifndef TRIPTYCH_KERNELS_NATIVE_H
#define TRIPTYCH_KERNELS_NATIVE_H

#include "lanes.h"

/* layout.c */
PyObject *layout_epoch(PyObject *self, PyObject *args);

/* neighbours.c */
PyObject *keep_best(PyObject *self, PyObject *args);

/* density.c */
PyObject *spanning_tree(PyObject *self, PyObject *args);
PyObject *link_edges(PyObject *self, PyObject *args);
PyObject *condense(PyObject *self, PyObject *args);

#endif

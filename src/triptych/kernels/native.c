/* The module triptych.kernels._native. */
#include "native.h"

static PyMethodDef methods[] = {
    {"layout_epoch", layout_epoch, METH_VARARGS, "Move rows [start, stop) of a layout by one epoch."},
    {"spanning_tree", spanning_tree, METH_VARARGS, "Minimum spanning tree of the mutual reachability graph."},
    {"link_edges", link_edges, METH_VARARGS, "Join sorted edges into a binary tree."},
    {"condense", condense, METH_VARARGS, "Read the clusters of at least some size off the tree."},
    {"keep_best", keep_best, METH_VARARGS, "Keep the k best scores of each row."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_native", "The inner loops of Triptych.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module); }

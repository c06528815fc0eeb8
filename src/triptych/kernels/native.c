/* The module triptych.kernels._native. */
#include "native.h"

static PyMethodDef methods[] = {
    {"layout_epoch", layout_epoch, METH_VARARGS, "Move rows [start, stop) of a layout by one epoch."},
    {"memberships", memberships, METH_VARARGS, "Turn distances of neighbours into memberships."},
    {"fuzzy_union", fuzzy_union, METH_VARARGS, "Join the two directions of every edge."},
    {"lay_springs", lay_springs, METH_VARARGS, "Lay edges out for the layout."},
    {"grow_kdtree", grow_kdtree, METH_VARARGS, "Put points into a k-d tree."},
    {"core_squares", core_squares, METH_VARARGS, "Squared distance of points [start, stop) to their k-th neighbour."},
    {"nearest_foreign", nearest_foreign, METH_VARARGS, "Nearest point of another component for points [start, stop)."},
    {"join_components", join_components, METH_VARARGS, "Join each component to the nearest other one."},
    {"spanning_tree", spanning_tree, METH_VARARGS, "Minimum spanning tree of the mutual reachability graph."},
    {"link_edges", link_edges, METH_VARARGS, "Join sorted edges into a binary tree."},
    {"condense", condense, METH_VARARGS, "Read the clusters of at least some size off the tree."},
    {"rank_candidates", rank_candidates, METH_VARARGS, "Keep the nearest of each query's candidates."},
    {"explore", explore, METH_VARARGS, "Look for nearer rows among the neighbours of neighbours."},
    {"encode_tokens", encode_tokens, METH_VARARGS, "Turn texts, as numbers of tokens, into vectors."},
    {"has_byte_products", has_byte_products, METH_NOARGS, "Whether this processor multiplies bytes fast."},
    {"byte_products", byte_products, METH_VARARGS, "Products of two sets of 8-bit vectors."},
    {"keep_best", keep_best, METH_VARARGS, "Keep the k best scores of each row."},
    {"cut_words", cut_words, METH_VARARGS, "Cut texts into pieces and number the distinct ones."},
    {"count_cells", count_cells, METH_VARARGS, "Count which document holds which phrase how often."},
    {"number_pairs", number_pairs, METH_VARARGS, "Number the distinct pairs of two numbers."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_native", "The inner loops of Triptych.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module); }

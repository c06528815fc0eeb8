/* A k-d tree over points in few dimensions.
 *
 * Points stand in blocks of eight, the leaves, each filled but the last; node 0 has all blocks. Nodes are numbered from
 * the top, left before right, so that the number of blocks says where everything is and no links are stored. Squares of
 * distances, of points and of boxes alike, are summed in the order of the dimensions: rounding then never makes a box
 * farther than a point in it, and a weight is the same number from both of its ends.
 */
#ifndef TRIPTYCH_KERNELS_KDTREE_H
#define TRIPTYCH_KERNELS_KDTREE_H

#include "native.h"

/* More would not prune: a box is then near to everything. */
#define MOST 16
#define DEPTH 64

typedef struct {
    const float *columns; /* (blocks, p, 8) */
    const float *boxes;   /* (nodes, 2, p): the least and the largest coordinates */
    int32_t blocks;
} KDTree;

typedef struct {
    int32_t node, first, last; /* blocks [first, last) */
    float square;              /* of the distance to its box */
} Visit;

INLINE int32_t middle(int32_t first, int32_t last) { return first + (last - first) / 2; }
INLINE int32_t right_of(int32_t node, int32_t first, int32_t last) { return node + 2 * (middle(first, last) - first); }

INLINE F8 squares(const int p, const float *block, const float *from) {
    F8 sum = all(0.0f);
    for (int c = 0; c < p; c++) {
        const F8 gap = load(block + c * LANES) - from[c];
        sum += gap * gap;
    }
    return sum;
}

INLINE float box_square(const int p, const float *box, const float *from) {
    float sum = 0.0f;
    for (int c = 0; c < p; c++) {
        const float below = box[c] - from[c], above = from[c] - box[p + c];
        const float gap = below > above ? below : above;
        sum += gap > 0.0f ? gap * gap : 0.0f;
    }
    return sum;
}

/* Go down from a node to the nearest leaf; the farther children wait on the stack, if they are near enough at all. */
INLINE int down(const int p, const KDTree *tree, const float *from, float limit, Visit *at, Visit *stack, int *depth) {
    while (at->last - at->first > 1) {
        const int32_t mid = middle(at->first, at->last);
        Visit near = {at->node + 1, at->first, mid, 0.0f};
        Visit far = {right_of(at->node, at->first, at->last), mid, at->last, 0.0f};
        near.square = box_square(p, tree->boxes + (size_t)near.node * 2 * p, from);
        far.square = box_square(p, tree->boxes + (size_t)far.node * 2 * p, from);
        if (far.square < near.square) {
            const Visit other = near;
            near = far;
            far = other;
        }
        if (far.square < limit) stack[(*depth)++] = far;
        if (!(near.square < limit)) return 0;
        *at = near;
    }
    return 1;
}

#endif

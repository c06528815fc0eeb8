/** How each point looks in a state of the page: colour, opacity, size and order. */

import type { Colouring } from "./colouring";
import { DIM, HIDDEN, HIT } from "./filter";
import type { Theme } from "./palette";
import type { Style } from "./renderer";

const SIZE = 128;
const SMALL = 88;
const LAYERS = 4;

/**
 * What has no colour of its own is drawn first, grey and small; then what is out of focus, the rest, and hits on top.
 *
 * @param bare whether there is nothing to colour by, so that no point is set back for it
 */
export function styleOf(colouring: Colouring, theme: Theme, focus: Uint8Array, bare: boolean): Style {
  const look = new Uint8Array(8 * focus.length);
  const layer = new Uint8Array(focus.length).fill(LAYERS);
  const ends = new Uint32Array(LAYERS + 1);
  const colours = colouring.colours(theme);
  for (let point = 0; point < focus.length; point++) {
    const state = focus[point];
    if (state === HIDDEN) continue;
    const code = colouring.code[point];
    const grey = code < 0 && !bare;
    const colour = code >= 0 ? colours[code] : grey ? theme.noise : theme.plain;
    const at = 8 * point;
    for (let i = 0; i < 3; i++) look[at + i] = colour[i];
    look[at + 3] = state === HIT ? 255 : state === DIM ? 40 : grey ? 150 : 235;
    look[at + 4] = grey ? SMALL : SIZE;
    layer[point] = state === HIT ? 3 : grey ? 0 : state === DIM ? 1 : 2;
    ends[layer[point] + 1]++;
  }
  for (let i = 0; i < LAYERS; i++) ends[i + 1] += ends[i];
  const order = new Uint32Array(ends[LAYERS]);
  const ringed = ends[LAYERS] - ends[LAYERS - 1];
  for (let point = 0; point < focus.length; point++) if (layer[point] < LAYERS) order[ends[layer[point]]++] = point;
  return { look, order, ringed };
}

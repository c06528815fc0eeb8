/** How each point looks in a state of the page: colour, opacity, size and order. */

import type { Colouring } from "./colouring";
import { DIM, HIDDEN, HIT } from "./filter";
import type { Theme } from "./palette";
import type { Style } from "./renderer";

const SIZE = 128;
const SMALL = 88;

/**
 * What has no colour of its own is drawn first, grey and small; then what is out of focus, the rest, and hits on top.
 *
 * @param bare whether there is nothing to colour by, so that no point is set back for it
 */
export function styleOf(colouring: Colouring, theme: Theme, focus: Uint8Array, bare: boolean): Style {
  const look = new Uint8Array(8 * focus.length);
  const layers: number[][] = [[], [], [], []];
  const colours = colouring.colours(theme);
  focus.forEach((state, point) => {
    if (state === HIDDEN) return;
    const code = colouring.code[point];
    const grey = code < 0 && !bare;
    const [r, g, b] = code >= 0 ? colours[code] : grey ? theme.noise : theme.plain;
    const opacity = state === HIT ? 255 : state === DIM ? 40 : grey ? 150 : 235;
    look.set([r, g, b, opacity, grey ? SMALL : SIZE], 8 * point);
    layers[state === HIT ? 3 : grey ? 0 : state === DIM ? 1 : 2].push(point);
  });
  return { look, order: Uint32Array.from(layers.flat()), ringed: layers[3].length };
}

/** What the panels cover of the view. */

import type { Insets, Size } from "./camera";

/** Narrower views have their panels above and below the map. */
export const NARROW = 760;

/**
 * @param sideEdge right edge of the column at the left, in CSS pixels
 * @param docked whether a card is open
 */
export function insetsOf(size: Size, sideEdge: number, docked: boolean): Insets {
  if (size.width < NARROW) return { left: 26, right: 26, top: 130, bottom: docked ? size.height * 0.42 : 70 };
  return { left: Math.min(sideEdge + 52, size.width * 0.4), right: docked ? 384 : 64, top: 44, bottom: 44 };
}

/** How large things are drawn, in CSS pixels. */

/**
 * Diameter of a point: smaller in a crowd, growing slowly with the zoom.
 *
 * @param spacing typical distance of neighbours in world units
 * @param home scale at which the whole map is in view
 */
export function pointSize(spacing: number, home: number, scale: number): number {
  return Math.min(Math.max(1.7 * (home * spacing) ** 0.42 * (scale / home) ** 0.38, 1.6), 20);
}

/**
 * Side of a picture; 0 while pictures would be too small to tell apart.
 *
 * Where points lie in tight groups, their pictures may cover one another from the start: as large as if the points were
 * spread evenly, until the zoom has drawn the groups apart.
 */
export function spriteSize(spacing: number, count: number, scale: number): number {
  const even = Math.min((scale * 1.15) / Math.sqrt(Math.max(count, 1)), 16);
  const side = Math.min(Math.max(scale * spacing * 1.15, even), 72);
  return side < 11 ? 0 : side;
}

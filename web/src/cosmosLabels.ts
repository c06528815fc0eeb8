/** The labels of the cosmos: those of the near side, which stay while the view turns as long as they have room. */

import type { Size } from "./camera";
import type { MapData } from "./data";
import type { Shape } from "./geometry";
import { LabelLayer, overlap, withoutEchoes, type Area, type Label, type Spot } from "./labelLayer";
import { isDue } from "./labels";
import { axesOf, NEAR, project, type Lens, type Orbit } from "./orbit";
import type { Palette } from "./palette";
import type { Body } from "./space";

/** Pixels of the view for each label, and how many there are at least and at most. */
const ROOM = 64_000;
const [FEWEST, MOST] = [5, 18];
/** A label that appears keeps so far from the others, in CSS pixels, that it need not go at the next turn. */
const GAP = 7;

export class CosmosLabels extends LabelLayer {
  constructor(
    data: MapData,
    shapes: readonly (readonly (Shape | null)[])[],
    private readonly bodies: readonly (readonly (Body | null)[])[],
    palette: Palette,
    narrow: boolean,
  ) {
    super(data, shapes, palette, narrow);
  }

  /**
   * Choose and move the labels.
   *
   * @param reach half the extent of all points: labels deeper in space than the target by a part of it are left out
   */
  turn(orbit: Orbit, lens: Lens, size: Size, area: Area, reach: number): void {
    const axes = axesOf(orbit);
    const view = Math.min(size.width, size.height);
    const before = new Set(this.shown.map(({ label }) => label));
    const spots = new Map<Label, Spot>();
    for (const label of this.labels) {
      const body = this.bodies[label.topic.level][label.topic.place];
      if (!body || this.isOff(label.topic)) continue;
      const [x, y, depth] = project(orbit, lens, body.centre, axes);
      const deepest = orbit.distance + (before.has(label) ? 0.45 : 0.3) * reach;
      if (depth < NEAR || depth > deepest || !within(area, label, x, y)) continue;
      const due = isDue((body.radius * lens.focal) / depth, label.depth, label.topic.level === 0, view);
      if (due) spots.set(label, { label, x, y });
    }
    this.show(this.choose(withoutEchoes(this.data, [...spots.keys()]), spots, before, size));
  }

  /** The most important first; of one level those that stand there already. */
  private choose(
    due: readonly Label[],
    spots: ReadonlyMap<Label, Spot>,
    before: ReadonlySet<Label>,
    { width, height }: Size,
  ): Spot[] {
    const most = Math.min(Math.max(Math.round((width * height) / ROOM), FEWEST), MOST);
    const rank = (label: Label) => 2 * label.depth + (before.has(label) ? 0 : 1);
    const chosen: Spot[] = [];
    for (const label of [...due].sort((a, b) => rank(a) - rank(b))) {
      const spot = spots.get(label);
      const gap = before.has(label) ? undefined : GAP;
      if (spot && chosen.every((other) => !overlap(label, spot.x, spot.y, other, gap))) chosen.push(spot);
      if (chosen.length === most) break;
    }
    return chosen;
  }
}

function within(area: Area, label: Label, x: number, y: number): boolean {
  const [w, h] = [label.width / 2, label.height / 2];
  return x - w >= area.left && x + w <= area.right && y - h >= area.top && y + h <= area.bottom;
}

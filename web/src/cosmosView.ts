/** The drawn cosmos: points and labels before one eye in space, how it moves, and what lies under a spot. */

import { easeInOut, type Insets, type Size } from "./camera";
import { CosmosLabels } from "./cosmosLabels";
import { CosmosRenderer, type Width } from "./cosmosRenderer";
import { parentOf, type MapData, type Topic } from "./data";
import { h } from "./dom";
import { group, type Shape } from "./geometry";
import { insetsOf, NARROW } from "./insets";
import { between, distanceFor, focalOf, held, nearBy, project, slideBy, turnBy, type Lens, type Orbit } from "./orbit";
import type { Palette, Theme } from "./palette";
import type { Style } from "./renderer";
import { bodyOf, foremost, spotOf, wholeOf, type Body } from "./space";
import type { Sheet } from "./sprites";

/** Where the eye begins: a little to the side, a little above. */
const FIRST = { azimuth: 0.5, elevation: 0.22 };
/** Radians a second: once round in a minute and a half. */
const SPEED = (2 * Math.PI) / 90;
/** Seconds of a flight. */
const FLIGHT = 1.1;
/** A view that was slow to come turns no further than this, in seconds. */
const LONGEST = 0.1;

/** What the cosmos shows beside the style of its points. */
export interface CosmosShown {
  readonly theme: Theme;
  readonly marked: number;
  /** Whether a card is open. */
  readonly docked: boolean;
  /** Whether points may be drawn as their pictures. */
  readonly pictures: boolean;
  /** Whether it turns by itself. */
  readonly turning: boolean;
}

export class CosmosView {
  readonly canvas = h("canvas", { className: "map", tabIndex: 0, role: "img" });
  readonly labels: CosmosLabels;
  readonly drawable: boolean;
  orbit: Orbit = { target: [0.5, 0.5, 0.5], ...FIRST, distance: 1 };
  lens: Lens = { focal: 1, x: 0, y: 0 };
  size: Size = { width: 1, height: 1 };
  private readonly xyz: Uint16Array;
  private readonly whole: ReturnType<typeof wholeOf>;
  private readonly bodies: readonly (readonly (Body | null)[])[];
  private readonly renderer: CosmosRenderer | null;
  private sheet: Sheet | null = null;
  private style: Style;
  private sideEdge = 0;
  private due = 0;
  private home = true;
  private flight: ((now: number) => boolean) | null = null;
  private last = 0;

  /** `shown` says what to draw, `onDraw` is told when it was drawn, `onRestored` when a lost context is back. */
  constructor(
    private readonly data: MapData,
    shapes: readonly (readonly (Shape | null)[])[],
    palette: Palette,
    private readonly shown: () => CosmosShown,
    private readonly onDraw: () => void,
    onRestored: () => void,
  ) {
    this.xyz = data.xyz ?? new Uint16Array(0);
    this.whole = wholeOf(this.xyz);
    this.bodies = data.levels.map((level) => group(level).map((points) => bodyOf(points, this.xyz)));
    this.style = { look: new Uint8Array(0), order: new Uint32Array(0), ringed: 0 };
    this.renderer = CosmosRenderer.create(this.canvas, this.xyz, this.whole, onRestored);
    this.drawable = this.renderer !== null;
    this.labels = new CosmosLabels(data, shapes, this.bodies, palette, innerWidth < NARROW);
  }

  setSheet(sheet: Sheet): void {
    this.sheet = sheet;
    this.renderer?.setSheet(sheet);
    this.redraw();
  }

  setStyle(style: Style): void {
    this.style = style;
    this.renderer?.setStyle(style);
    this.redraw();
  }

  resize(width: number, height: number, sideEdge: number): void {
    this.sideEdge = sideEdge;
    this.size = { width: Math.max(width, 1), height: Math.max(height, 1) };
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.lens = this.lensOf(this.shown().docked);
    if (this.home) this.orbit = { ...this.orbit, ...this.wide };
    this.redraw();
  }

  private get ratio(): number {
    return Math.min(devicePixelRatio, 2);
  }

  // ---- where the eye is ----

  private insets(docked: boolean): Insets {
    return insetsOf(this.size, this.sideEdge, docked);
  }

  private lensOf(docked: boolean): Lens {
    const { left, right, top, bottom } = this.insets(docked);
    const { width, height } = this.size;
    return { focal: focalOf(height), x: (width + left - right) / 2, y: (height + top - bottom) / 2 };
  }

  /** Target and distance from which everything is in view, whichever way it is turned. */
  private get wide(): Pick<Orbit, "target" | "distance"> {
    const { left, right, top, bottom } = this.insets(false);
    const free = { width: this.size.width - left - right, height: this.size.height - top - bottom };
    const { centre, reach, tall } = this.whole;
    return { target: centre, distance: distanceFor(reach, tall, FIRST.elevation, focalOf(this.size.height), free) };
  }

  private get limits(): [number, number] {
    const { distance } = this.wide;
    return [Math.min(Math.max(this.whole.spacing * 1.5, 0.06), distance), distance * 2.5];
  }

  private move(orbit: Orbit): void {
    this.flight = null;
    this.home = false;
    this.orbit = held(orbit);
    this.redraw();
  }

  turn(dx: number, dy: number): void {
    this.move(turnBy(this.orbit, dx, dy));
  }

  slide(dx: number, dy: number): void {
    this.move(slideBy(this.orbit, this.lens, dx, dy));
  }

  zoomAt(px: number, py: number, factor: number): void {
    this.move(nearBy(this.orbit, this.lens, px, py, factor, this.limits));
  }

  zoom(factor: number): void {
    this.fly(nearBy(this.orbit, this.lens, this.lens.x, this.lens.y, factor, this.limits), this.shown().docked);
  }

  flyHome(): void {
    this.fly({ ...this.orbit, elevation: FIRST.elevation, ...this.wide }, this.shown().docked);
    this.home = true;
  }

  /** Come from afar, for readers who like motion. */
  arrive(): void {
    const to = this.orbit;
    this.orbit = { ...to, azimuth: to.azimuth - 0.6, distance: to.distance * 1.7 };
    this.fly(to, false);
    this.home = true;
  }

  flyToTopic(topic: Topic): void {
    const body = this.bodies[topic.level][topic.place];
    if (body) this.flyTo(body.centre, Math.max(body.radius * 2.6, this.whole.spacing * 4));
  }

  flyToPoint(point: number): void {
    this.flyTo(spotOf(this.xyz, point), this.whole.spacing * 5);
  }

  private flyTo(target: Orbit["target"], distance: number): void {
    const [least, most] = this.limits;
    this.fly({ ...this.orbit, target, distance: Math.min(Math.max(distance, least), most) }, true);
  }

  /** Move smoothly, or at once for readers who want no motion. */
  private fly(to: Orbit, docked: boolean): void {
    const [from, lens, end] = [this.orbit, this.lens, this.lensOf(docked)];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const begin = performance.now();
    this.home = false;
    this.flight = (now) => {
      const share = still ? 1 : Math.min(Math.max(0, now - begin) / 1000 / FLIGHT, 1);
      const eased = easeInOut(share);
      const mix = (a: number, b: number) => a + (b - a) * eased;
      this.orbit = held(share < 1 ? between(from, to, eased) : to);
      this.lens = { focal: end.focal, x: mix(lens.x, end.x), y: mix(lens.y, end.y) };
      return share < 1;
    };
    if (still && !this.flight(begin)) this.flight = null;
    this.redraw();
  }

  /** Where a point is on the screen, in CSS pixels, and its depth. */
  screenOf(point: number): [number, number, number] {
    return project(this.orbit, this.lens, spotOf(this.xyz, point));
  }

  /** The foremost point under a spot of the view, −1 for none. */
  nearest(px: number, py: number): number {
    const { pictures } = this;
    const [world, least, most] = pictures ?? this.points;
    const more = pictures ? 0 : 6;
    const width = (depth: number) => Math.min(Math.max((world * this.lens.focal) / depth, least), most) + more;
    return foremost(this.xyz, this.style.order, this.orbit, this.lens, [px, py], width);
  }

  /** Topics of which the middle, or that of a part, is in the free view. */
  topicsInView(): Set<Topic> {
    const { left, right, top, bottom } = this.insets(this.shown().docked);
    const seen = new Set<Topic>();
    for (const topic of this.data.levels.flatMap((level) => level.topics)) {
      const body = this.bodies[topic.level][topic.place];
      if (!body) continue;
      const [x, y, depth] = project(this.orbit, this.lens, body.centre);
      if (depth < 0 || x < left || x > this.size.width - right || y < top || y > this.size.height - bottom) continue;
      for (let up: Topic | undefined = topic; up && !seen.has(up); up = parentOf(this.data, up)) seen.add(up);
    }
    return seen;
  }

  // ---- drawing ----

  private get points(): Width {
    return [this.whole.spacing * 0.24, 1.4, 26];
  }

  private get pictures(): Width | null {
    return this.sheet && this.shown().pictures ? [this.whole.spacing * 0.43, 6, 110] : null;
  }

  /** Whether nothing moves and all is drawn. */
  get atRest(): boolean {
    return this.due === 0 && !this.flight;
  }

  redraw(): void {
    if (this.due === 0) this.due = requestAnimationFrame((now) => this.frame(now));
  }

  private frame(now: number): void {
    this.due = 0;
    const { turning } = this.shown();
    if (this.flight && !this.flight(now)) this.flight = null;
    if (turning && !this.flight) {
      const seconds = Math.min((now - this.last) / 1000, LONGEST);
      this.orbit = { ...this.orbit, azimuth: this.orbit.azimuth + SPEED * seconds };
    }
    this.last = now;
    this.draw();
    if (turning || this.flight) this.redraw();
  }

  private draw(): void {
    const { theme, marked, docked } = this.shown();
    const { orbit, lens, size, ratio, points, pictures } = this;
    const { ground, ring } = theme;
    const night = theme.name === "dark";
    this.renderer?.draw({ orbit, lens, size, ratio, points, pictures, ground, ring, night, marked });
    if (this.renderer) {
      const { left, right, top, bottom } = this.insets(docked);
      const edge = 22;
      const area = {
        left: left - edge,
        right: size.width - right + edge,
        top: top - edge,
        bottom: size.height - bottom + edge,
      };
      this.labels.turn(orbit, lens, size, area, this.whole.reach);
    }
    this.onDraw();
  }
}

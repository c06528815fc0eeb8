/** The labels on the map: which are shown at a zoom, and their elements. */

import type { Camera, Size } from "./camera";
import { toScreen } from "./camera";
import { css } from "./colour";
import { parentOf, type MapData, type Topic } from "./data";
import { h } from "./dom";
import type { Shape } from "./geometry";
import { isDue, place, wrap, zoomStep, type Candidate, type Placed } from "./labels";
import type { Palette, Theme } from "./palette";

export interface Label extends Candidate {
  readonly topic: Topic;
  readonly shape: Shape;
  readonly lines: readonly string[];
  readonly fontSize: number;
  /** 0 for the coarsest level. */
  readonly depth: number;
}

export const LABEL_FONTS = [
  '600 1px "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Liberation Serif", serif',
  '600 1px Inter, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif',
];

/** A label and the middle of it on the screen, in CSS pixels. */
export interface Spot {
  readonly label: Label;
  readonly x: number;
  readonly y: number;
}

/** Edges of the free part of the view, in CSS pixels. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const MARGIN = 9;

export class LabelLayer {
  readonly element = h("div", { className: "labels", "aria-hidden": "true" });
  protected readonly labels: Label[];
  private readonly elements = new Map<string, HTMLElement>();
  protected shown: Spot[] = [];
  private chosen: Placed<Label>[] = [];
  private chosenFor = "";
  private isDim: (topic: Topic) => boolean = () => false;
  protected isOff: (topic: Topic) => boolean = () => false;
  private ink: ((label: Label) => string) | null = null;

  constructor(
    protected readonly data: MapData,
    shapes: readonly (readonly (Shape | null)[])[],
    private readonly palette: Palette,
    narrow: boolean,
  ) {
    this.labels = makeLabels(data, shapes, narrow);
  }

  /** Labels on screen now. */
  get visible(): readonly Spot[] {
    return this.shown;
  }

  /** The label at a spot of the view, null when there is none. */
  at(px: number, py: number): Label | null {
    const over = ({ label, x, y }: Spot) =>
      Math.abs(px - x) < label.width / 2 - MARGIN && Math.abs(py - y) < label.height / 2 - 2;
    return this.shown.find(over)?.label ?? null;
  }

  /** Underline the label that a click would take. */
  point(label: Label | null): void {
    for (const spot of this.shown) this.elements.get(spot.label.key)?.classList.toggle("over", spot.label === label);
  }

  /** Choose and move the labels for a view of which panels leave an area free. */
  update(camera: Camera, size: Size, area: Area): void {
    const step = zoomStep(camera.scale);
    const view = Math.min(size.width, size.height);
    const key = `${step[0]} ${view}`;
    if (key !== this.chosenFor) {
      const finest = (label: Label) => label.topic.level === 0;
      const due = this.labels.filter((l) => isDue(l.shape.radius * step[0], l.depth, finest(l), view));
      this.chosen = place(withoutEchoes(this.data, due), step);
      this.chosenFor = key;
    }
    const most = Math.min(Math.max(Math.round((size.width * size.height) / 46_000), 7), 30);
    const on = this.chosen.filter(({ label }) => !this.isOff(label.topic));
    this.show(settle(on, camera, size, area, most));
  }

  protected show(next: Spot[]): void {
    const keep = new Set(next.map(({ label }) => label.key));
    for (const { label } of this.shown) if (!keep.has(label.key)) this.elements.get(label.key)?.classList.remove("on");
    this.shown = next;
    for (const { label, x, y } of next) {
      const element = this.elements.get(label.key) ?? this.make(label);
      element.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
      element.classList.add("on");
    }
  }

  private make(label: Label): HTMLElement {
    const element = h(
      "div",
      { className: `label depth${Math.min(label.depth, 2)}` },
      ...label.lines.map((line) => h("span", {}, line)),
    );
    element.style.fontSize = `${label.fontSize}px`;
    this.elements.set(label.key, element);
    this.element.append(element);
    this.colour(label, element);
    return element;
  }

  /** @param tinted whether labels have the hues of their topics */
  setTheme(theme: Theme, tinted: boolean): void {
    this.ink = ({ topic, depth }) => css(tinted ? this.palette.text(topic, theme, depth === 0 ? 7 : 5.5) : theme.ring);
    for (const label of this.labels) {
      const element = this.elements.get(label.key);
      if (element) this.colour(label, element);
    }
  }

  private colour(label: Label, element: HTMLElement): void {
    if (this.ink) element.style.color = this.ink(label);
    element.classList.toggle("dim", this.isDim(label.topic));
  }

  /** Dim the labels that are not kin of a topic, null lights all; leave out those of topics that are off. */
  light(topic: Topic | null, off: ReadonlySet<Topic>): void {
    this.isDim = (other) => topic !== null && !akin(this.data, topic, other);
    this.isOff = (other) => {
      for (let up: Topic | undefined = other; up; up = parentOf(this.data, up)) if (off.has(up)) return true;
      return false;
    };
    for (const label of this.labels) {
      const element = this.elements.get(label.key);
      if (element) this.colour(label, element);
    }
  }
}

/** Leave out a topic that says no more than a coarser one that is due too: the same words, or the same points. */
export function withoutEchoes(data: MapData, due: readonly Label[]): Label[] {
  const topics = new Set(due.map((label) => label.topic));
  return due.filter(({ topic }) => {
    let up = parentOf(data, topic);
    while (up && !(topics.has(up) && (up.label === topic.label || up.size === topic.size))) up = parentOf(data, up);
    return !up;
  });
}

/** Where the chosen labels end up: those whose anchor is in view, moved in from the edge where that is free. */
function settle(chosen: readonly Placed<Label>[], camera: Camera, size: Size, area: Area, most: number): Spot[] {
  const spots: Spot[] = [];
  for (const { label, dx, dy } of chosen) {
    const [ax, ay] = toScreen(camera, size, label.x, label.y);
    if (ax < area.left || ax > area.right || ay < area.top || ay > area.bottom) continue;
    const x = clamp(ax + dx, area.left + label.width / 2, area.right - label.width / 2);
    const y = clamp(ay + dy, area.top + label.height / 2, area.bottom - label.height / 2);
    if (spots.every((other) => !overlap(label, x, y, other))) spots.push({ label, x, y });
    if (spots.length === most) break;
  }
  return spots;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** Whether two labels would cover one another, with a gap between them in CSS pixels. */
export function overlap(label: Label, x: number, y: number, other: Spot, gap = -0.5): boolean {
  const across = Math.abs(x - other.x) < (label.width + other.label.width) / 2 + gap;
  return across && Math.abs(y - other.y) < (label.height + other.label.height) / 2 + gap;
}

function akin(data: MapData, one: Topic, other: Topic): boolean {
  const [fine, coarse] = one.level < other.level ? [one, other] : [other, one];
  let up: Topic | undefined = fine;
  while (up && up !== coarse) up = parentOf(data, up);
  return up === coarse;
}

/** Every label of the map, the most important first: coarse before fine, large before small. */
function makeLabels(data: MapData, shapes: readonly (readonly (Shape | null)[])[], narrow: boolean): Label[] {
  const labels: Label[] = [];
  const context = document.createElement("canvas").getContext("2d");
  for (let k = data.levels.length - 1; k >= 0; k--) {
    const depth = data.levels.length - 1 - k;
    const topics = [...data.levels[k].topics].sort((a, b) => b.size - a.size || a.place - b.place);
    for (const topic of topics) {
      const shape = shapes[k][topic.place];
      if (!shape || topic.label.trim() === "") continue;
      const relative = Math.sqrt(topic.size / Math.max(topics[0].size, 1));
      const fontSize =
        depth === 0 ? (narrow ? 14 : 16) + (narrow ? 3 : 6) * relative : (depth === 1 ? 13 : 11.5) + 1.5 * relative;
      const font = LABEL_FONTS[depth === 0 ? 0 : 1].replace("1px", `${fontSize}px`);
      const spacing = depth === 0 ? 0.03 : 0.005;
      if (context) context.font = font;
      const measure = (line: string) =>
        context ? context.measureText(line).width + line.length * spacing * fontSize : line.length * fontSize * 0.5;
      const lines = wrap(topic.label, measure, fontSize * (depth === 0 ? 9 : 10), 3);
      const width = Math.max(...lines.map(measure)) + 2 * MARGIN;
      const height = lines.length * fontSize * 1.14 + MARGIN;
      labels.push({
        key: `${k}:${topic.place}`,
        x: shape.x,
        y: shape.y,
        width,
        height,
        topic,
        shape,
        lines,
        fontSize,
        depth,
      });
    }
  }
  return labels;
}

/** Cards: what a point is, in words, and the place where cards are shown. */

import { h, icon, button } from "./dom";
import { css } from "./colour";
import { isNoise, topicPath, type MapData } from "./data";
import { written } from "./fields";
import { safeLink } from "./links";
import type { Palette, Theme } from "./palette";
import { paintTile, type Sheet } from "./sprites";

export interface CardContext {
  readonly data: MapData;
  readonly palette: Palette;
  readonly theme: Theme;
  readonly sheet: Sheet | null;
  /** Shows the pictures of points; a page without it has cards without pictures of others. */
  readonly showPictures?: (title: string, points: readonly number[]) => void;
}

const CLOSE = "M5 5 L15 15 M15 5 L5 15";

/** The card of a point; the pinned form has the whole excerpt and the link. */
export function pointCard(context: CardContext, point: number, pinned: boolean): HTMLElement[] {
  const { data, sheet } = context;
  const parts: (HTMLElement | null)[] = [
    picture(sheet, point),
    h("h2", { dir: "auto" }, data.names[point] || "Untitled"),
    pathLine(context, point),
    fieldList(data, point),
    data.texts?.[point]
      ? h("p", { className: pinned ? "excerpt" : "excerpt short", dir: "auto" }, data.texts[point])
      : null,
    pinned ? linkLine(data, point) : null,
  ];
  return parts.filter((part) => part !== null);
}

function picture(sheet: Sheet | null, point: number): HTMLElement | null {
  if (!sheet) return null;
  const canvas = document.createElement("canvas");
  canvas.className = "picture";
  canvas.width = canvas.height = Math.max(sheet.tile, 96);
  return paintTile(canvas, sheet, point) ? canvas : null;
}

function pathLine({ data, palette, theme }: CardContext, point: number): HTMLElement | null {
  const path = topicPath(data, point);
  if (isNoise(data, point)) return h("p", { className: "path noise" }, "Noise: in no topic");
  if (path.length === 0) return null;
  const line = h("p", { className: "path", dir: "auto" }, dot(css(palette.point(path[path.length - 1], theme))));
  // A topic that does not split on the way down is named once.
  const steps = path.filter((topic, i) => topic.label !== path[i - 1]?.label);
  steps.forEach((topic, i) => line.append(...(i > 0 ? [" › "] : []), h("bdi", {}, topic.label)));
  return line;
}

export function dot(colour: string): HTMLElement {
  const mark = h("i", { className: "dot" });
  mark.style.backgroundColor = colour;
  return mark;
}

function fieldList(data: MapData, point: number): HTMLElement | null {
  const shown = data.fields.filter(({ cells }) => cells[point] !== null && cells[point] !== "");
  if (shown.length === 0) return null;
  const list = h("dl");
  for (const field of shown)
    list.append(h("dt", { dir: "auto" }, field.name), h("dd", { dir: "auto" }, written(field, field.cells[point])));
  return list;
}

function linkLine(data: MapData, point: number): HTMLElement | null {
  const address = data.links?.safe[point];
  const safe = address ? safeLink(address) : null;
  if (safe) {
    const anchor = h("a", { className: "visit" }, "Open ", icon("M7 13 L14 6 M8.5 6 H14 V11.5"));
    anchor.href = safe;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    return h("p", {}, anchor);
  }
  const refused = address ?? data.links?.refused[point];
  return refused ? h("p", { className: "refused", title: "Not a web or mail address" }, refused) : null;
}

/** The docked card: shows one thing at a time and can be closed. */
export class Dock {
  readonly element = h("aside", { className: "card dock", hidden: true, "aria-label": "Details" });

  constructor(private readonly onClose: () => void) {}

  show(parts: readonly HTMLElement[]): void {
    this.element.replaceChildren(button("close", "Close", this.onClose, icon(CLOSE)), ...parts);
    this.element.scrollTop = 0;
    this.element.hidden = false;
  }

  hide(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }
}

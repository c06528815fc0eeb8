/** The pictures of many points side by side, in a dialog; only those in view are drawn. */

import { button, count, h, icon } from "./dom";
import { heightOf, inView, layOut, moved, placeOf, type Cells } from "./gridLayout";
import { paintTile, tileOf, type Sheet } from "./sprites";

const CLOSE = "M5 5 L15 15 M15 5 L5 15";
/** Pictures that stand for all of them on a card. */
const SAMPLE = 5;

/** A button that shows a few of the pictures of points and opens all of them; null when there is none. */
export function pictureStrip(
  sheet: Sheet | null,
  points: readonly number[],
  open: () => void,
): HTMLButtonElement | null {
  const pictured = sheet ? points.filter((point) => tileOf(sheet, point)) : [];
  if (!sheet || pictured.length === 0) return null;
  const all = pictured.length === 1 ? "See its picture" : `See all ${count(pictured.length)} pictures`;
  const sample = pictured.slice(0, SAMPLE).map((point) => tile(sheet, point, 56));
  return button("strip", all, open, h("span", { className: "sample" }, ...sample), h("span", {}, all));
}

/** The picture of a point on a canvas of so many CSS pixels. */
function tile(sheet: Sheet, point: number, side: number): HTMLCanvasElement {
  const canvas = h("canvas", { className: "tile", "aria-hidden": "true" });
  canvas.width = canvas.height = Math.round(side * Math.min(devicePixelRatio, 2));
  paintTile(canvas, sheet, point);
  return canvas;
}

export class PictureGrid {
  readonly element = h("dialog", { className: "grid" });
  private readonly title = h("h2", { dir: "auto" });
  private readonly facts = h("p", { className: "facts" });
  private readonly room = h("div", { className: "room", role: "presentation" });
  private readonly list = h("div", { className: "cells", role: "listbox", tabIndex: 0 }, this.room);
  private readonly shown = new Map<number, HTMLElement>();
  private points: readonly number[] = [];
  private sheet: Sheet | null = null;
  private cells: Cells = layOut(0, 0, 1);
  private active = 0;
  private width = 0;

  constructor(
    private readonly names: readonly string[],
    private readonly onPoint: (point: number) => void,
  ) {
    const close = button("close", "Close", () => this.element.close(), icon(CLOSE));
    this.element.append(h("header", {}, this.title, this.facts), this.list, close);
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
    this.element.addEventListener("close", () => this.clear());
    this.list.addEventListener("scroll", () => this.draw());
    this.list.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => this.onClick(event));
    new ResizeObserver(() => this.resize()).observe(this.list);
  }

  /** Show the pictures of points; those without one have their names instead. */
  open(title: string, points: readonly number[], sheet: Sheet): void {
    this.points = points;
    this.sheet = sheet;
    this.active = 0;
    const without = points.filter((point) => !tileOf(sheet, point)).length;
    const some = `${count(points.length - without)} ${points.length - without === 1 ? "picture" : "pictures"}`;
    this.title.textContent = title;
    this.facts.textContent = without > 0 ? `${some}, ${count(without)} without one` : some;
    this.element.setAttribute("aria-label", `Pictures: ${title}`);
    this.list.setAttribute("aria-label", title);
    this.element.showModal();
    this.list.scrollTop = 0;
    this.layOut();
    this.list.focus();
  }

  private clear(): void {
    this.room.replaceChildren();
    this.shown.clear();
    this.points = [];
  }

  private resize(): void {
    if (!this.element.open) return;
    if (this.room.clientWidth === this.width) this.draw();
    else this.layOut();
  }

  private layOut(): void {
    this.width = this.room.clientWidth;
    // Pictures grow to half as large again as they are; more would blur them.
    const widest = Math.min(Math.max(1.5 * (this.sheet?.tile ?? 0), 88), 132);
    this.cells = layOut(this.points.length, this.width, widest);
    this.room.style.height = `${heightOf(this.cells)}px`;
    this.room.replaceChildren();
    this.shown.clear();
    this.draw();
  }

  /** Make the cells that came into view, take away those that left it. */
  private draw(): void {
    const [first, last] = inView(this.cells, this.list.scrollTop, this.list.clientHeight);
    for (const [cell, element] of this.shown)
      if (cell < first || cell >= last) {
        element.remove();
        this.shown.delete(cell);
      }
    for (let cell = first; cell < last; cell++)
      if (!this.shown.has(cell)) {
        const element = this.cell(cell);
        this.shown.set(cell, element);
        this.room.append(element);
      }
    this.mark();
  }

  private cell(cell: number): HTMLElement {
    const point = this.points[cell];
    const name = this.names[point] || "Untitled";
    const { side } = this.cells;
    const pictured = this.sheet !== null && tileOf(this.sheet, point) !== null;
    const element = h("div", {
      className: pictured ? "cell" : "cell blank",
      id: `picture-${cell}`,
      title: name,
      role: "option",
      "aria-label": pictured ? name : `${name}, no picture`,
      "aria-posinset": String(cell + 1),
      "aria-setsize": String(this.points.length),
    });
    element.style.width = `${side}px`;
    if (this.sheet && pictured) element.append(tile(this.sheet, point, side));
    else element.append(h("span", { className: "tile" }, h("bdi", {}, name)));
    element.append(h("bdi", { className: "name" }, pictured ? name : "no picture"));
    const [left, top] = placeOf(this.cells, cell);
    element.style.transform = `translate(${left}px, ${top}px)`;
    return element;
  }

  private mark(): void {
    for (const [cell, element] of this.shown) element.setAttribute("aria-selected", String(cell === this.active));
    if (this.shown.has(this.active)) this.list.setAttribute("aria-activedescendant", `picture-${this.active}`);
    else this.list.removeAttribute("aria-activedescendant");
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") this.choose(this.active);
    else {
      const to = moved(this.cells, this.active, event.key, this.list.clientHeight);
      if (to === null) return;
      this.active = to;
      this.reveal();
    }
    event.preventDefault();
  }

  /** Scroll no further than needed to have the active cell in full view. */
  private reveal(): void {
    const top = placeOf(this.cells, this.active)[1];
    const edge = parseFloat(getComputedStyle(this.list).paddingTop);
    const least = edge + top + this.cells.line - this.list.clientHeight;
    this.list.scrollTop = Math.max(Math.min(this.list.scrollTop, top), least);
    this.draw();
  }

  private onClick(event: MouseEvent): void {
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>(".cell") : null;
    for (const [cell, shown] of this.shown) if (shown === element) return this.choose(cell);
  }

  private choose(cell: number): void {
    const point = this.points[cell];
    if (point === undefined) return;
    this.element.close();
    this.onPoint(point);
  }
}

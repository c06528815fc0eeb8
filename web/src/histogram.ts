/** The histogram of a column of numbers or dates; a stretch of it can be brushed. */

import { countBins, edgeText, measureOf } from "./bins";
import type { Field, MapData } from "./data";
import { bars, h } from "./dom";
import { isMeasure } from "./fields";

/** A stretch of a column, from one edge of its bins to another. */
export interface Brush {
  readonly field: Field;
  readonly from: number;
  readonly to: number;
}

/** Columns that have a histogram: more than one bin. */
export function brushable(data: MapData): Field[] {
  return data.fields.filter((field) => isMeasure(field) && measureOf(field).edges.length > 2);
}

/** A stretch of a column by its name, at the edges of its bins; null when there is no such stretch. */
export function snapped(data: MapData, { name, from, to }: { name: string; from: number; to: number }): Brush | null {
  const field = brushable(data).find((one) => one.name === name);
  if (!field) return null;
  const within = measureOf(field).edges.filter((edge) => edge >= from && edge <= to);
  return within.length > 1 ? { field, from: within[0], to: within[within.length - 1] } : null;
}

export class Histogram {
  readonly element: HTMLElement;
  private readonly fields: readonly Field[];
  private readonly select = h("select", { "aria-label": "Histogram of" });
  private readonly plot = h("div", { className: "plot", tabIndex: 0, role: "group" });
  private readonly window = h("div", { className: "window", hidden: true });
  private readonly ends = h("p", { className: "ends" });
  private brush: Brush | null = null;
  private anchor = -1;

  constructor(
    data: MapData,
    private readonly onBrush: (brush: Brush | null) => void,
  ) {
    this.fields = brushable(data);
    this.select.append(...this.fields.map(({ name }) => h("option", {}, name)));
    this.select.addEventListener("change", () => onBrush(null));
    this.element = h(
      "section",
      { className: "histogram", hidden: this.fields.length === 0, "aria-label": "Histogram" },
      h("div", { className: "heading" }, h("h2", {}, "Filter"), this.select),
      this.plot,
      this.ends,
    );
    this.listen();
  }

  private get field(): Field | undefined {
    return this.fields[this.select.selectedIndex];
  }

  /** Bars of all points, those of the points in focus before them, and the brush. */
  show(brush: Brush | null, lit: readonly number[]): void {
    if (brush) this.select.selectedIndex = this.fields.indexOf(brush.field);
    this.brush = brush;
    const { field } = this;
    if (!field) return;
    const { values, edges, counts } = measureOf(field);
    const tall = Math.max(...counts);
    const [back, front] = [bars(counts, tall), bars(countBins(edges, values, lit), tall)];
    back.classList.add("back");
    this.plot.replaceChildren(back, front, this.window);
    this.window.hidden = !brush;
    const bins = edges.length - 1;
    if (brush) {
      const [from, to] = [edges.indexOf(brush.from), edges.indexOf(brush.to)];
      this.window.style.left = `${(100 * from) / bins}%`;
      this.window.style.width = `${(100 * (to - from)) / bins}%`;
    }
    const words = [brush?.from ?? edges[0], brush?.to ?? edges[bins]].map((edge) => edgeText(field, edge));
    this.ends.replaceChildren(h("bdi", {}, words[0]), h("bdi", {}, brush ? `< ${words[1]}` : words[1]));
    this.plot.setAttribute(
      "aria-label",
      brush
        ? `${field.name} from ${words[0]} to below ${words[1]}. Arrow keys move it, with Shift its end, Escape ends it.`
        : `${field.name}, nothing filtered. Drag over it or press an arrow key to filter.`,
    );
  }

  private listen(): void {
    this.plot.addEventListener("pointerdown", (event) => {
      this.plot.setPointerCapture(event.pointerId);
      this.anchor = this.binAt(event);
    });
    this.plot.addEventListener("pointermove", (event) => {
      if (this.anchor < 0) return;
      const bin = this.binAt(event);
      if (bin !== this.anchor || this.plot.classList.contains("brushing")) {
        this.plot.classList.add("brushing");
        this.take(Math.min(bin, this.anchor), Math.max(bin, this.anchor) + 1);
      }
    });
    const end = (cleared: boolean) => {
      if (cleared && this.anchor >= 0 && !this.plot.classList.contains("brushing")) this.click(this.anchor);
      this.plot.classList.remove("brushing");
      this.anchor = -1;
    };
    this.plot.addEventListener("pointerup", () => end(true));
    this.plot.addEventListener("pointercancel", () => end(false));
    this.plot.addEventListener("keydown", (event) => this.key(event));
  }

  private get edges(): readonly number[] {
    return this.field ? measureOf(this.field).edges : [];
  }

  private binAt(event: PointerEvent): number {
    const { left, width } = this.plot.getBoundingClientRect();
    const bins = this.edges.length - 1;
    return Math.min(Math.max(Math.floor(((event.clientX - left) / width) * bins), 0), bins - 1);
  }

  /** A click takes one bin, or clears the brush. */
  private click(bin: number): void {
    if (this.brush) this.onBrush(null);
    else this.take(bin, bin + 1);
  }

  private key(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const bins = this.edges.length - 1;
    if (!this.brush) return this.take(0, Math.max(1, Math.round(bins / 8)));
    const [from, to] = [this.edges.indexOf(this.brush.from), this.edges.indexOf(this.brush.to)];
    if (event.shiftKey) this.take(from, Math.min(Math.max(to + step, from + 1), bins));
    else if (from + step >= 0 && to + step <= bins) this.take(from + step, to + step);
  }

  private take(from: number, to: number): void {
    const { field, edges } = this;
    if (!field) return;
    this.brush = { field, from: edges[from], to: edges[to] }; // the next key may come before the next frame
    this.onBrush(this.brush);
  }
}

/** What the colours mean: the choice of a column, and its classes, which can be switched off or looked at alone. */

import { edgeText } from "./bins";
import { dot } from "./card";
import { isColourable, ramp, type Colouring } from "./colouring";
import { css } from "./colour";
import type { Field, MapData } from "./data";
import { button, count, h } from "./dom";
import type { Theme } from "./palette";

export interface LegendActions {
  /** Colour by a column, by topics for null. */
  colour(field: Field | null): void;
  /** Switch these classes off, and all others on. */
  without(classes: ReadonlySet<number>): void;
}

export class Legend {
  readonly element: HTMLElement;
  private readonly select = h("select", { "aria-label": "Colour by" });
  private readonly body = h("div");
  private readonly fields: readonly Field[];

  constructor(
    data: MapData,
    private readonly actions: LegendActions,
  ) {
    this.fields = data.fields.filter(isColourable);
    const first = data.levels.length > 0 ? "Topic" : "Nothing";
    this.select.append(...[first, ...this.fields.map((field) => field.name)].map((name) => h("option", {}, name)));
    this.select.addEventListener("change", () => actions.colour(this.fields[this.select.selectedIndex - 1] ?? null));
    this.element = h(
      "section",
      { className: "legend", hidden: this.fields.length === 0, "aria-label": "Colours" },
      h("div", { className: "heading" }, h("h2", {}, "Colour"), this.select),
      this.body,
    );
  }

  /** The column of a name that can be coloured by, else null. */
  fieldOf(name: string | null): Field | null {
    return this.fields.find((field) => field.name === name) ?? null;
  }

  show(colouring: Colouring, theme: Theme, off: ReadonlySet<number>): void {
    this.select.selectedIndex = colouring.field ? this.fields.indexOf(colouring.field) + 1 : 0;
    const { field, entries, edges } = colouring;
    if (entries.length > 0) this.body.replaceChildren(this.classes(colouring, theme, off));
    else if (field && edges.length > 1) this.body.replaceChildren(scale(field, edges, theme));
    else this.body.replaceChildren();
  }

  private classes(colouring: Colouring, theme: Theme, off: ReadonlySet<number>): HTMLElement {
    const colours = colouring.colours(theme);
    const list = h("ul");
    const row = (code: number, name: string, size: number, colour: string) => {
      const toggle = button("class", name, () => this.act(toggled(off, code), code, "class"), dot(colour));
      toggle.append(h("bdi", { className: "name" }, name), h("span", { className: "number" }, count(size)));
      toggle.setAttribute("aria-pressed", String(!off.has(code)));
      const others = new Set([...codes].filter((other) => other !== code));
      const alone = off.size === others.size && !off.has(code);
      const next = alone ? new Set<number>() : others;
      const only = button("only", alone ? "Show all" : `Only ${name}`, () => this.act(next, code, "only"));
      only.textContent = alone ? "all" : "only";
      list.append(h("li", {}, toggle, only));
    };
    const none = colouring.code.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0);
    const codes = new Set([...colouring.entries.keys(), ...(none > 0 ? [-1] : [])]);
    const last = colours.length - 1;
    colouring.entries.forEach((entry, i) => row(i, entry.name, entry.count, css(colours[Math.min(i, last)])));
    if (none > 0) row(-1, "no value", none, css(theme.noise));
    return list;
  }

  /** The list is made anew by every change, so the focus is put back where it was. */
  private act(off: ReadonlySet<number>, code: number, className: string): void {
    const place = [...this.body.querySelectorAll(`.${className}`)].indexOf(document.activeElement as Element);
    this.actions.without(off);
    this.body.querySelectorAll<HTMLElement>(`.${className}`)[place < 0 ? code : place]?.focus();
  }
}

function toggled(off: ReadonlySet<number>, code: number): Set<number> {
  const next = new Set(off);
  if (!next.delete(code)) next.add(code);
  return next;
}

const STOPS = 12;

function scale(field: Field, edges: readonly number[], theme: Theme): HTMLElement {
  const band = h("div", { className: "band" });
  band.style.backgroundImage = `linear-gradient(to right, ${ramp(theme, STOPS).map(css).join(", ")})`;
  const at = (share: number) => edgeText(field, edges[Math.round(share * (edges.length - 1))]);
  return h("div", {}, band, h("p", { className: "ends" }, ...[0, 0.5, 1].map((share) => h("bdi", {}, at(share)))));
}

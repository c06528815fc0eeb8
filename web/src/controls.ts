/** The buttons of the map and the panel that says what it is. */

import { button, count, h, icon } from "./dom";
import type { Meta } from "./data";
import { ZOOM_STEP } from "./keys";

export interface Actions {
  zoom(factor: number): void;
  reset(): void;
  theme(): void;
  topics(): void;
}

/** A button that is pressed or not. */
export interface Toggle {
  readonly name: string;
  readonly label: string;
  readonly icon: string;
  act(): void;
}

/** What the page is called in its buttons, and what its keys do. */
export interface Manual {
  readonly page: string;
  readonly keys: readonly (readonly [key: string, does: string])[];
}

export const MAP: Manual = {
  page: "map",
  keys: [
    ["drag, arrow keys", "move"],
    ["wheel, pinch, + and −, double click", "zoom"],
    ["0, r or Home", "the whole map"],
    ["/", "search"],
    ["Shift + drag", "draw around points"],
    ["Esc", "close the card, end the filter, clear the search"],
  ],
};

export const ICONS = {
  plus: "M10 4 V16 M4 10 H16",
  minus: "M4 10 H16",
  whole: "M4 8 V4 H8 M12 4 H16 V8 M16 12 V16 H12 M8 16 H4 V12",
  lasso: "M8 15 C3 14 2 5 10 4 C18 4 19 13 12 14 C9 14.4 7 13 7 15 C7 16.5 8 17 8.5 17.5",
  outlines: "M4 12 C2 6 9 2 12 5 C14 8 18 6 17 11 C16 17 6 18 4 12 M8 11 C8 8 12 8 12 11 C12 13 8 13 8 11",
  theme: "M10 3 A7 7 0 1 0 17 10 A5.2 5.2 0 0 1 10 3 Z",
  turn: "M16.5 10 A6.5 6.5 0 1 1 14.2 5 M14.6 2 V5.4 H11.2",
  about: "M10 9 V14 M10 6 V6.4 M10 17 A7 7 0 1 1 10 3 A7 7 0 1 1 10 17",
  topics: "M4 6 H4.1 M8 6 H16 M4 10 H4.1 M8 10 H16 M4 14 H4.1 M8 14 H16",
};

export class Controls {
  readonly element: HTMLElement;
  readonly about: HTMLDialogElement;
  private readonly toggles: ReadonlyMap<string, HTMLButtonElement>;

  constructor(
    meta: Meta,
    replaced: number,
    actions: Actions,
    toggles: readonly Toggle[],
    { page, keys }: Manual = MAP,
  ) {
    const title = `About this ${page}`;
    this.about = h("dialog", { className: "about", "aria-label": title });
    this.about.append(
      h("h2", {}, title),
      ...aboutParts(meta, replaced, keys),
      button("close", "Close", () => this.about.close(), icon("M5 5 L15 15 M15 5 L5 15")),
    );
    this.about.addEventListener("click", (event) => event.target === this.about && this.about.close());
    const made = (tool: Toggle) => button(tool.name, tool.label, tool.act, icon(tool.icon));
    this.toggles = new Map(toggles.map((tool) => [tool.name, made(tool)]));
    for (const { name } of toggles) this.press(name, false);
    this.element = h(
      "div",
      { className: "controls", role: "toolbar", "aria-label": page },
      button("topics-toggle", "Topics", actions.topics, icon(ICONS.topics)),
      button("zoom", "Zoom in", () => actions.zoom(ZOOM_STEP), icon(ICONS.plus)),
      button("zoom", "Zoom out", () => actions.zoom(1 / ZOOM_STEP), icon(ICONS.minus)),
      button("reset", `Show the whole ${page}`, actions.reset, icon(ICONS.whole)),
      ...this.toggles.values(),
      button("theme", "Light or dark", actions.theme, icon(ICONS.theme)),
      button("info", title, () => this.about.showModal(), icon(ICONS.about)),
    );
  }

  press(name: string, on: boolean): void {
    this.toggles.get(name)?.setAttribute("aria-pressed", String(on));
  }
}

function aboutParts(meta: Meta, replaced: number, keys: Manual["keys"]): HTMLElement[] {
  const notes = [
    ...meta.notes,
    "Points that lie close together are alike; large distances and the directions of the axes mean nothing.",
    ...(replaced > 0
      ? [`${count(replaced)} broken ${replaced === 1 ? "character is" : "characters are"} shown as �.`]
      : []),
  ];
  const list = h("dl");
  for (const [key, does] of keys) list.append(h("dt", {}, key), h("dd", {}, does));
  return [
    ...notes.map((note) => h("p", { dir: "auto" }, note)),
    h("h3", {}, "Keys"),
    list,
  ];
}

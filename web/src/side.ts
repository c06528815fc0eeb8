/** The column at the left: what the map is, the search, the topics and the counts. */

import { isNoise, type MapData, type Meta } from "./data";
import { button, count, h, share } from "./dom";

const NO_WEBGL = "This browser offers no WebGL2, so the map cannot be drawn. Search and the list of topics work.";

export class Side {
  readonly element: HTMLElement;
  private readonly status = h("p", { className: "status", role: "status", "aria-live": "polite" });
  private readonly reset: HTMLElement;

  /** @param drawable whether the map itself can be shown */
  constructor(meta: Meta, data: MapData, drawable: boolean, onReset: () => void, panels: readonly HTMLElement[]) {
    const title = h("h1", { dir: "auto" }, meta.title || "Map");
    const subtitle = meta.subtitle ? h("p", { className: "subtitle", dir: "auto" }, meta.subtitle) : null;
    this.reset = button("reset-all", "Reset all", onReset, "Reset");
    this.offerReset(false);
    this.element = h(
      "div",
      { className: "side" },
      h("header", {}, title, subtitle),
      drawable ? null : h("p", { className: "warning", role: "alert" }, NO_WEBGL),
      ...panels,
      h("div", { className: "focus" }, this.status, this.reset),
      h("p", { className: "facts" }, facts(data)),
    );
  }

  /** Say how much is in focus; nothing when all is. */
  say(words: string): void {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  /** Whether there is anything to set back. */
  offerReset(any: boolean): void {
    this.reset.hidden = !any;
  }
}

function facts(data: MapData): string {
  const points = data.count === 1 ? "1 point" : `${count(data.count)} points`;
  if (data.count === 0 || data.levels.length === 0) return points;
  const topics = data.levels[0].topics.length;
  let noise = 0;
  for (let point = 0; point < data.count; point++) if (isNoise(data, point)) noise++;
  const named = topics === 1 ? "1 topic" : `${count(topics)} topics`;
  return `${points} · ${named} · ${share(noise, data.count)} in none (noise)`;
}

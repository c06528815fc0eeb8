/** The column at the left: what the map is, the search, the topics and the counts. */

import { isNoise, type MapData, type Meta } from "./data";
import { count, h, share } from "./dom";

const NO_WEBGL = "This browser offers no WebGL2, so the map cannot be drawn. Search and the list of topics work.";

/** @param drawable whether the map itself can be shown */
export function makeSide(meta: Meta, data: MapData, drawable: boolean, ...panels: HTMLElement[]): HTMLElement {
  const title = h("h1", { dir: "auto" }, meta.title || "Map");
  const subtitle = meta.subtitle ? h("p", { className: "subtitle", dir: "auto" }, meta.subtitle) : null;
  return h(
    "div",
    { className: "side" },
    h("header", {}, title, subtitle),
    drawable ? null : h("p", { className: "warning", role: "alert" }, NO_WEBGL),
    ...panels,
    h("p", { className: "facts" }, facts(data)),
  );
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

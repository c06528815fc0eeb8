/** How each point looks in a state of the page: colour, opacity, size and order. */

import type { MapData, Topic } from "./data";
import { isNoise, topicPath } from "./data";
import type { Palette, Theme } from "./palette";
import type { Style } from "./renderer";

export interface View {
  readonly theme: Theme;
  /** Points found by the search, null when nothing is asked. */
  readonly hits: ReadonlySet<number> | null;
  /** The topic in focus. */
  readonly topic: Topic | null;
}

const SIZE = 128;
const NOISE_SIZE = 88;

/** Noise is drawn first, grey and small; then what is out of focus, the rest, and the hits on top. */
export function styleOf(data: MapData, palette: Palette, view: View): Style {
  const look = new Uint8Array(8 * data.count);
  const layers: number[][] = [[], [], [], []];
  const colours = data.levels.map((level) => level.topics.map((topic) => palette.point(topic, view.theme)));
  for (let point = 0; point < data.count; point++) {
    const topic = topicPath(data, point).at(-1);
    const hit = view.hits?.has(point) ?? false;
    const lit = view.hits ? hit : !view.topic || data.levels[view.topic.level].assignment[point] === view.topic.place;
    const noise = isNoise(data, point);
    const [r, g, b] = topic ? colours[topic.level][topic.place] : noise ? view.theme.noise : view.theme.plain;
    const opacity = lit ? (noise ? 150 : 235) : 40;
    look.set([r, g, b, hit ? 255 : opacity, noise ? NOISE_SIZE : SIZE], 8 * point);
    layers[hit ? 3 : noise ? 0 : lit ? 2 : 1].push(point);
  }
  return { look, order: Uint32Array.from(layers.flat()), ringed: layers[3].length };
}

/** Colours of topics: hue by direction from the middle of the map, children within their parent's family. */

import { ink, oklch, type Rgb } from "./colour";
import type { MapData, Topic } from "./data";
import type { Shape } from "./geometry";

export type ThemeName = "light" | "dark";

export interface Theme {
  readonly name: ThemeName;
  readonly ground: Rgb;
  readonly noise: Rgb;
  /** Colour of points on a map without topics. */
  readonly plain: Rgb;
  /** Colour of the categories that share one. */
  readonly other: Rgb;
  readonly ring: Rgb;
  readonly lightness: number;
  readonly chroma: number;
}

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    name: "light",
    ground: [250, 247, 240],
    noise: [168, 168, 168],
    plain: [52, 116, 170],
    other: [128, 124, 116],
    ring: [28, 26, 22],
    lightness: 0.62,
    chroma: 0.145,
  },
  dark: {
    name: "dark",
    ground: [11, 13, 20],
    noise: [112, 112, 112],
    plain: [128, 186, 232],
    other: [150, 150, 158],
    ring: [255, 255, 255],
    lightness: 0.75,
    chroma: 0.14,
  },
};

interface Tint {
  readonly hue: number;
  /** Steps of lightness away from the theme's, so that neighbours differ for every kind of sight. */
  readonly shade: number;
}

export class Palette {
  private readonly tints: Tint[][];

  constructor(
    private readonly data: MapData,
    shapes: readonly (readonly (Shape | null)[])[],
  ) {
    this.tints = data.levels.map((level) => level.topics.map(() => ({ hue: 0, shade: 0 })));
    const top = data.levels.length - 1;
    if (top < 0) return;
    const roots = byAngle(data.levels[top].topics, shapes[top], { x: 0.5, y: 0.5 });
    const gap = 360 / Math.max(roots.length, 1);
    roots.forEach((root, i) => {
      this.tints[top][root.place] = { hue: (20 + i * gap) % 360, shade: roots.length > 1 ? [0, 1, -1][i % 3] : 0 };
    });
    for (let k = top - 1; k >= 0; k--) {
      for (const parent of data.levels[k + 1].topics) this.tintChildren(k, parent, gap, shapes);
      this.tintOrphans(k);
    }
  }

  private tintChildren(k: number, parent: Topic, gap: number, shapes: readonly (readonly (Shape | null)[])[]): void {
    const children = this.data.levels[k].topics.filter((topic) => topic.parent === parent.place);
    const tint = this.tints[k + 1][parent.place];
    const spread = Math.min(gap * 0.5, 40) / 2 ** (this.data.levels.length - 2 - k);
    byAngle(children, shapes[k], shapes[k + 1][parent.place] ?? { x: 0.5, y: 0.5 }).forEach((child, i) => {
      const along = children.length > 1 ? i / (children.length - 1) - 0.5 : 0;
      this.tints[k][child.place] = {
        hue: (tint.hue + along * spread + 360) % 360,
        shade: tint.shade * 0.8 + [0, 0.4, -0.4][i % 3],
      };
    });
  }

  /** A topic without a parent below the top level still gets a hue of its own. */
  private tintOrphans(k: number): void {
    this.data.levels[k].topics.forEach((topic, i) => {
      if (topic.parent < 0) this.tints[k][topic.place] = { hue: (i * 137.5) % 360, shade: 0 };
    });
  }

  /** Colour of a topic's points. */
  point(topic: Topic, theme: Theme): Rgb {
    const { hue, shade } = this.tints[topic.level][topic.place];
    return oklch(theme.lightness + 0.05 * shade, theme.chroma, hue);
  }

  /** Colour of a topic's words: its hue, readable on the ground. */
  text(topic: Topic, theme: Theme, least: number): Rgb {
    return ink(this.tints[topic.level][topic.place].hue, theme.chroma * 0.66, theme.ground, least);
  }
}

function byAngle(
  topics: readonly Topic[],
  shapes: readonly (Shape | null)[],
  middle: { readonly x: number; readonly y: number },
): Topic[] {
  const angle = (topic: Topic) => {
    const shape = shapes[topic.place];
    return shape ? Math.atan2(shape.y - middle.y, shape.x - middle.x) : 0;
  };
  return [...topics].sort((a, b) => angle(a) - angle(b) || a.place - b.place);
}

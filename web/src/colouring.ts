/** What the colours of the points say: their topics, or the values of a column. */

import { along, measureOf } from "./bins";
import { oklch, type Rgb } from "./colour";
import { finestTopics, type Field, type MapData } from "./data";
import { isMeasure, written } from "./fields";
import type { Palette, Theme } from "./palette";

/** A class of points that share a colour. */
export interface Entry {
  readonly name: string;
  readonly count: number;
}

export interface Colouring {
  /** The column, null for the topics. */
  readonly field: Field | null;
  /** Class of each point, −1 for what has no value and no topic. */
  readonly code: Int32Array;
  /** Named classes of a category; empty otherwise. */
  readonly entries: readonly Entry[];
  /** Bins of a number or date; empty otherwise. */
  readonly edges: readonly number[];
  /** Colour of each class. */
  colours(theme: Theme): readonly Rgb[];
}

/** Whether colours can say anything of a column. */
export function isColourable(field: Field): boolean {
  return field.kind === "category" || (isMeasure(field) && field.cells.some((cell) => cell !== null));
}

export function byTopic(data: MapData, palette: Palette): Colouring {
  const topics = data.levels.flatMap((level) => level.topics);
  const colours = (theme: Theme) => topics.map((topic) => palette.point(topic, theme));
  return { field: null, code: finestTopics(data), entries: [], edges: [], colours };
}

export function byField(field: Field): Colouring {
  return field.kind === "category" ? byCategory(field) : byMeasure(field);
}

// Eleven colours each that stay apart for every kind of sight: searched for the greatest least distance in OKLab,
// as seen and as people without red, green or blue cones see them (Machado, Oliveira and Fernandes 2009).
const CATEGORIES: Readonly<Record<Theme["name"], readonly Rgb[]>> = {
  light: hex("3e55cf329a0cb63795b4b52d03435be181f7835b3b78bdb86b1f16a981a450038f"),
  dark: hex("71c0f6e5744c8dcd33b13290fce7654660dbf0b5ab549994a881e790660684fcf5"),
};
/** Categories with a colour of their own; all the rest share one. */
export const NAMED = 11;

function hex(text: string): Rgb[] {
  const byte = (at: number) => parseInt(text.slice(at, at + 2), 16);
  return Array.from({ length: text.length / 6 }, (_, i) => [byte(6 * i), byte(6 * i + 2), byte(6 * i + 4)] as const);
}

function byCategory(field: Field): Colouring {
  const texts = field.cells.map((cell) => written(field, cell));
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const named = ranked.length > NAMED + 1 ? NAMED : ranked.length;
  const entries = ranked.slice(0, named).map(([name, count]) => ({ name, count }));
  const rest = ranked.slice(named);
  if (rest.length > 0)
    entries.push({ name: `${rest.length} others`, count: rest.reduce((sum, [, count]) => sum + count, 0) });
  const place = new Map(ranked.map(([name], i) => [name, Math.min(i, named)]));
  const code = Int32Array.from(texts, (text) => place.get(text) ?? -1);
  return { field, code, entries, edges: [], colours: (theme) => [...CATEGORIES[theme.name], theme.other] };
}

const STEPS = 64;

function byMeasure(field: Field): Colouring {
  const { values, edges } = measureOf(field);
  const code = Int32Array.from(values, (value) => {
    const at = along(edges, value);
    return Number.isNaN(at) ? -1 : Math.min(Math.floor(at * STEPS), STEPS - 1);
  });
  return { field, code, entries: [], edges, colours: (theme) => ramp(theme, STEPS) };
}

// Lightness, chroma and hue of the ramp from its middle-sized to its strongest end: the order is in the lightness,
// which every kind of sight keeps.
const RAMP: Readonly<Record<Theme["name"], readonly (readonly [number, number, number])[]>> = {
  light: [
    [0.82, 0.14, 95],
    [0.72, 0.15, 55],
    [0.59, 0.18, 20],
    [0.45, 0.17, 340],
    [0.3, 0.13, 290],
  ],
  dark: [
    [0.42, 0.14, 285],
    [0.54, 0.18, 330],
    [0.67, 0.17, 10],
    [0.8, 0.13, 60],
    [0.94, 0.11, 105],
  ],
};

/** Colours from the least to the greatest value. */
export function ramp(theme: Theme, steps: number): Rgb[] {
  const stops = RAMP[theme.name];
  return Array.from({ length: steps }, (_, i) => {
    const at = (i / (steps - 1)) * (stops.length - 1);
    const below = Math.min(Math.floor(at), stops.length - 2);
    const [from, to] = [stops[below], stops[below + 1]];
    const turn = to[2] - from[2] > 180 ? -360 : to[2] - from[2] < -180 ? 360 : 0; // the short way round the hues
    const mix = (k: 0 | 1 | 2, more = 0) => from[k] + (to[k] - from[k] + more) * (at - below);
    return oklch(mix(0), mix(1), mix(2, turn));
  });
}

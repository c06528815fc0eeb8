/** The packed data of the page → a typed model. Mirrors `pages/payload.py`. */

export interface Topic {
  readonly level: number;
  readonly place: number;
  readonly id: number;
  readonly label: string;
  readonly keywords: readonly string[];
  readonly size: number;
  /** Place of its topic one level coarser, -1 at the top. */
  readonly parent: number;
  /** Points that stand for it, the best first. */
  readonly exemplars: readonly number[];
  /** What an audit says of it; empty where none was made. */
  readonly verdict: string;
}

export interface Level {
  /** Place of each point's topic, -1 for noise. */
  readonly assignment: Int16Array | Int32Array;
  readonly topics: readonly Topic[];
}

export type Cell = string | number | boolean | null;

/** A column; dates are days since 1970-01-01 UTC. */
export interface Field {
  readonly name: string;
  readonly kind: "number" | "date" | "category" | "text";
  readonly cells: readonly Cell[];
}

export interface Sprites {
  readonly image: Blob;
  readonly tile: number;
  readonly columns: number;
  readonly index: Int32Array;
}

export interface MapData {
  readonly count: number;
  /** Steps of 1/65535 of the larger side, x and y of each point in turn; y grows upwards. */
  readonly xy: Uint16Array;
  /** The same in space, only in a cosmos. */
  readonly xyz: Uint16Array | null;
  readonly names: readonly string[];
  readonly texts: readonly string[] | null;
  /** Finest first. */
  readonly levels: readonly Level[];
  readonly fields: readonly Field[];
  readonly links: {
    readonly safe: readonly (string | null)[];
    readonly refused: Readonly<Record<string, string>>;
  } | null;
  readonly sprites: Sprites | null;
  /** Lone surrogates that were replaced by U+FFFD in all of this. */
  readonly replaced: number;
}

export interface Meta {
  readonly title: string;
  readonly subtitle: string;
  readonly notes: readonly string[];
  /** Lone surrogates replaced in these words. */
  readonly replaced: number;
}

type RawTopic = [
  id: number,
  label: string,
  keywords: string[],
  size: number,
  parent: number,
  exemplars: number[],
  verdict: string,
];

interface Head extends Omit<MapData, "xy" | "xyz" | "levels" | "sprites"> {
  readonly xy: number;
  readonly xyz: number | null;
  readonly levels: readonly { assignment: number; topics: RawTopic[] }[];
  readonly sprites: { image: number; mime: string; tile: number; columns: number; index: number } | null;
  readonly arrays: readonly [kind: string, offset: number, length: number][];
}

/** Base64 of gzip of the packed form → model. */
export async function decode(base64: string): Promise<MapData> {
  const chars = atob(base64);
  const packed = new Uint8Array(chars.length);
  for (let i = 0; i < chars.length; i++) packed[i] = chars.charCodeAt(i); // forty times as fast as Uint8Array.from
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return unpack(await new Response(stream).arrayBuffer());
}

/** The packed form → model. */
export function unpack(buffer: ArrayBuffer): MapData {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Head;
  const array = (place: number) => view(buffer, 4 + length, head.arrays[place]);
  return {
    ...head,
    xy: array(head.xy) as Uint16Array,
    xyz: head.xyz === null ? null : (array(head.xyz) as Uint16Array),
    levels: head.levels.map((level, k) => ({
      assignment: array(level.assignment) as Int16Array | Int32Array,
      topics: level.topics.map((topic, place) => toTopic(topic, k, place)),
    })),
    sprites: head.sprites && {
      ...head.sprites,
      image: new Blob([array(head.sprites.image) as Uint8Array<ArrayBuffer>], { type: head.sprites.mime }),
      index: array(head.sprites.index) as Int32Array,
    },
  };
}

function toTopic(raw: RawTopic, level: number, place: number): Topic {
  const [id, label, keywords, size, parent, exemplars, verdict] = raw;
  return { level, place, id, label, keywords, size, parent, exemplars, verdict };
}

function view(buffer: ArrayBuffer, base: number, [kind, offset, length]: [string, number, number]) {
  const start = base + offset;
  switch (kind) {
    case "u1":
      return new Uint8Array(buffer, start, length);
    case "u2":
      return new Uint16Array(buffer, start, length);
    case "i2":
      return new Int16Array(buffer, start, length);
    case "i4":
      return new Int32Array(buffer, start, length);
    default:
      throw new Error(`unknown array kind ${kind}`);
  }
}

/** The topics a point is in, coarsest first; empty for noise. */
export function topicPath(data: MapData, point: number): Topic[] {
  const path: Topic[] = [];
  for (let k = data.levels.length - 1; k >= 0; k--) {
    const place = data.levels[k].assignment[point];
    if (place >= 0) path.push(data.levels[k].topics[place]);
  }
  return path;
}

/** Whether a point was left out of every topic; nothing is noise on a map without levels. */
export function isNoise(data: MapData, point: number): boolean {
  return data.levels.length > 0 && data.levels.every((level) => level.assignment[point] < 0);
}

/** The finest topic of each point as a place among all topics, level after level; −1 for none. */
export function finestTopics(data: MapData): Int32Array {
  const finest = new Int32Array(data.count).fill(-1);
  let base = data.levels.reduce((sum, level) => sum + level.topics.length, 0);
  for (const level of [...data.levels].reverse()) {
    base -= level.topics.length;
    for (let point = 0; point < data.count; point++)
      if (level.assignment[point] >= 0) finest[point] = base + level.assignment[point];
  }
  return finest;
}

/** The topic one level coarser, undefined at the top. */
export function parentOf(data: MapData, topic: Topic): Topic | undefined {
  return data.levels[topic.level + 1]?.topics[topic.parent];
}

/** The topics that a topic falls into: of the first finer level where it is more than one; none when there is none. */
export function partsOf(data: MapData, topic: Topic): readonly Topic[] {
  const children = data.levels[topic.level - 1]?.topics.filter((child) => child.parent === topic.place) ?? [];
  return children.length === 1 ? partsOf(data, children[0]) : children;
}

/** The points of a topic, in row order. */
export function members(data: MapData, topic: Topic): number[] {
  const found: number[] = [];
  data.levels[topic.level].assignment.forEach((place: number, point: number) => {
    if (place === topic.place) found.push(point);
  });
  return found;
}

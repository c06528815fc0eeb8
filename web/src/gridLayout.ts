/** Where the cells of a grid are, which of them are in view, and where a key leads. */

export interface Cells {
  readonly count: number;
  readonly columns: number;
  /** Side of a picture, and height of a line with the name below it, in CSS pixels. */
  readonly side: number;
  readonly line: number;
}

const GAP = 10;
const NAME = 24;

/** Cells that fill a width, none wider than the widest, three in a line at least. */
export function layOut(count: number, width: number, widest: number): Cells {
  const columns = Math.max(Math.ceil((width + GAP) / (widest + GAP)), 3);
  const side = Math.max(Math.floor((width + GAP) / columns - GAP), 24);
  return { count, columns, side, line: side + NAME + GAP };
}

/** Height of all lines in CSS pixels. */
export function heightOf({ count, columns, line }: Cells): number {
  return Math.ceil(count / columns) * line;
}

/** Left and top of a cell in CSS pixels. */
export function placeOf({ columns, side, line }: Cells, cell: number): [number, number] {
  return [(cell % columns) * (side + GAP), Math.floor(cell / columns) * line];
}

/** The first cell in view and the one behind the last, with a line to spare at each end. */
export function inView({ count, columns, line }: Cells, top: number, height: number): [number, number] {
  const first = Math.max(Math.floor(top / line) - 1, 0) * columns;
  const last = (Math.ceil((top + height) / line) + 1) * columns;
  return [Math.min(first, count), Math.min(Math.max(last, 0), count)];
}

/** The cell that a key leads to, the same one at an edge, null for a key that leads nowhere. */
export function moved({ count, columns, line }: Cells, from: number, key: string, height: number): number | null {
  const page = Math.max(Math.floor(height / line), 1) * columns;
  const steps = new Map([
    ["ArrowLeft", -1],
    ["ArrowRight", 1],
    ["ArrowUp", -columns],
    ["ArrowDown", columns],
    ["PageUp", -page],
    ["PageDown", page],
    ["Home", -count],
    ["End", count],
  ]);
  const step = steps.get(key);
  if (step === undefined) return null;
  const to = from + step;
  const lineOf = (cell: number) => Math.floor(cell / columns);
  // At the first and the last line there is no way on; a short last line is reached at its end.
  if (key === "ArrowUp" && to < 0) return from;
  if (key === "ArrowDown" && to >= count && lineOf(from) === lineOf(count - 1)) return from;
  return Math.min(Math.max(to, 0), count - 1);
}

/** Search in titles and texts that ignores case and accents. */

const PLAIN = /^[\x00-\x7f]*$/;

/** A text as it is compared: lower case, without accents, ß as ss. */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
}

/** Titles and texts, folded once. */
export class SearchIndex {
  private readonly titles: readonly string[];
  private readonly texts: readonly string[];

  constructor(names: readonly string[], texts: readonly string[] | null) {
    this.titles = names.map(fold);
    this.texts = texts?.map(fold) ?? [];
  }

  /** Points that hold the query: first titles that are it, start with it, hold it; then texts. Row order within. */
  find(query: string): number[] {
    const needle = fold(query.trim());
    if (needle === "") return [];
    const ranks: number[][] = [[], [], [], []];
    this.titles.forEach((title, point) => {
      const at = title.indexOf(needle);
      if (at >= 0) ranks[at > 0 ? 2 : title.length > needle.length ? 1 : 0].push(point);
      else if (this.texts[point]?.includes(needle)) ranks[3].push(point);
    });
    return ranks.flat();
  }
}

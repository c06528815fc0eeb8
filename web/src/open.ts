/** Opens a page from the data blocks in its file, or says why it cannot. */

import { decode, type MapData, type Meta } from "./data";
import { h } from "./dom";

/** @param make what shows the data in an element */
export function open(page: string, make: (data: MapData, meta: Meta, root: HTMLElement) => void): void {
  const root = document.getElementById("app");
  if (!root) return;
  const say = (words: string, role = "status") => root.replaceChildren(h("p", { className: "loading", role }, words));
  const block = (id: string) => document.getElementById(id)?.textContent ?? "";
  const start = async () => {
    const meta = JSON.parse(block("triptych-meta")) as Meta;
    say(meta.title);
    const data = await decode(block("triptych-data"));
    root.replaceChildren();
    make(data, meta, root);
  };
  start().catch((error: unknown) => say(`This ${page} cannot be shown: ${String(error)}`, "alert"));
}

/** Starts the map page from the data blocks in the file. */

import "./map.css";
import { App } from "./app";
import { decode, type Meta } from "./data";
import { h } from "./dom";
import { installHook } from "./hook";

async function start(root: HTMLElement): Promise<void> {
  const block = (id: string) => document.getElementById(id)?.textContent ?? "";
  const meta = JSON.parse(block("triptych-meta")) as Meta;
  root.append(h("p", { className: "loading" }, meta.title));
  const data = await decode(block("triptych-data"));
  root.replaceChildren();
  installHook(new App(data, meta, root));
}

const root = document.getElementById("app");
if (root) {
  start(root).catch((error: unknown) => {
    root.replaceChildren(h("p", { className: "loading", role: "alert" }, `This map cannot be shown: ${String(error)}`));
  });
}

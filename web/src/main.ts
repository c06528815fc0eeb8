/** Starts the map page from the data blocks in the file. */

import "./map.css";
import { App } from "./app";
import { installHook } from "./hook";
import { open } from "./open";

open("map", (data, meta, root) => installHook(new App(data, meta, root)));

/** Starts the cosmos page from the data blocks in the file. */

import "./map.css";
import { CosmosApp } from "./cosmosApp";
import { installCosmosHook } from "./cosmosHook";
import { open } from "./open";

open("cosmos", (data, meta, root) => installCosmosHook(new CosmosApp(data, meta, root)));

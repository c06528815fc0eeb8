/** What is chosen on the map. */

import type { Topic } from "./data";
import type { Polygon } from "./lasso";

export type Selection =
  | { readonly kind: "point"; readonly point: number }
  | { readonly kind: "topic"; readonly topic: Topic }
  | { readonly kind: "lasso"; readonly polygon: Polygon; readonly points: readonly number[] };

/** A read-only view of the state of the cosmos for tests, under the name of the map's: `window.triptychMap`. */

import type { CosmosApp } from "./cosmosApp";
import { topicPath } from "./data";

export function installCosmosHook(app: CosmosApp): void {
  const { data, view } = app;
  const hook = {
    get ready() {
      return app.atRest;
    },
    get camera() {
      return { ...view.orbit, focal: view.lens.focal };
    },
    get turning() {
      return app.turning;
    },
    get labels() {
      return view.labels.visible.map(({ label, x, y }) => ({
        level: label.topic.level,
        text: label.topic.label,
        x,
        y,
        width: label.width,
        height: label.height,
      }));
    },
    get hits() {
      return app.hits ? [...app.hits] : null;
    },
    get selected() {
      const chosen = app.selection;
      return chosen && (chosen.kind === "point" ? { point: chosen.point } : { topic: chosen.topic.label });
    },
    get colouring() {
      return app.colouring.field?.name ?? null;
    },
    get lit() {
      return [...app.lit];
    },
    get theme() {
      return app.theme.name;
    },
    count: data.count,
    replaced: app.replaced,
    /** What the page knows of a point, and where it is on the screen: CSS pixels, and its depth. */
    point: (i: number) => ({
      name: data.names[i],
      text: data.texts?.[i] ?? null,
      fields: data.fields.map(({ name, cells }) => [name, cells[i]]),
      path: topicPath(data, i).map((topic) => topic.label),
      screen: view.screenOf(i),
    }),
  };
  Object.defineProperty(window, "triptychMap", { value: Object.freeze(hook) });
}

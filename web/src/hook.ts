/** A read-only view of the page's state for tests: `window.triptychMap`. */

import type { App } from "./app";
import { topicPath } from "./data";

declare global {
  interface Window {
    triptychMap?: object;
  }
}

export function installHook(app: App): void {
  const { data } = app;
  const hook = {
    get ready() {
      return app.atRest;
    },
    get camera() {
      return { ...app.view.eye.camera };
    },
    get labels() {
      return app.view.labels.visible.map(({ label, x, y }) => ({
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
      if (chosen?.kind === "lasso") return { lasso: [...chosen.points] };
      return chosen && (chosen.kind === "point" ? { point: chosen.point } : { topic: chosen.topic.label });
    },
    /** The column of the colours, null for the topics, and the classes of the points. */
    get colouring() {
      const { field, entries } = app.colouring;
      return { column: field?.name ?? null, classes: entries.map(({ name, count }) => [name, count]) };
    },
    get brush() {
      return app.brush && { column: app.brush.field.name, from: app.brush.from, to: app.brush.to };
    },
    /** The points in focus. */
    get lit() {
      return [...app.lit];
    },
    get theme() {
      return app.theme.name;
    },
    count: data.count,
    replaced: app.replaced,
    /** What the page knows of a point, and where it is on the screen. */
    point: (i: number) => ({
      name: data.names[i],
      text: data.texts?.[i] ?? null,
      fields: data.fields.map(({ name, cells }) => [name, cells[i]]),
      path: topicPath(data, i).map((topic) => topic.label),
      screen: app.view.screenOf(i),
    }),
  };
  Object.defineProperty(window, "triptychMap", { value: Object.freeze(hook) });
}

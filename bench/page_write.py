"""Write one side's page of a table of points, twice in a process, timed; imports left out."""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from bench.stopwatch import Stopwatch, save

NOISE = "Unlabelled"
#: What the peer's page loads from elsewhere, by where the peer looks for it: as npm has it.
SCRIPTS = {
    "https://unpkg.com/deck.gl@9.1/dist.min.js": "deck.gl/dist.min.js",
    "https://unpkg.com/apache-arrow@latest/Arrow.es2015.min.js": "apache-arrow/Arrow.es2015.min.js",
    "https://unpkg.com/d3@latest/dist/d3.min.js": "d3/dist/d3.min.js",
    "https://unpkg.com/jquery@3.7.1/dist/jquery.min.js": "jquery/dist/jquery.min.js",
}


def ours(frame: pl.DataFrame, out: Path) -> Callable[[], object]:
    """Return the writing of our page: two levels, search, histogram; excerpts where the table has texts."""
    import numpy as np

    from triptych.pages.map import render_map
    from triptych.pages.payload import MapData, MapLevel, MapTopic

    def level(titles: pl.Series, above: pl.Series | None) -> MapLevel:
        named = titles.value_counts(sort=True).filter(pl.col(titles.name) != "")
        place = {title: i for i, title in enumerate(named[titles.name])}
        parents = {} if above is None else dict(zip(titles, above, strict=True))
        coarse = [] if above is None else above.value_counts(sort=True)[above.name].to_list()
        coarse = [title for title in coarse if title]
        topics = [
            MapTopic(i, title, (), size, coarse.index(parents[title]) if parents.get(title) else -1)
            for i, (title, size) in enumerate(named.iter_rows())
        ]
        return MapLevel(np.array([place.get(title, -1) for title in titles]), tuple(topics))

    levels = (level(frame["fine"], frame["coarse"]), level(frame["coarse"], None))

    def write() -> None:
        data = MapData(
            title="Page benchmark",
            xy=frame.select("x", "y").to_numpy(),
            names=frame["name"].to_list(),
            texts=frame["text"].to_list() if "text" in frame.columns else None,
            levels=levels,
            fields={"characters": frame["characters"].to_numpy()},
        )
        out.write_text(render_map(data), encoding="utf-8")

    return write


def datamapplot(frame: pl.DataFrame, out: Path, libraries: Path) -> Callable[[], object]:
    """Return the writing of the peer's page: its offline mode, two levels, search, histogram."""
    import datamapplot as peer  # type: ignore[import-not-found,unused-ignore]
    import numpy as np
    import pandas as pd
    import platformdirs  # type: ignore[import-not-found,unused-ignore]

    scripts = out.parent / "datamapplot-scripts.json"
    scripts.write_text(json.dumps({url: loader(url, libraries / file) for url, file in SCRIPTS.items()}), "utf-8")
    fonts = out.parent / "datamapplot-fonts.json"
    fonts.write_text("{}", "utf-8")
    styles = Path(platformdirs.user_data_dir("datamapplot", ensure_exists=True)) / "datamapplot_css_encoded.json"
    if not styles.exists():
        styles.write_text("{}", "utf-8")
    layers = [np.array([title or NOISE for title in frame[name]]) for name in ("fine", "coarse")]

    def write() -> None:
        peer.create_interactive_plot(
            frame.select("x", "y").to_numpy(),
            *layers,
            hover_text=frame["name"].to_list(),
            noise_label=NOISE,
            title="Page benchmark",
            enable_search=True,
            histogram_data=pd.Series(frame["characters"].to_numpy(), name="characters"),
            offline_mode=True,
            offline_mode_js_data_file=scripts,
            offline_mode_font_data_file=fonts,
        ).save(out)

    return write


BARE = """<!doctype html><meta charset="utf-8"><style>body{margin:0}</style>
<canvas width="1200" height="800"></canvas><script>
const canvas = document.querySelector("canvas");
const gl = canvas.getContext("webgl2", { alpha: false, antialias: false });
const bytes = Uint8Array.from(atob("DATA"), (char) => char.charCodeAt(0));
const program = gl.createProgram();
for (const [kind, source] of [
  [gl.VERTEX_SHADER, `in vec2 a_at; in vec3 a_colour; uniform vec3 u_eye; out vec3 v_colour; void main() {
    gl_Position = vec4((a_at - u_eye.xy) * u_eye.z * vec2(2.0, 3.0), 0.0, 1.0); gl_PointSize = 2.0;
    v_colour = a_colour; }`],
  [gl.FRAGMENT_SHADER, `in vec3 v_colour; out vec4 o_colour; void main() { o_colour = vec4(v_colour, 1.0); }`],
]) {
  const shader = gl.createShader(kind);
  gl.shaderSource(shader, "#version 300 es\\nprecision highp float;\\n" + source);
  gl.compileShader(shader);
  gl.attachShader(program, shader);
}
gl.bindAttribLocation(program, 0, "a_at");
gl.bindAttribLocation(program, 1, "a_colour");
gl.linkProgram(program);
gl.useProgram(program);
gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.STATIC_DRAW);
for (const at of [0, 1]) gl.enableVertexAttribArray(at);
gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, 8, 0);
gl.vertexAttribPointer(1, 3, gl.UNSIGNED_BYTE, true, 8, 4);
let [x, y, zoom, due] = [0.5, 0.5, 0.6, 0];
const draw = () => {
  due = 0;
  gl.clearColor(1, 1, 1, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.uniform3f(gl.getUniformLocation(program, "u_eye"), x, y, zoom);
  gl.drawArrays(gl.POINTS, 0, bytes.length / 8);
};
const ask = () => (due ||= requestAnimationFrame(draw));
canvas.addEventListener("pointermove", (event) => {
  if (event.buttons === 0) return;
  x -= event.movementX / 1200 / zoom;
  y += event.movementY / 1200 / zoom;
  ask();
});
canvas.addEventListener("wheel", (event) => { zoom *= Math.exp(-event.deltaY * 0.0022); ask(); });
draw();
</script>
"""


def bare(frame: pl.DataFrame, out: Path) -> Callable[[], object]:
    """Return the writing of the least page that draws the points at all: squares of two pixels, pan and zoom."""
    import numpy as np

    def write() -> None:
        xy = frame.select("x", "y").to_numpy()
        packed = np.zeros((len(xy), 4), "<u2")
        packed[:, :2] = np.rint((xy - xy.min(0)) / np.ptp(xy, 0).max() * 65535)
        packed[:, 2:] = frame["fine"].rank("dense").to_numpy()[:, None] * [40503, 97]
        out.write_text(BARE.replace("DATA", base64.b64encode(packed.tobytes()).decode("ascii")), encoding="utf-8")

    return write


def loader(url: str, file: Path) -> dict[str, Any]:
    """Return a script in the form of the peer's own cache."""
    name = f"{url.split('/')[2].replace('.', '_')}_{url.rsplit('/', 1)[1].replace('.', '_')}"
    return {"encoded_content": base64.b64encode(file.read_bytes()).decode("ascii"), "name": name}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=["ours", "datamapplot", "bare"])
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--save", type=Path, required=True)
    parser.add_argument("--libraries", type=Path, default=Path("bench/work/page/npm/node_modules"))
    parser.add_argument("--no-texts", action="store_true", help="titles only, as on the peer's card")
    options = parser.parse_args()
    frame = pl.read_parquet(options.table)
    if options.no_texts and "text" in frame.columns:
        frame = frame.drop("text")
    if options.side == "datamapplot":
        write = datamapplot(frame, options.out, options.libraries)
    else:
        write = {"ours": ours, "bare": bare}[options.side](frame, options.out)
    passes = []
    for _ in range(2):
        passes.append(Stopwatch())
        with passes[-1].lap("write"):
            write()
    save(options.save, passes, bytes=options.out.stat().st_size)


if __name__ == "__main__":
    main()

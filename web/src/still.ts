/** The last whole drawing, kept to be shown again: where it was, or moved along while drawing anew would be slow. */

import { program, type Program } from "./gl";
import type { Scene } from "./renderer";
import { STILL_FRAGMENT, STILL_VERTEX } from "./shaders";

/** Milliseconds: a drawing that takes longer than two frames of a screen cannot keep up with a hand. */
const SLOW = 40;
/** A kept picture is shown in place of a new one as long as it covers this share of the view … */
const COVER = 0.6;
/** … and is stretched by no more than this. */
const STRETCH = 2;

export class Still {
  private readonly copy: Program;
  private readonly texture: WebGLTexture;
  private scene: Scene | null = null;
  private laps: readonly [number, number] = [0, 0];

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.copy = program(gl, STILL_VERTEX, STILL_FRAGMENT);
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR);
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  }

  /** Keep what was just drawn on the canvas, and find out how long the graphics card takes for it. */
  keep(scene: Scene, width: number, height: number): void {
    const gl = this.gl;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.copyTexImage2D(gl.TEXTURE_2D, 0, gl.RGB, 0, 0, width, height, 0);
    this.scene = scene;
    const begun = performance.now();
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    const look = () => {
      if (!fence || gl.isContextLost()) return;
      if (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) return void requestAnimationFrame(look);
      gl.deleteSync(fence);
      this.laps = [this.laps[1], performance.now() - begun];
    };
    requestAnimationFrame(look);
  }

  /** Forget the picture: points look otherwise now. */
  forget(): void {
    this.scene = null;
  }

  /** Whether the picture is the scene itself. */
  shows(scene: Scene): boolean {
    const [stretch, x, y] = this.place(scene);
    return stretch === 1 && x === 0 && y === 0;
  }

  /** Whether the picture, moved, may stand for the scene for a moment. */
  standsFor(scene: Scene): boolean {
    if (Math.min(...this.laps) < SLOW) return false;
    const [stretch, x, y] = this.place(scene);
    const across = (shift: number) => Math.max(0, Math.min(1, shift + stretch) - Math.max(-1, shift - stretch)) / 2;
    return stretch <= STRETCH && across(x) * across(y) >= COVER;
  }

  draw(scene: Scene): void {
    const gl = this.gl;
    const [stretch, x, y] = this.place(scene);
    gl.useProgram(this.copy.handle);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(this.copy.uniform("u_picture"), 0);
    gl.uniform1f(this.copy.uniform("u_stretch"), stretch);
    gl.uniform2f(this.copy.uniform("u_shift"), x, y);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /** How much the picture is stretched in a scene, and where its middle is in clip space; NaN where it is of no use. */
  private place({ camera, size, ratio, ground }: Scene): readonly [number, number, number] {
    const kept = this.scene;
    const alike = kept?.ratio === ratio && kept.ground === ground;
    if (!alike || kept.size.width !== size.width || kept.size.height !== size.height) return [NaN, NaN, NaN];
    const shift = (from: number, to: number, side: number) => (2 * camera.scale * (from - to)) / side;
    const [x, y] = [shift(kept.camera.x, camera.x, size.width), shift(kept.camera.y, camera.y, size.height)];
    return [camera.scale / kept.camera.scale, x, y];
  }
}

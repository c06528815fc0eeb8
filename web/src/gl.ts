/** Small helpers around WebGL2. */

export interface Program {
  readonly handle: WebGLProgram;
  readonly uniform: (name: string) => WebGLUniformLocation | null;
}

export function program(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const handle = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) break; // the context is lost; everything is made anew once it is back
    gl.shaderSource(shader, `#version 300 es\nprecision highp float;\n${source}`);
    gl.compileShader(shader);
    gl.attachShader(handle, shader);
  }
  gl.linkProgram(handle);
  if (!gl.getProgramParameter(handle, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`shader: ${gl.getProgramInfoLog(handle) ?? ""}`);
  }
  const known = new Map<string, WebGLUniformLocation | null>();
  const uniform = (name: string) => {
    if (!known.has(name)) known.set(name, gl.getUniformLocation(handle, name));
    return known.get(name) ?? null;
  };
  return { handle, uniform };
}

export function buffer(gl: WebGL2RenderingContext, target: number, data: AllowSharedBufferSource): WebGLBuffer {
  const made = gl.createBuffer();
  gl.bindBuffer(target, made);
  gl.bufferData(target, data, gl.DYNAMIC_DRAW);
  return made;
}

/** Points that stand for all: every so many-th, evenly. */
export interface Thinned {
  readonly shape: WebGLVertexArrayObject;
  readonly every: number;
  readonly drawn: number;
}

/** Prepare up to `most` points to be drawn with their colours and sizes; positions are 16-bit steps on each axis. */
export function thinned(
  gl: WebGL2RenderingContext,
  positions: WebGLBuffer,
  look: WebGLBuffer,
  count: number,
  { most, axes }: { readonly most: number; readonly axes: 2 | 3 },
): Thinned {
  const every = Math.max(1, Math.ceil(count / most));
  const drawn = Math.floor(count / every);
  const shape = gl.createVertexArray();
  gl.bindVertexArray(shape);
  for (const location of [0, 1, 2]) gl.enableVertexAttribArray(location);
  gl.bindBuffer(gl.ARRAY_BUFFER, positions);
  gl.vertexAttribPointer(0, axes, gl.UNSIGNED_SHORT, true, 2 * axes, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, look);
  gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 8, 0);
  gl.vertexAttribPointer(2, 1, gl.UNSIGNED_BYTE, true, 8, 4);
  buffer(
    gl,
    gl.ELEMENT_ARRAY_BUFFER,
    Uint32Array.from({ length: drawn }, (_, i) => i * every),
  );
  gl.bindVertexArray(null);
  return { shape, every, drawn };
}

/** Whether sums of light can be drawn at all. */
export function sumsLight(gl: WebGL2RenderingContext): boolean {
  return gl.getExtension("EXT_color_buffer_float") !== null || gl.getExtension("EXT_color_buffer_half_float") !== null;
}

/** The few WebGL2 calls that both programs share. */

export class GlFailure extends Error {}

function compile(gl: WebGL2RenderingContext, kind: number, source: string): WebGLShader {
  const shader = gl.createShader(kind);
  if (!shader) throw new GlFailure("The graphics context is lost.");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
    throw new GlFailure(gl.getShaderInfoLog(shader) ?? "A shader did not compile.");
  }
  return shader;
}

export function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  gl.attachShader(program, compile(gl, gl.VERTEX_SHADER, vertex));
  gl.attachShader(program, compile(gl, gl.FRAGMENT_SHADER, fragment));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new GlFailure(gl.getProgramInfoLog(program) ?? "A program did not link.");
  }
  return program;
}

export interface Attribute {
  readonly location: number;
  readonly size: number;
  readonly type: number;
  readonly normalized: boolean;
  readonly offset: number;
}

/** Binds attributes that lie one after another in each record of a buffer. */
export function attributes(
  gl: WebGL2RenderingContext,
  stride: number,
  divisor: number,
  list: readonly Attribute[],
): void {
  for (const { location, size, type, normalized, offset } of list) {
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, type, normalized, stride, offset);
    gl.vertexAttribDivisor(location, divisor);
  }
}

export function uniform(
  gl: WebGL2RenderingContext,
  program: WebGLProgram,
  name: string,
): WebGLUniformLocation | null {
  return gl.getUniformLocation(program, name);
}

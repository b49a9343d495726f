// Drawing by WebGL: the net lies in the memory of the graphics card, and a frame is a few numbers.

const VERTEX = `
attribute vec3 place;
attribute vec4 falling;
attribute vec3 drawing;
attribute vec2 beside;
uniform vec4 falls, draws, box;
uniform vec2 across;
uniform float lid, blink;
varying vec2 source, here, lash;
void main() {
  vec2 down = vec2(-across.y, across.x);
  vec2 moved = down * (dot(falling, falls) + drawing.z * draws.w) + across * dot(drawing, draws.xyz);
  source = place.xy - lid * moved;
  here = place.xy + mix(moved, down * blink * place.z, lid);
  lash = beside;
  vec2 at = (here + 0.5 + box.xy) / box.zw;
  gl_Position = vec4(at.x * 2.0 - 1.0, 1.0 - at.y * 2.0, 0.0, 1.0);
}`;
const FRAGMENT = `
#ifdef GL_FRAGMENT_PRECISION_HIGH
precision highp float;
#else
precision mediump float;
#endif
uniform sampler2D photo, mask, plain, toothed;
uniform vec4 box, part;
uniform vec2 head;
uniform float mode, parting, teeth, blink;
varying vec2 source, here, lash;
void main() {
  if (mode > 2.5) {
    vec4 mark = texture2D(mask, (source + 0.5 - part.xy) / part.zw);
    gl_FragColor = vec4(mark.rgb * mark.a, mark.a);
  } else if (mode > 1.5) {
    gl_FragColor = vec4(0.0, 0.0, 0.0, ${LASH_DARK} * exp(-lash.x * lash.x) * clamp(lash.y * blink, 0.0, 1.0));
  } else {
    vec3 colour = texture2D(photo, (source + 0.5 + box.xy) / box.zw).rgb;
    float seen = texture2D(mask, (source + 0.5 - part.xy) / part.zw).a;
    if (mode > 0.5) {
      gl_FragColor = vec4(colour * seen, seen);
    } else {
      vec2 inside = (here - head + 0.5 - part.xy) / part.zw;
      vec3 mouth = mix(texture2D(plain, inside).rgb, texture2D(toothed, inside).rgb, teeth);
      gl_FragColor = vec4(mix(colour, mouth, seen * parting), 1.0);
    }
  }
}`;
const SKULL_LAYER = 0, JAW_LAYER = 1, LASHES = 2, MARK = 3;
const SAMPLERS = ['photo', 'mask', 'plain', 'toothed'];

class GraphicsPainter {
  constructor(canvas, photo, faces, stamp, gl) {
    this.canvas = canvas;
    this.faces = faces;
    this.gl = gl;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.bindAttribLocation(program, 0, 'place');
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) || 'no program');
    gl.useProgram(program);
    this.attributes = Object.fromEntries(
      ['place', 'falling', 'drawing', 'beside'].map(name => [name, gl.getAttribLocation(program, name)]));
    this.uniforms = {};
    for (const name of ['falls', 'draws', 'box', 'across', 'lid', 'blink', 'part', 'head', 'mode', 'parting', 'teeth'])
      this.uniforms[name] = gl.getUniformLocation(program, name);
    SAMPLERS.forEach((name, unit) => gl.uniform1i(gl.getUniformLocation(program, name), unit));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const photoTexture = this.texture(photo), nothing = this.texture(new ImageData(1, 1));
    this.kept = {};
    for (const [number, face] of Object.entries(faces)) this.kept[number] = this.keep(face, nothing);
    const { left, top, image: { width, height } } = stamp;
    const corners = [left, top, left + width, top, left, top + height, left + width, top + height];
    const places = new Float32Array(corners.flatMap((each, at) => at % 2 ? [each - 0.5, 0] : [each - 0.5]));
    this.stamp = { places: this.buffer(places), fields: this.buffer(new Int8Array(4 * FIELDS)),
      mask: this.texture(stamp.image), part: [left, top, width, height] };
    this.bind(0, photoTexture);
  }

  keep(face, nothing) {
    const { gl } = this, count = face.count, corners = [];
    for (let row = 0; row < count - 1; row++)
      for (let column = 0; column < count - 1; column++) {
        const at = row * count + column;
        corners.push(at, at + 1, at + count, at + 1, at + count + 1, at + count);
      }
    const optional = image => image ? this.texture(image) : nothing;
    return {
      net: this.buffer(new Uint16Array(corners), gl.ELEMENT_ARRAY_BUFFER), corners: corners.length,
      places: this.buffer(face.places), skull: this.buffer(face.skull), jaw: this.buffer(face.jaw),
      hole: optional(face.hole), plain: optional(face.plain), toothed: optional(face.toothed), shown: this.texture(face.shown),
      lids: face.lids.map(lid => ({
        count: 2 * lid.columns.length, skin: this.buffer(lid.skin), lashes: this.buffer(lid.lashes), fields: this.buffer(lid.fields),
        beside: this.buffer(Float32Array.from(lid.shown.flatMap(each => [-LASH_ROWS, each, LASH_ROWS, each]))),
      })),
    };
  }

  texture(image) {
    const { gl } = this, texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, gl.LINEAR);
    return texture;
  }

  buffer(values, kind = this.gl.ARRAY_BUFFER) {
    const buffer = this.gl.createBuffer();
    this.gl.bindBuffer(kind, buffer);
    this.gl.bufferData(kind, values, this.gl.STATIC_DRAW);
    return buffer;
  }

  bind(unit, texture) {
    this.gl.activeTexture(this.gl.TEXTURE0 + unit);
    this.gl.bindTexture(this.gl.TEXTURE_2D, texture);
  }

  attribute(name, buffer, size, kind, stride, offset) {
    const { gl } = this, at = this.attributes[name];
    if (!buffer) {
      gl.disableVertexAttribArray(at);
      return;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, kind, false, stride, offset);
  }

  corners(places, fields, beside = null) {
    const { gl } = this;
    this.attribute('place', places, 3, gl.FLOAT, 0, 0);
    this.attribute('falling', fields, 4, gl.BYTE, FIELDS, 0);
    this.attribute('drawing', fields, 3, gl.BYTE, FIELDS, 4);
    this.attribute('beside', beside, 2, gl.FLOAT, 0, 0);
  }

  draw(moved) {
    const { gl, uniforms: at } = this;
    this.clear();
    for (const [number, row] of moved) this.face(this.faces[number], this.kept[number], row);
    gl.uniform4f(at.box, 0, 0, this.canvas.width, this.canvas.height);
    gl.uniform4f(at.falls, 0, 0, 0, 0);
    gl.uniform4f(at.draws, 0, 0, 0, 0);
    gl.uniform4f(at.part, ...this.stamp.part);
    gl.uniform1f(at.lid, 0);
    gl.uniform1f(at.mode, MARK);
    this.bind(1, this.stamp.mask);
    this.corners(this.stamp.places, this.stamp.fields);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  face(face, kept, row) {
    const { gl, uniforms: at } = this, pose = poseOf(face, row);
    gl.uniform4f(at.box, face.left, face.top, this.canvas.width, this.canvas.height);
    gl.uniform2f(at.across, ...face.across);
    gl.uniform4f(at.falls, ...pose.falls);
    gl.uniform4f(at.draws, ...pose.draws);
    gl.uniform2f(at.head, ...pose.head);
    gl.uniform1f(at.parting, pose.parting);
    gl.uniform1f(at.teeth, pose.teeth);
    gl.uniform1f(at.blink, pose.blink);
    this.bind(1, kept.hole);
    this.bind(2, kept.plain);
    this.bind(3, kept.toothed);
    gl.uniform4f(at.part, ...(face.hole ? face.hollow : [0, 0, 1, 1]));
    gl.uniform1f(at.lid, 0);
    gl.uniform1f(at.mode, SKULL_LAYER);
    this.corners(kept.places, kept.skull);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, kept.net);
    gl.drawElements(gl.TRIANGLES, kept.corners, gl.UNSIGNED_SHORT, 0);
    if (pose.blink) for (const lid of kept.lids) this.lid(lid);
    this.bind(1, kept.shown);
    gl.uniform4f(at.part, 0, 0, face.width, face.height);
    gl.uniform1f(at.lid, 0);
    gl.uniform1f(at.mode, JAW_LAYER);
    this.corners(kept.places, kept.jaw);
    gl.drawElements(gl.TRIANGLES, kept.corners, gl.UNSIGNED_SHORT, 0);
  }

  lid(lid) {
    const { gl, uniforms: at } = this;
    gl.uniform1f(at.lid, 1);
    gl.uniform1f(at.parting, 0);
    gl.uniform1f(at.mode, SKULL_LAYER);
    this.corners(lid.skin, lid.fields);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, lid.count);
    gl.uniform1f(at.mode, LASHES);
    this.corners(lid.lashes, lid.fields, lid.beside);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, lid.count);
  }

  clear() {
    this.gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    this.gl.clear(this.gl.COLOR_BUFFER_BIT);
  }
}

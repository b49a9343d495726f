// A photo that speaks: the picture follows the clock of the sound. Nothing plays by itself, and nothing is drawn but while
// it plays or where one has moved to; before the sound and after it, and where it cannot be moved, there is the photo.

const LIGHT_SIDE = 160;
const LITTLE_MOTION = matchMedia('(prefers-reduced-motion: reduce)');
const GRAPHICS = { alpha: true, antialias: false, depth: false, premultipliedAlpha: true };

class Living {
  constructor(root) {
    const find = name => root.querySelector(name);
    Object.assign(this, JSON.parse(find('script.told').textContent));
    this.root = root;
    this.audio = find('audio');
    this.canvas = find('canvas.moving');
    this.light = find('canvas.light');
    this.captions = find('.captions');
    this.button = find('button.play');
    this.stays = find('.stays');
    this.move = find('button.move');
    this.isWanted = false;
    this.captions.hidden = this.button.hidden = false;
    this.button.addEventListener('click', () => this.toggle());
    find('.photo').addEventListener('click', event => { if (!event.target.closest('a')) this.toggle(); });
    for (const event of ['play', 'pause', 'ended', 'seeked', 'emptied'])
      this.audio.addEventListener(event, () => this.changed(event));
    if (this.performance) {
      this.move.addEventListener('click', () => { this.isWanted = !this.isWanted; this.still(); });
      LITTLE_MOTION.addEventListener('change', () => this.still());
      this.still();
      this.ready = this.prepare();
    }
  }

  // Pictures are made ready before anybody asks, so that the first frame is there with the first sound.
  async prepare() {
    const { faces, size } = this.performance;
    if (!Object.keys(faces).length) return;
    const shown = this.root.querySelector('.photo img, .photo image');
    const photo = imageOf(shown.currentSrc || shown.getAttribute('href'));
    const made = Object.entries(faces).map(async ([number, told]) => [number, await faceOf(told)]);
    const stamp = { ...this.stamp, image: await imageOf(this.stamp.image) };
    this.parts = [await photo, Object.fromEntries(await Promise.all(made)), stamp];
    [this.canvas.width, this.canvas.height] = size;
    this.watch();
    this.paint();
    this.show();
  }

  watch() {
    const { canvas } = this;
    canvas.addEventListener('webglcontextlost', event => {
      event.preventDefault();
      if (canvas !== this.canvas) return;
      this.painter = null;
      canvas.hidden = true;
    });
    canvas.addEventListener('webglcontextrestored', () => {
      if (canvas !== this.canvas) return;
      canvas.hidden = false;
      this.paint();
      this.show();
    });
  }

  // Of many photos some lose their graphics to others, since a browser has about 16 for a page: who plays takes them back.
  renew() {
    const lost = this.canvas;
    this.canvas = lost.cloneNode();
    this.canvas.hidden = false;
    lost.replaceWith(this.canvas);
    this.watch();
    this.paint();
  }

  paint() {
    const { canvas } = this, graphics = canvas.getContext('webgl', GRAPHICS);
    try {
      this.painter = graphics ? new GraphicsPainter(canvas, ...this.parts, graphics)
        : new FlatPainter(canvas, ...this.parts, canvas.getContext('2d'));
    } catch {
      // Graphics that are there and do not work; a canvas that had them can have nothing else.
      this.canvas = canvas.cloneNode();
      canvas.replaceWith(this.canvas);
      this.painter = new FlatPainter(this.canvas, ...this.parts, this.canvas.getContext('2d'));
    }
  }

  toggle() {
    if (this.audio.paused) this.audio.play().catch(() => this.changed('pause'));
    else this.audio.pause();
  }

  changed(event) {
    const { audio, button } = this, isPlaying = !audio.paused && !audio.ended;
    button.textContent = isPlaying ? button.dataset.pause : button.dataset.play;
    this.root.classList.toggle('playing', isPlaying);
    cancelAnimationFrame(this.frame);
    if (event === 'play') for (const other of document.querySelectorAll('audio')) if (other !== audio) other.pause();
    if (isPlaying && this.canvas.hidden) this.renew();
    if (isPlaying) this.step();
    else if (event !== 'pause') this.show();
  }

  step() {
    this.frame = requestAnimationFrame(() => {
      this.show();
      this.step();
    });
  }

  // Who asked their device for little motion gets the photo, with sound and captions, unless they want it otherwise.
  still() {
    this.isStill = LITTLE_MOTION.matches && !this.isWanted;
    this.stays.hidden = !LITTLE_MOTION.matches;
    this.move.setAttribute('aria-pressed', String(this.isWanted));
    this.show();
  }

  show() {
    const { audio, performance, painter } = this, time = audio.currentTime;
    const isOver = audio.ended || time >= audio.duration || (audio.paused && time === 0);
    this.caption(isOver ? -1 : time);
    if (!performance) return;
    const isAtRest = isOver || this.isStill;
    const moved = isAtRest || !painter ? [] : movedAt(performance, time);
    if (moved.length) painter.draw(moved);
    else if (this.isDrawn) painter?.clear();
    this.isDrawn = moved.length > 0;
    this.shine(isAtRest ? null : litAt(performance, time));
  }

  shine(lit) {
    const { style } = this.light;
    style.opacity = lit ? lit.strength : 0;
    if (lit && this.lit !== lit.faces) {
      this.lit = lit.faces;
      this.darken(lit.faces.map(number => this.performance.boxes[number]));
    }
  }

  // Everything but these boxes and what is around them.
  darken(boxes) {
    const { size: [wide, high], light: { dark: most, reach, soft } } = this.performance, scale = LIGHT_SIDE / Math.max(wide, high);
    const width = this.light.width = Math.ceil(wide * scale), height = this.light.height = Math.ceil(high * scale);
    const dark = new ImageData(width, height);
    for (let at = 0; at < width * height; at++) {
      const x = (at % width + 0.5) * wide / width, y = (Math.floor(at / width) + 0.5) * high / height;
      const shares = boxes.map(([left, top, across, down]) => {
        const far = Math.hypot((x - left - across / 2) / Math.max(across, 1), (y - top - down / 2) / Math.max(down, 1));
        return smooth((reach + soft - far) / soft);
      });
      dark.data[4 * at + 3] = 255 * (1 - most) * (1 - Math.max(...shares)) + 0.5;
    }
    this.light.getContext('2d').putImageData(dark, 0, 0);
  }

  caption(time) {
    const cue = this.cues.find(([start, end]) => start <= time && time < end) ?? null;
    if (cue !== this.cue) {
      this.cue = cue;
      this.words = [];
      this.captions.replaceChildren(...(cue ? this.linesOf(cue) : []));
    }
    for (const [word, start] of this.words) word.classList.toggle('heard', start <= time);
  }

  linesOf([, , lines, speaker]) {
    return lines.map((line, number) => {
      const shown = document.createElement('span');
      shown.className = 'line';
      if (speaker && number === 0) shown.append(Object.assign(document.createElement('span'), { className: 'who', textContent: `${speaker}: ` }));
      for (const [text, start] of line) {
        const word = Object.assign(document.createElement('span'), { className: 'word', textContent: text });
        if (start === null) word.classList.add('heard');
        else this.words.push([word, start]);
        shown.append(word, ' ');
      }
      return shown;
    });
  }
}

for (const root of document.querySelectorAll('.living')) new Living(root);

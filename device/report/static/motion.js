// How a face moves while it speaks: the same figures and formulas as device/living/motion.py, to a millionth.

const EASE = 0.5, LEAD = 0.03, CLOSURE_LEAD = 0.02;
const JAW_REACH = 0.067, LIPS_REACH = 0.145, TALK_REACH = 0.2, HOLD_REACH = 0.036, SMILE_HOLD_REACH = 0.054;
const LEAST_HOLD = [0, 0.085, 0.07], LONGEST_HOLD = 0.11, FIRMLY = 1.3;
const PRESS = 0.003, BITE_UPPER = 0.004, BITE_LOWER = -0.01;
const PARTED_OPENS = 0.95, PARTED_ROUNDS = 0.6, RELAXES = 0.07, UPPER_SHARE = 0.36, SPEECH_CLOSES = 0.6;
const BLINK_SECONDS = 0.15, LOUDNESS_STEP = 0.02, LIGHT_FADES = 0.4;
const LIPS = 1, TEETH_AT_LIP = 2;

const JAW = 0, UPPER = 1, LOWER = 2, WIDE = 3, ROUND = 4, TEETH = 5, BLINK = 6, ACROSS = 7, DOWN = 8, BROW = 9;
const CHANNELS = 10;

// Beyond what is asked for around a turn nothing moves any more: the widest window is shorter.
const BEYOND = 0.3;

const clip = (value, low, high) => Math.min(high, Math.max(low, value));
const smooth = value => { const x = clip(value, 0, 1); return x * x * (3 - 2 * x); };
const step = value => { const x = clip(value, -1, 1); return 0.5 + 0.75 * x - 0.25 * x * x * x; };
const share = (time, start, end, reach) => step((time - start) / reach) - step((time - end) / reach);

function openedAt(opens, time) {
  const at = clip(time / LOUDNESS_STEP - 0.5, 0, opens.length - 1), before = Math.floor(at);
  const after = Math.min(before + 1, opens.length - 1);
  return opens[before] + (opens[after] - opens[before]) * (at - before);
}

// One number for each channel, at a time in seconds from the start of the turn.
function coefficients(motion, visemes, time) {
  const heard = time + LEAD, gap = motion.gap, held = [0, 0, 0];
  const holdReach = gap ? SMILE_HOLD_REACH : HOLD_REACH;
  let jaw = 0, upper = 0, lower = 0, wide = 0, round = 0, slowJaw = 0, talk = 0;
  for (const [viseme, start, end, heldAt] of motion.spans) {
    const shape = visemes[viseme], holds = shape[5];
    const fast = share(heard, start, end, JAW_REACH), slow = share(heard, start, end, LIPS_REACH);
    jaw += fast * shape[0];
    upper += fast * shape[1];
    lower += fast * shape[2];
    slowJaw += slow * shape[0];
    wide += slow * shape[3];
    round += slow * shape[4];
    talk += share(heard, start, end, TALK_REACH);
    if (holds) {
      const half = clip(end - start, LEAST_HOLD[holds], LONGEST_HOLD) / 2, middle = heldAt - CLOSURE_LEAD;
      held[holds] = Math.max(held[holds], FIRMLY * share(time, middle - half, middle + half, holdReach));
    }
  }
  talk = clip(talk, 0, 1);
  const moved = new Array(CHANNELS).fill(0);
  if (motion.speaks) {
    const opened = motion.gain * (motion.opens ? openedAt(motion.opens, heard) : 1);
    const lips = clip(held[LIPS], 0, 1), teeth = clip(held[TEETH_AT_LIP], 0, 1), drawn = Math.min(motion.gain, 1);
    moved[WIDE] = wide * drawn;
    moved[ROUND] = gap ? PARTED_ROUNDS * round * drawn + RELAXES * talk : round * drawn;
    if (gap) {
      let apart = PARTED_OPENS * jaw * opened - SPEECH_CLOSES * gap * talk;
      apart = apart * (1 - 0.7 * teeth) - 0.45 * gap * teeth;
      apart = apart * (1 - lips) - gap * lips;
      moved[JAW] = Math.max(apart, 0);
      moved[UPPER] = UPPER_SHARE * Math.min(apart, 0);
      moved[LOWER] = (1 - UPPER_SHARE) * Math.min(apart, 0);
    } else {
      const free = 1 - lips;
      moved[JAW] = jaw * opened * (1 - 0.7 * teeth) * free;
      moved[UPPER] = (upper * opened + BITE_UPPER * teeth) * free - PRESS * lips;
      moved[LOWER] = (lower * opened * (1 - teeth) + BITE_LOWER * teeth) * free - PRESS * lips;
    }
    moved[TEETH] = motion.teeth * clip((moved[JAW] + moved[UPPER] + moved[LOWER] - 0.012) / 0.02 - 3 * moved[ROUND], 0, 1);
  }
  for (const middle of motion.blinks)
    moved[BLINK] = Math.max(moved[BLINK], clip(1.45 - Math.abs(time - middle) / (BLINK_SECONDS / 2), 0, 1));
  const awake = smooth(Math.min(time + motion.before, motion.seconds + motion.after - time) / EASE);
  const wave = (hertz, phase) => Math.sin(2 * Math.PI * hertz * time + motion.phases[phase]);
  const lively = awake * (0.6 + 0.4 * talk);
  moved[ACROSS] = lively * (0.006 * wave(0.21, 0) + 0.003 * wave(0.47, 1));
  moved[DOWN] = lively * (0.004 * wave(0.27, 2) + 0.002 * wave(0.61, 3)) + awake * 0.05 * (slowJaw - 0.02) * talk
    + awake * 0.001 * wave(0.25, 5);
  moved[BROW] = awake * 0.008 * talk * Math.max(0, wave(0.31, 4));
  return moved;
}

// The faces that move at a time of the speech, each with its coefficients, in the order in which they are drawn.
function movedAt(record, time) {
  const moved = [];
  for (const { speaker, start, motion } of record.turns) {
    const since = time - start;
    if (!motion || since < -motion.before - BEYOND || since > motion.seconds + motion.after + BEYOND) continue;
    const row = coefficients(motion, record.visemes, since);
    if (row.some(each => each !== 0)) moved.push([speaker, row]);
  }
  return moved;
}

// Whom the narrator speaks of, and how strongly they are lit; of two turns the stronger light counts.
function litAt(record, time) {
  let lit = null;
  for (const turn of record.turns) {
    if (!turn.lit.length) continue;
    const strength = smooth(1 - Math.max(turn.start - time, time - turn.end) / LIGHT_FADES);
    if (strength > (lit?.strength ?? 0)) lit = { faces: turn.lit, strength };
  }
  return lit;
}

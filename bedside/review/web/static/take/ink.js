// Canvases that are sharp on every screen, and the page's own colours to draw with.

export const PLAYERS = ["child", "child2", "therapist", "partner"];
export const NAMES = { child: "Child", child2: "Second child", therapist: "Therapist", partner: "Partner" };
const LEVELS = 8;

/** Read the colours that hold at an element: light, dark or on paper. */
export function inks(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(name).trim();
  const ink = {};
  for (const name of ["ground", "card", "raised", "ink", "soft", "line", "edge", "main", "wash", "focus"]) {
    ink[name] = read(`--${name}`);
  }
  ink.font = style.fontFamily;
  ink.players = {};
  for (const player of PLAYERS) {
    const loud = rgb(read(`--${player}`));
    const quiet = rgb(read(`--${player}-fill`));
    ink.players[player] = {
      strong: css(loud),
      fill: css(quiet),
      levels: Array.from({ length: LEVELS }, (_, level) => css(between(quiet, loud, level / (LEVELS - 1)))),
    };
  }
  return ink;
}

/** Return which of the levels a velocity, 0 to 1, is drawn in. */
export function level(velocity) {
  return Math.min(Math.max(Math.floor(velocity * LEVELS), 0), LEVELS - 1);
}

function rgb(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function css(channels) {
  return `rgb(${channels.map(Math.round).join(" ")})`;
}

function between(one, other, share) {
  return one.map((channel, place) => channel + (other[place] - channel) * share);
}

/** A canvas that is as large as its place on the page, in device pixels. */
export class Sheet {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.width = 0;
    this.height = 0;
  }

  /** Take on a size in CSS pixels. */
  fit(width, height) {
    const ratio = window.devicePixelRatio || 1;
    const wide = Math.round(width * ratio);
    const tall = Math.round(height * ratio);
    if (this.canvas.width !== wide || this.canvas.height !== tall) {
      this.canvas.width = wide;
      this.canvas.height = tall;
    }
    this.ratio = ratio;
    this.width = width;
    this.height = height;
  }

  /** Begin anew, and return the context in CSS pixels. */
  clear() {
    const { context, ratio } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    return context;
  }
}

/** Hatch where there is no data. */
export function hatch(context, x, y, width, height, colour) {
  if (width <= 0) return;
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  const first = Math.floor((x - height) / 7) * 7;
  for (let at = first; at < x + width; at += 7) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

// Canvases that are sharp on every screen, and the page's own colours to draw with.

/** @import { Ink, PlayerInk, PlayerName } from "./types.js" */

/** @type {PlayerName[]} */
export const PLAYERS = ["child", "child2", "therapist", "partner"];
/** @type {Record<PlayerName, string>} */
export const NAMES = { child: "Child", child2: "Second child", therapist: "Therapist", partner: "Partner" };
const LEVELS = 8;

/**
 * Return the colours that apply to an element: light, dark or on paper.
 * @param {Element} element
 * @returns {Ink}
 */
export function inks(element) {
  const style = getComputedStyle(element);
  /** @param {string} name */
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  /** @param {PlayerName} player @returns {PlayerInk} */
  const of = (player) => {
    const loud = rgb(read(player));
    const quiet = rgb(read(`${player}-fill`));
    return {
      strong: css(loud),
      fill: css(quiet),
      levels: Array.from({ length: LEVELS }, (_, level) => css(mix(quiet, loud, level / (LEVELS - 1)))),
    };
  };
  return {
    ground: read("ground"),
    card: read("card"),
    raised: read("raised"),
    ink: read("ink"),
    soft: read("soft"),
    line: read("line"),
    edge: read("edge"),
    main: read("main"),
    wash: read("wash"),
    focus: read("focus"),
    font: style.fontFamily,
    players: { child: of("child"), child2: of("child2"), therapist: of("therapist"), partner: of("partner") },
  };
}

/** Return which of the levels a velocity, 0 to 1, is drawn in. @param {number} velocity */
export function level(velocity) {
  return Math.min(Math.max(Math.floor(velocity * LEVELS), 0), LEVELS - 1);
}

/** @param {string} colour as #rrggbb */
function rgb(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** @param {number[]} channels */
function css(channels) {
  return `rgb(${channels.map(Math.round).join(" ")})`;
}

/** Return a colour between two. @param {number[]} one @param {number[]} other @param {number} share */
function mix(one, other, share) {
  return one.map((channel, place) => channel + (other[place] - channel) * share);
}

/** A canvas that has as many pixels as the screen has in its place. */
export class Surface {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.ratio = 1;
    this.width = 0;
    this.height = 0;
  }

  /** Take on a size in CSS pixels. @param {number} width @param {number} height */
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

  /** Clear the canvas; return its context, in CSS pixels. */
  clear() {
    const { context, ratio } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    return context;
  }
}

/**
 * Hatch a rectangle where there is no data.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {string} colour
 */
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

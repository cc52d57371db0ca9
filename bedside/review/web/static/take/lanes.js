// The ruler with the loop, and the lanes: what was written, what is proposed, and what was chosen.

import { GUTTER, clock } from "./axis.js";
import { gridlines } from "./roll.js";

/** @import { Axis } from "./axis.js" */
/** @import { Surface } from "./ink.js" */
/** @import { Ink, LaneMark, Loop } from "./types.js" */

const LANE = 26;
export const RULER = 28;

/**
 * Draw the ruler: the times, and the span that is looped.
 * @param {Surface} surface
 * @param {Axis} axis
 * @param {Ink} ink
 * @param {Loop | null} loop
 */
export function drawRuler(surface, axis, ink, loop) {
  const context = surface.clear();
  const { width, height } = surface;
  if (loop) {
    const x = Math.max(axis.x(loop.first), GUTTER);
    const end = axis.x(loop.last);
    if (end > GUTTER) {
      context.fillStyle = loop.on ? ink.main : ink.line;
      context.globalAlpha = loop.on ? 0.3 : 1;
      context.fillRect(x, 0, Math.max(end - x, 2), height);
      context.globalAlpha = 1;
      context.fillStyle = loop.on ? ink.main : ink.edge;
      if (axis.x(loop.first) >= GUTTER) context.fillRect(x, 0, 2, height);
      context.fillRect(end - 2, 0, 2, height);
    }
  }
  const tick = axis.tick;
  context.font = `12px ${ink.font}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (let at = Math.ceil(axis.start / tick) * tick; at <= axis.end; at += tick) {
    const x = axis.x(at);
    context.fillStyle = ink.edge;
    context.fillRect(Math.round(x), height - 8, 1, 8);
    context.fillStyle = ink.soft;
    if (x < width - 30) context.fillText(clock(at, tick < 1 ? 1 : 0), x + 5, height / 2);
  }
}

/** Rows of marks on the axis, each at a moment or over a span. */
export class Lanes {
  /** @param {string[]} names */
  constructor(names) {
    this.names = names;
    /** @type {LaneMark[]} sorted by `first` within each row */
    this.marks = [];
  }

  get height() {
    return LANE * this.names.length;
  }

  /** @param {Surface} surface @param {Axis} axis @param {Ink} ink */
  draw(surface, axis, ink) {
    const context = surface.clear();
    gridlines(context, axis, ink, surface.height);
    context.font = `11px ${ink.font}`;
    context.textBaseline = "middle";
    this.names.forEach((name, row) => {
      context.fillStyle = ink.line;
      context.fillRect(0, row * LANE, surface.width, 1);
      context.fillStyle = ink.soft;
      context.textAlign = "right";
      context.fillText(name, GUTTER - 6, row * LANE + LANE / 2 + 0.5);
    });
    context.save();
    context.beginPath();
    context.rect(GUTTER - 5, 0, surface.width, surface.height);
    context.clip();
    context.textAlign = "left";
    const free = new Array(this.names.length).fill(Infinity);
    // From the right, so that the room for each mark's words is known.
    for (let place = this.marks.length - 1; place >= 0; place -= 1) {
      const mark = this.marks[place];
      const x = axis.x(mark.first);
      const end = axis.x(mark.last);
      if (x > surface.width + 10) {
        free[mark.row] = Math.min(free[mark.row], x);
        continue;
      }
      if (end < GUTTER - 200) continue;
      this.#mark(context, ink, mark, x, end, mark.row * LANE + LANE / 2, free[mark.row] - x);
      free[mark.row] = x;
    }
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Ink} ink
   * @param {LaneMark} mark
   * @param {number} x
   * @param {number} end
   * @param {number} y
   * @param {number} room pixels to the next mark
   */
  #mark(context, ink, mark, x, end, y, room) {
    const { colour: name } = mark;
    const colour = name === "edge" || name === "ink" || name === "main" ? ink[name] : ink.players[name].strong;
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    if (end - x > 4) {
      context.globalAlpha = 0.22;
      context.fillRect(x, y - 9, end - x, 18);
      context.globalAlpha = 1;
    }
    context.beginPath();
    if (mark.shape === "flag") {
      context.rect(end - 1, y - 9, 2, 18);
      context.moveTo(end + 1, y - 9);
      context.lineTo(end + 9, y - 5);
      context.lineTo(end + 1, y - 1);
    } else if (mark.shape === "diamond") {
      context.moveTo(x, y - 6);
      context.lineTo(x + 6, y);
      context.lineTo(x, y + 6);
      context.lineTo(x - 6, y);
      context.closePath();
    } else if (mark.shape === "square") {
      context.rect(x - 4.5, y - 4.5, 9, 9);
    } else {
      context.arc(x, y, 5, 0, 7);
    }
    if (mark.hollow) context.stroke();
    else context.fill();
    if (room < 40 || !mark.text) return;
    context.fillStyle = ink.ink;
    const offset = (mark.shape === "flag" ? end - x : 0) + 11;
    const fits = Math.floor((Math.min(room, 260) - offset - 8) / 5.6);
    if (fits < 4) return;
    const text = mark.text.length > fits ? `${mark.text.slice(0, fits - 1)}…` : mark.text;
    context.fillText(text, x + offset, y + 0.5);
  }

  /**
   * Return the mark at a point of the canvas, or null.
   * @param {Axis} axis
   * @param {number} x
   * @param {number} y
   * @returns {LaneMark | null}
   */
  at(axis, x, y) {
    const row = Math.floor(y / LANE);
    let best = null;
    let least = 12;
    for (const mark of this.marks) {
      if (mark.row !== row) continue;
      const first = axis.x(mark.first);
      const last = axis.x(mark.last);
      const apart = Math.min(Math.abs(x - first), x < first ? first - x : Math.max(x - last, 0) || 11);
      if (apart < least) {
        least = apart;
        best = mark;
      }
    }
    return best;
  }
}

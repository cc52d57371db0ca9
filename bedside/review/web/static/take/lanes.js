// The ruler with the loop, and the lanes: what was written, what is proposed, and what was chosen.

import { GUTTER, clock } from "./axis.js";
import { gridlines } from "./roll.js";

const LANE = 26;
export const RULER = 28;

/** Draw the ruler: the times, and the span that is looped. */
export function drawRuler(sheet, axis, ink, loop) {
  const context = sheet.clear();
  const { width, height } = sheet;
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

/** Rows of things at moments or over spans, each `{first, last, row, text, shape, colour, hollow}`, on the axis. */
export class Lanes {
  constructor(names) {
    this.names = names;
    this.things = [];
  }

  get height() {
    return LANE * this.names.length;
  }

  draw(sheet, axis, ink) {
    const context = sheet.clear();
    gridlines(context, axis, ink, sheet.height);
    context.font = `11px ${ink.font}`;
    context.textBaseline = "middle";
    this.names.forEach((name, row) => {
      context.fillStyle = ink.line;
      context.fillRect(0, row * LANE, sheet.width, 1);
      context.fillStyle = ink.soft;
      context.textAlign = "right";
      context.fillText(name, GUTTER - 6, row * LANE + LANE / 2 + 0.5);
    });
    context.save();
    context.beginPath();
    context.rect(GUTTER - 5, 0, sheet.width, sheet.height);
    context.clip();
    context.textAlign = "left";
    const free = new Array(this.names.length).fill(Infinity);
    // From the right, so that each knows how much room its words have.
    for (let place = this.things.length - 1; place >= 0; place -= 1) {
      const thing = this.things[place];
      const x = axis.x(thing.first);
      const end = axis.x(thing.last);
      if (x > sheet.width + 10) {
        free[thing.row] = Math.min(free[thing.row], x);
        continue;
      }
      if (end < GUTTER - 200) continue;
      this.#thing(context, ink, thing, x, end, thing.row * LANE + LANE / 2, free[thing.row] - x);
      free[thing.row] = x;
    }
    context.restore();
  }

  #thing(context, ink, thing, x, end, y, room) {
    const colour = ink.players[thing.colour]?.strong ?? ink[thing.colour];
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    if (end - x > 4) {
      context.globalAlpha = 0.22;
      context.fillRect(x, y - 9, end - x, 18);
      context.globalAlpha = 1;
    }
    context.beginPath();
    if (thing.shape === "flag") {
      context.rect(end - 1, y - 9, 2, 18);
      context.moveTo(end + 1, y - 9);
      context.lineTo(end + 9, y - 5);
      context.lineTo(end + 1, y - 1);
    } else if (thing.shape === "diamond") {
      context.moveTo(x, y - 6);
      context.lineTo(x + 6, y);
      context.lineTo(x, y + 6);
      context.lineTo(x - 6, y);
      context.closePath();
    } else if (thing.shape === "square") {
      context.rect(x - 4.5, y - 4.5, 9, 9);
    } else {
      context.arc(x, y, 5, 0, 7);
    }
    if (thing.hollow) context.stroke();
    else context.fill();
    if (room < 40 || !thing.text) return;
    context.fillStyle = ink.ink;
    const offset = (thing.shape === "flag" ? end - x : 0) + 11;
    const fits = Math.floor((Math.min(room, 260) - offset - 8) / 5.6);
    if (fits < 4) return;
    const text = thing.text.length > fits ? `${thing.text.slice(0, fits - 1)}…` : thing.text;
    context.fillText(text, x + offset, y + 0.5);
  }

  /** Return the thing at a point of the canvas, or null. */
  at(axis, x, y) {
    const row = Math.floor(y / LANE);
    let best = null;
    let least = 12;
    for (const thing of this.things) {
      if (thing.row !== row) continue;
      const first = axis.x(thing.first);
      const last = axis.x(thing.last);
      const apart = Math.min(Math.abs(x - first), x < first ? first - x : Math.max(x - last, 0) || 11);
      if (apart < least) {
        least = apart;
        best = thing;
      }
    }
    return best;
  }
}

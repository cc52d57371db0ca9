// Curves under the roll: the players beside each other in one frame, gaps as gaps, chance as a grey band.

import { GUTTER } from "./axis.js";
import { Sheet, hatch } from "./ink.js";
import { gridlines } from "./roll.js";

export const FRAME = 92;
const DASHES = { child: [], therapist: [], child2: [7, 3], partner: [2, 3] };
const PAD = 8;

/** Write a number as shortly as its size allows. */
export function number(value) {
  if (value === null || value === undefined) return "no data";
  const size = Math.abs(value);
  if (size > 0 && size < 0.01) return value.toPrecision(1).replace("-", "−");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace("-", "−");
}

/** One frame: `given` is `{name, title, unit, t, lines: [{player, label, values}], band: {low, high}, chance}`, the last two if any. */
export class Frame {
  constructor(given, element) {
    this.given = given;
    this.element = element;
    this.sheet = new Sheet(element.querySelector("canvas"));
    this.outputs = given.lines.map((_, place) => element.querySelectorAll("output")[place]);
    this.pointed = null;
    this.told = "";
    [this.low, this.high] = bounds(given);
  }

  draw(axis, ink, gaps) {
    const { sheet, given } = this;
    const context = sheet.clear();
    const { width, height } = sheet;
    gridlines(context, axis, ink, height);
    context.font = `11px ${ink.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const y = (value) => height - PAD - ((value - this.low) / (this.high - this.low)) * (height - 2 * PAD);
    for (const value of [this.low, (this.low + this.high) / 2, this.high]) {
      context.fillStyle = ink.line;
      context.fillRect(GUTTER, Math.round(y(value)), width - GUTTER, 1);
      context.fillStyle = ink.soft;
      context.fillText(number(value), GUTTER - 6, y(value));
    }
    context.save();
    context.beginPath();
    context.rect(GUTTER, 0, width - GUTTER, height);
    context.clip();
    for (const [first, last] of gaps) {
      hatch(context, axis.x(first), 0, axis.x(last) - axis.x(first), height, ink.edge);
    }
    const { t } = given;
    const from = Math.max(before(t, axis.start) - 1, 0);
    const to = Math.min(before(t, axis.end) + 2, t.length);
    if (given.chance !== undefined) {
      context.strokeStyle = ink.edge;
      context.lineWidth = 1.5;
      context.setLineDash([2, 4]);
      context.strokeRect(GUTTER, y(given.chance), width, 0);
      context.setLineDash([]);
    }
    if (given.band) this.#band(context, axis, ink, from, to, y);
    for (const line of given.lines) this.#line(context, axis, ink, line, from, to, y);
    if (this.pointed !== null) {
      context.fillStyle = ink.edge;
      context.fillRect(Math.round(axis.x(this.pointed)), 0, 1, height);
    }
    context.restore();
  }

  #line(context, axis, ink, line, from, to, y) {
    const { t } = this.given;
    context.strokeStyle = ink.players[line.player]?.strong ?? ink.ink;
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.setLineDash(DASHES[line.player] ?? []);
    context.beginPath();
    let drawn = false;
    for (let place = from; place < to; place += 1) {
      const value = line.values[place];
      if (value === null) {
        drawn = false;
        continue;
      }
      const x = axis.x(t[place]);
      if (drawn) context.lineTo(x, y(value));
      else {
        context.moveTo(x, y(value));
        const alone = place + 1 >= line.values.length || line.values[place + 1] === null;
        if (alone) context.lineTo(x + 0.1, y(value));
      }
      drawn = true;
    }
    context.stroke();
    context.setLineDash([]);
  }

  #band(context, axis, ink, from, to, y) {
    const { t, band } = this.given;
    context.fillStyle = ink.edge;
    context.globalAlpha = 0.22;
    const x = axis.x(t[from] ?? 0);
    context.fillRect(x, y(band.high), axis.x(t[to - 1] ?? 0) - x, y(band.low) - y(band.high));
    context.globalAlpha = 1;
  }

  /** The place of the value that stands at a second, null where there is none. */
  place(seconds) {
    const { t } = this.given;
    const place = before(t, seconds);
    return place < 0 || !t.length ? null : place;
  }

  /** Write what stands at a second, only where it is not written already. */
  tell(seconds) {
    const place = this.place(seconds);
    const words = this.given.lines.map((line) => number(place === null ? null : line.values[place]));
    const all = words.join("|");
    if (all === this.told) return;
    this.told = all;
    words.forEach((each, line) => {
      this.outputs[line].textContent = each;
    });
  }
}

function bounds({ lines, band, chance, least, most }) {
  let low = least ?? Infinity;
  let high = most ?? -Infinity;
  const look = (value) => {
    if (value === null || value === undefined) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const line of lines) line.values.forEach(look);
  [band?.low, band?.high, chance].forEach(look);
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Return the last place at which a sorted array is at most a value, −1 where none is. */
function before(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

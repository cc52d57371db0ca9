// Charts below the roll: the players' curves in one frame, gaps where there is no data, chance as a grey band.

import { GUTTER } from "./axis.js";
import { Surface, hatch } from "./ink.js";
import { gridlines } from "./roll.js";

/** @import { Axis } from "./axis.js" */
/** @import { Chart, Curve, Ink } from "./types.js" */

export const FRAME = 92;
/** @type {Record<string, number[]>} */
const DASHES = { child: [], therapist: [], child2: [7, 3], partner: [2, 3] };
const PAD = 8;

/** Write a number with as few digits as its size allows. @param {number | null | undefined} value */
export function number(value) {
  if (value === null || value === undefined) return "no data";
  const size = Math.abs(value);
  if (size > 0 && size < 0.01) return value.toPrecision(1).replace("-", "−");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace("-", "−");
}

/** One chart on the page, drawn on the canvas of its element. */
export class Frame {
  /** @param {Chart} given @param {HTMLElement} element */
  constructor(given, element) {
    this.given = given;
    this.element = element;
    this.surface = new Surface(/** @type {HTMLCanvasElement} */ (element.querySelector("canvas")));
    this.outputs = [...element.querySelectorAll("output")];
    this.shown = "";
    const [low, high] = bounds(given);
    this.low = low;
    this.high = high;
  }

  /** @param {Axis} axis @param {Ink} ink @param {[number, number][]} gaps */
  draw(axis, ink, gaps) {
    const { surface, given } = this;
    const context = surface.clear();
    const { width, height } = surface;
    gridlines(context, axis, ink, height);
    context.font = `11px ${ink.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    /** @param {number} value */
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
    if (given.band) this.#band(context, axis, ink, given.band, from, to, y);
    for (const line of given.lines) this.#line(context, axis, ink, line, from, to, y);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Axis} axis
   * @param {Ink} ink
   * @param {Curve} line
   * @param {number} from
   * @param {number} to
   * @param {(value: number) => number} y
   */
  #line(context, axis, ink, line, from, to, y) {
    const { t } = this.given;
    context.strokeStyle = line.player ? ink.players[line.player].strong : ink.ink;
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.setLineDash(DASHES[line.player] ?? []);
    context.beginPath();
    let drawn = false;
    for (let place = from; place < to; place += 1) {
      const value = line.values[place] ?? null;
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

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Axis} axis
   * @param {Ink} ink
   * @param {{ low: number, high: number }} band
   * @param {number} from
   * @param {number} to
   * @param {(value: number) => number} y
   */
  #band(context, axis, ink, band, from, to, y) {
    const { t } = this.given;
    context.fillStyle = ink.edge;
    context.globalAlpha = 0.22;
    const x = axis.x(t[from] ?? 0);
    context.fillRect(x, y(band.high), axis.x(t[to - 1] ?? 0) - x, y(band.low) - y(band.high));
    context.globalAlpha = 1;
  }

  /** Return the place of the value at a second, null where there is none. @param {number} seconds */
  place(seconds) {
    const { t } = this.given;
    const place = before(t, seconds);
    return place < 0 || !t.length ? null : place;
  }

  /** Show the values at a second, unless they are shown already. @param {number} seconds */
  showValues(seconds) {
    const place = this.place(seconds);
    const words = this.given.lines.map((line) => number(place === null ? null : line.values[place]));
    const all = words.join("|");
    if (all === this.shown) return;
    this.shown = all;
    words.forEach((each, line) => {
      this.outputs[line].textContent = each;
    });
  }
}

/** Return the lowest and the highest value on a chart's scale. @param {Chart} given @returns {[number, number]} */
function bounds({ lines, band, chance, least, most }) {
  let low = least ?? Infinity;
  let high = most ?? -Infinity;
  /** @param {number | null | undefined} value */
  const include = (value) => {
    if (value === null || value === undefined) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const line of lines) line.values.forEach(include);
  [band?.low, band?.high, chance].forEach(include);
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Return the last place whose value is at most `value`, −1 where none is. @param {number[]} sorted @param {number} value */
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

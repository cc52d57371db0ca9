// Pictures of the notes: the piano roll on the time axis, and the overview of the whole take above it.

import { GUTTER } from "./axis.js";
import { PLAYERS, hatch } from "./ink.js";
import { name } from "./notes.js";

/** @import { Axis } from "./axis.js" */
/** @import { Surface } from "./ink.js" */
/** @import { Notes } from "./notes.js" */
/** @import { Ink, PlayerName } from "./types.js" */

const BLACK = new Set([1, 3, 6, 8, 10]);
const SPREAD = 24;

/**
 * Draw the part of the piano roll that is seen; players who are not heard, and replayed notes, are outlines.
 * @param {Surface} surface
 * @param {Axis} axis
 * @param {Notes} notes
 * @param {Ink} ink
 * @param {Set<PlayerName>} heard
 * @param {[number, number][]} gaps
 */
export function drawRoll(surface, axis, notes, ink, heard, gaps) {
  const context = surface.clear();
  const { width, height } = surface;
  const room = Math.max(SPREAD - (notes.high - notes.low), 2) / 2;
  const low = Math.floor(notes.low - room);
  const keys = Math.ceil(notes.high + room) - low + 1;
  const tall = height / keys;
  /** @param {number} key */
  const top = (key) => height - (key - low + 1) * tall;
  rows(context, notes, ink, low, keys, tall, top, surface);
  gridlines(context, axis, ink, height);
  for (const [first, last] of gaps) {
    if (last < axis.start || first > axis.end) continue;
    const x = Math.max(axis.x(first), GUTTER);
    hatch(context, x, 0, axis.x(last) - x, height, ink.edge);
  }
  context.save();
  context.beginPath();
  context.rect(GUTTER, 0, width - GUTTER, height);
  context.clip();
  const [from, to] = notes.within(axis.start, axis.end);
  const bar = Math.max(tall - 1, 1.5);
  const scale = axis.scale;
  const origin = GUTTER - axis.start * scale;
  let colour = "";
  for (let place = from; place < to; place += 1) {
    if (notes.end[place] < axis.start) continue;
    const player = PLAYERS[notes.player[place]];
    const inks = ink.players[player];
    const x = origin + notes.onset[place] * scale;
    const wide = Math.max((notes.end[place] - notes.onset[place]) * scale - 0.5, 1.5);
    const y = top(notes.key[place]);
    if (!heard.has(player) || notes.again[place]) {
      context.strokeStyle = inks.strong;
      context.lineWidth = 1;
      context.globalAlpha = heard.has(player) ? 0.9 : 0.4;
      context.strokeRect(x + 0.5, y + 0.5, Math.max(wide - 1, 0.5), Math.max(bar - 1, 0.5));
      context.globalAlpha = 1;
      continue;
    }
    const fill = inks.levels[notes.level[place]];
    if (fill !== colour) {
      context.fillStyle = fill;
      colour = fill;
    }
    context.fillRect(x, y, wide, bar);
    if (wide > 5) {
      context.fillStyle = inks.strong;
      context.fillRect(x, y, 1.5, bar);
      colour = inks.strong;
    }
  }
  context.restore();
}

/**
 * Shade a row for each key of the scale that is played, or else for each white key.
 * @param {CanvasRenderingContext2D} context
 * @param {Notes} notes
 * @param {Ink} ink
 * @param {number} low
 * @param {number} keys
 * @param {number} tall
 * @param {(key: number) => number} top
 * @param {Surface} surface
 */
function rows(context, notes, ink, low, keys, tall, top, { width, height }) {
  context.font = `11px ${ink.font}`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let key = low; key < low + keys; key += 1) {
    const shade = notes.classes ? notes.classes.has(key % 12) : !BLACK.has(key % 12);
    if (shade) {
      context.fillStyle = ink.raised;
      context.fillRect(GUTTER, top(key), width - GUTTER, tall);
    }
    if (notes.classes && shade) {
      context.fillStyle = ink.line;
      context.fillRect(GUTTER, top(key) + tall - 0.5, width - GUTTER, 0.5);
    }
    if (key % 12 === 0) {
      context.fillStyle = ink.line;
      context.fillRect(GUTTER, Math.round(top(key) + tall) - 1, width - GUTTER, 1);
      context.fillStyle = ink.soft;
      context.fillText(name(key), GUTTER - 6, Math.min(top(key) + tall / 2, height - 7));
    }
  }
}

/**
 * Draw the lines of the time axis through a row.
 * @param {CanvasRenderingContext2D} context
 * @param {Axis} axis
 * @param {Ink} ink
 * @param {number} height
 * @param {number} [every] seconds
 */
export function gridlines(context, axis, ink, height, every = axis.tick) {
  context.fillStyle = ink.line;
  for (let at = Math.ceil(axis.start / every) * every; at <= axis.end; at += every) {
    context.fillRect(Math.round(axis.x(at)), 0, 1, height);
  }
}

/**
 * Draw an overview of the whole take, from edge to edge.
 * @param {Surface} surface
 * @param {Notes} notes
 * @param {Ink} ink
 * @param {number} seconds
 * @param {[number, number][]} gaps
 */
export function drawOverview(surface, notes, ink, seconds, gaps) {
  const context = surface.clear();
  const { width, height } = surface;
  const scale = width / seconds;
  const span = Math.max(notes.high - notes.low, SPREAD) + 2;
  const low = notes.low - (span - (notes.high - notes.low)) / 2;
  for (const [first, last] of gaps) hatch(context, first * scale, 0, (last - first) * scale, height, ink.edge);
  for (let place = 0; place < notes.length; place += 1) {
    context.fillStyle = ink.players[PLAYERS[notes.player[place]]].levels[notes.level[place]];
    const wide = Math.max((notes.end[place] - notes.onset[place]) * scale, 1);
    context.fillRect(notes.onset[place] * scale, height - ((notes.key[place] - low) / span) * height - 1, wide, 2);
  }
}

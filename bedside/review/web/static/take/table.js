// What the pictures show, in words and tables, for people who do not see them.

/** @import { PlayerName } from "./types.js" */
/** @import { Notes } from "./notes.js" */

import { clock } from "./axis.js";
import { NAMES, PLAYERS } from "./ink.js";
import { name } from "./notes.js";

const MOST = 300;

/**
 * Return in words what the piano roll shows between two seconds.
 * @param {Notes} notes
 * @param {PlayerName[]} players
 * @param {number} first
 * @param {number} last
 */
export function summary(notes, players, first, last) {
  const [from, to] = notes.begun(first, last);
  const found = new Map(players.map((player) => [player, { count: 0, low: 128, high: -1 }]));
  for (let place = from; place < to; place += 1) {
    const of = found.get(PLAYERS[notes.player[place]]);
    if (!of) continue;
    of.count += 1;
    of.low = Math.min(of.low, notes.key[place]);
    of.high = Math.max(of.high, notes.key[place]);
  }
  const said = [...found].map(([player, { count, low, high }]) => {
    const notesOf = count === 1 ? "1 note" : `${count} notes`;
    return count ? `${NAMES[player]} ${notesOf}, ${name(low)} to ${name(high)}` : `${NAMES[player]} no notes`;
  });
  return `Piano roll from ${clock(first)} to ${clock(last)}. ${said.join(". ")}.`;
}

/**
 * List the notes between two seconds in a table; its caption says how many there are.
 * @param {HTMLTableElement} table
 * @param {Notes} notes
 * @param {number} first
 * @param {number} last
 */
export function fill(table, notes, first, last) {
  const [from, to] = notes.begun(first, last);
  const shown = Math.min(to - from, MOST);
  const rest = to - from > MOST ? `; the first ${MOST} are listed` : "";
  if (table.caption) table.caption.textContent = `${to - from} notes from ${clock(first, 1)} to ${clock(last, 1)}${rest}`;
  const rows = document.createDocumentFragment();
  for (let place = from; place < from + shown; place += 1) {
    const row = document.createElement("tr");
    const player = PLAYERS[notes.player[place]];
    cell(row, clock(notes.onset[place], 2), "number");
    cell(row, NAMES[player] + (notes.again[place] ? ", heard again" : ""), player);
    cell(row, name(notes.key[place]));
    cell(row, `${(notes.end[place] - notes.onset[place]).toFixed(2)} s`, "number");
    cell(row, String(Math.round(notes.velocity[place] * 127)), "number");
    rows.append(row);
  }
  table.tBodies[0].replaceChildren(rows);
}

/** @param {HTMLTableRowElement} row @param {string} text @param {string} [className] */
function cell(row, text, className = "") {
  const made = document.createElement("td");
  made.textContent = text;
  made.className = className;
  row.append(made);
}

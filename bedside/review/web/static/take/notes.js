// The notes of a take in typed arrays, in order of onset: a span is found by bisection.

import { PLAYERS, level } from "./ink.js";

/** @import { Columns, PlayerName } from "./types.js" */

const KEYS = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** Return a key's name: 60 is C4. @param {number} key */
export function name(key) {
  return `${KEYS[key % 12]}${Math.floor(key / 12) - 1}`;
}

export class Notes {
  /**
   * `columns` are the notes of each player, as the server gives them.
   * @param {Partial<Record<PlayerName, Columns>>} columns
   */
  constructor(columns) {
    /** @type {{ onset: number, player: number, of: Columns, row: number, again: boolean }[]} */
    const rows = [];
    PLAYERS.forEach((label, player) => {
      const of = columns[label];
      if (!of) return;
      const again = new Set(of.again);
      of.onset.forEach((onset, row) => rows.push({ onset, player, of, row, again: again.has(row) }));
    });
    rows.sort((one, other) => one.onset - other.onset);
    const length = rows.length;
    this.length = length;
    this.onset = new Float64Array(length);
    this.end = new Float64Array(length);
    this.reach = new Float64Array(length);
    this.key = new Uint8Array(length);
    this.level = new Uint8Array(length);
    this.velocity = new Float32Array(length);
    this.player = new Uint8Array(length);
    this.again = new Uint8Array(length);
    let reach = 0;
    rows.forEach(({ onset, player, of, row, again }, place) => {
      this.onset[place] = onset;
      this.end[place] = onset + of.duration[row];
      reach = Math.max(reach, this.end[place]);
      this.reach[place] = reach;
      this.key[place] = of.key[row];
      this.velocity[place] = of.velocity[row];
      this.level[place] = level(of.velocity[row]);
      this.player[place] = player;
      this.again[place] = again ? 1 : 0;
    });
    this.low = length ? this.key.reduce((least, key) => Math.min(least, key)) : 60;
    this.high = length ? this.key.reduce((most, key) => Math.max(most, key)) : 72;
    this.classes = this.#classes();
  }

  /**
   * Return the places [from, to) among which lies every note that sounds between two seconds.
   * @param {number} first
   * @param {number} last
   */
  within(first, last) {
    return [lower(this.reach, first), upper(this.onset, last)];
  }

  /**
   * Return the places [from, to) of the notes that begin between two seconds, both included.
   * @param {number} first
   * @param {number} last
   */
  begun(first, last) {
    return [lower(this.onset, first), upper(this.onset, last)];
  }

  /** Return the pitch classes that are played where they are few enough to be a scale, else null. */
  #classes() {
    const seconds = new Float64Array(12);
    let all = 0;
    for (let place = 0; place < this.length; place += 1) {
      seconds[this.key[place] % 12] += 1;
      all += 1;
    }
    const used = new Set([...seconds.keys()].filter((each) => seconds[each] > all * 0.01));
    return all && used.size <= 8 ? used : null;
  }
}

/** Return the first place whose value is at least `value`. @param {Float64Array} sorted @param {number} value */
function lower(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return the first place whose value is above `value`. @param {Float64Array} sorted @param {number} value */
function upper(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

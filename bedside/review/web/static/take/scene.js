// All pictures on the time axis: redrawn when what they show changes; only the playhead moves while music plays.

import { Axis, clock } from "./axis.js";
import { FRAME, Frame } from "./curves.js";
import { Surface, inks } from "./ink.js";
import { Lanes, RULER, drawRuler } from "./lanes.js";
import { pointing } from "./pointing.js";
import { drawOverview, drawRoll } from "./roll.js";
import { summary } from "./table.js";
import { find, findAs } from "./dom.js";

/** @import { Player } from "./player.js" */
/** @import { Notes } from "./notes.js" */
/** @import { Chart, PlayerName, Span } from "./types.js" */

// Seconds that are seen at first: few enough to tell notes apart; the overview shows the whole.
const FIRST = 90;

/**
 * What the pictures ask of the page.
 * @typedef {object} Hooks
 * @property {(seconds: number) => void} seek
 * @property {(first: number, last: number, done: boolean) => void} loop
 * @property {(span: Span) => void} open go to a mark in the lanes
 * @property {(seconds: number, title: string) => void} behind play and list the notes behind a value
 * @property {() => void} seen another span is seen
 */

export class Scene {
  /** @param {number} seconds @param {Player} player @param {Hooks} hooks */
  constructor(seconds, player, hooks) {
    this.player = player;
    this.hooks = hooks;
    this.seconds = seconds;
    this.axis = new Axis(seconds, () => this.#moved());
    this.element = find("axis");
    this.roll = new Surface(findAs("roll", HTMLCanvasElement));
    this.ruler = new Surface(findAs("ruler", HTMLCanvasElement));
    this.under = new Surface(findAs("lanes", HTMLCanvasElement));
    this.over = new Surface(findAs("overview", HTMLCanvasElement));
    this.strip = find("overview-strip");
    this.lanes = new Lanes(["Found", "Written"]);
    /** @type {Frame[]} */
    this.frames = [];
    /** @type {Notes | null} */
    this.notes = null;
    /** @type {[number, number][]} */
    this.gaps = [];
    /** @type {PlayerName[]} */
    this.players = [];
    this.following = true;
    this.stale = true;
    this.overviewStale = true;
    this.shownX = NaN;
    this.stripWidth = 0;
    /** @type {number | null} the second that somebody points at */
    this.pointed = null;
    this.ink = inks(this.element);
    this.later = 0;
    this.measure();
    this.#listen();
  }

  /** Show the notes of the take. @param {Notes} notes @param {PlayerName[]} players @param {[number, number][]} gaps */
  load(notes, players, gaps) {
    this.notes = notes;
    this.players = players;
    this.gaps = gaps;
    this.overviewStale = true;
    this.axis.show(0, FIRST);
    this.#moved();
  }

  /** Show these charts, in this order. @param {Chart[]} given @param {(chart: Chart) => HTMLElement} build */
  show(given, build) {
    const known = new Map(this.frames.map((frame) => [frame.given.name, frame]));
    this.frames = given.map((each) => known.get(each.name) ?? new Frame(each, build(each)));
    find("frames").replaceChildren(...this.frames.map((frame) => frame.element));
    for (const frame of this.frames) {
      if (known.has(frame.given.name)) continue;
      pointing(frame.surface.canvas, this.axis, {
        click: (x) => this.hooks.behind(this.axis.at(x), frame.given.title),
        point: (x) => this.#point(x),
      });
    }
    this.measure();
    this.redraw();
  }

  redraw() {
    this.stale = true;
  }

  /** Read the sizes of everything; nothing else reads the layout. */
  measure() {
    const width = this.element.clientWidth;
    this.axis.width = width;
    this.ruler.fit(width, RULER);
    this.roll.fit(width, find("roll").clientHeight);
    this.under.fit(width, this.lanes.height);
    find("lanes").style.height = `${this.lanes.height}px`;
    for (const frame of this.frames) frame.surface.fit(width, FRAME);
    this.stripWidth = this.strip.clientWidth;
    this.over.fit(this.stripWidth, this.strip.clientHeight);
    this.overviewStale = true;
    this.#moved();
  }

  recolour() {
    this.ink = inks(this.element);
    this.overviewStale = true;
    this.stale = true;
  }

  /** Draw what has changed, and place the playhead; called for every frame of the screen. */
  draw() {
    const { axis, player } = this;
    const at = player.position;
    if (player.playing && this.following && !axis.sees(at)) axis.follow(at);
    if (this.notes && this.stale) {
      this.stale = false;
      drawRuler(this.ruler, axis, this.ink, player.loop);
      drawRoll(this.roll, axis, this.notes, this.ink, player.heard, this.gaps);
      this.lanes.draw(this.under, axis, this.ink);
      for (const frame of this.frames) frame.draw(axis, this.ink, this.gaps);
    }
    if (this.notes && this.overviewStale) {
      this.overviewStale = false;
      drawOverview(this.over, this.notes, this.ink, this.seconds, this.gaps);
    }
    const x = axis.sees(at) ? axis.x(at) : -10;
    if (x !== this.shownX) {
      this.shownX = x;
      find("playhead").style.transform = `translateX(${x.toFixed(2)}px)`;
    }
    find("here").style.transform = `translateX(${((at / this.seconds) * this.stripWidth).toFixed(1)}px)`;
  }

  /** Let the page turn with the music again. */
  follow() {
    this.following = true;
    this.axis.follow(this.player.position);
  }

  /** Describe in words what is seen. */
  describe() {
    if (!this.notes) return;
    const { start, end } = this.axis;
    this.roll.canvas.setAttribute("aria-label", summary(this.notes, this.players, start, end));
  }

  #moved() {
    this.stale = true;
    const { axis } = this;
    const share = axis.span / this.seconds;
    const seen = find("seen");
    seen.style.transform = `translateX(${(axis.start / this.seconds) * this.stripWidth}px)`;
    seen.style.width = `${share * 100}%`;
    seen.hidden = share > 0.999;
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.describe();
      this.hooks.seen();
    }, 400);
  }

  #listen() {
    const { axis } = this;
    /** @param {number} x */
    const seek = (x) => this.hooks.seek(axis.at(x));
    // Somebody who looks elsewhere in the take is not called back.
    const moved = () => {
      this.following = axis.sees(this.player.position);
    };
    pointing(this.roll.canvas, axis, { click: seek, wheel: true, point: (x) => this.#point(x) });
    pointing(this.ruler.canvas, axis, {
      click: seek,
      wheel: true,
      drag: (first, last, done) => this.hooks.loop(Math.min(first, last), Math.max(first, last), done),
    });
    pointing(this.under.canvas, axis, {
      click: (x, y) => {
        const mark = this.lanes.at(axis, x, y);
        if (mark) this.hooks.open(mark);
        else seek(x);
      },
      point: (x, y) => {
        const mark = x === null || y === null ? null : this.lanes.at(axis, x, y);
        this.under.canvas.title = mark ? `${clock(mark.first, 1)} ${mark.text}` : "";
      },
    });
    for (const event of ["wheel", "pointermove"]) this.element.addEventListener(event, moved, { passive: true });
    new ResizeObserver(() => this.measure()).observe(this.element);
    new ResizeObserver(() => this.measure()).observe(find("roll"));
    const again = () => {
      this.recolour();
      this.draw();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    addEventListener("beforeprint", () => {
      this.element.classList.add("paper");
      again();
    });
    addEventListener("afterprint", () => {
      this.element.classList.remove("paper");
      again();
    });
  }

  /** Show the values where somebody points, or else at the playhead. @param {number | null} x */
  #point(x) {
    const seconds = x === null ? null : this.axis.at(x);
    const pointer = find("pointer");
    pointer.hidden = seconds === null;
    if (seconds !== null) pointer.style.transform = `translateX(${this.axis.x(seconds)}px)`;
    this.pointed = seconds;
    this.showValues();
  }

  /** Show the values of all curves at the pointer, or else at the playhead. */
  showValues() {
    const at = this.pointed ?? this.player.position;
    for (const frame of this.frames) frame.showValues(at);
  }
}

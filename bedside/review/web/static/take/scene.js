// All pictures on the one time axis: drawn once for each change of what is seen, never while only time goes on.

import { Axis, clock } from "./axis.js";
import { FRAME, Frame } from "./curves.js";
import { Sheet, inks } from "./ink.js";
import { Lanes, RULER, drawRuler } from "./lanes.js";
import { pointing } from "./pointing.js";
import { drawOverview, drawRoll } from "./roll.js";
import { summary } from "./table.js";

// What is seen at first: notes are to be told apart, and the strip above shows the whole.
const FIRST = 90;

const find = (id) => document.getElementById(id);

export class Scene {
  /** `player` is what is heard; `hooks` are `loop(first, last)`, `open(thing)`, `behind(seconds)` and `seen()`. */
  constructor(seconds, player, hooks) {
    this.player = player;
    this.hooks = hooks;
    this.seconds = seconds;
    this.axis = new Axis(seconds, () => this.#moved());
    this.element = find("axis");
    this.roll = new Sheet(find("roll"));
    this.ruler = new Sheet(find("ruler"));
    this.under = new Sheet(find("lanes"));
    this.over = new Sheet(find("overview"));
    this.lanes = new Lanes(["Found", "Written"]);
    this.frames = [];
    this.notes = null;
    this.gaps = [];
    this.players = [];
    this.following = true;
    this.stale = true;
    this.measure();
    this.recolour();
    this.#listen();
  }

  /** Take on the notes of the take. */
  take(notes, players, gaps) {
    this.notes = notes;
    this.players = players;
    this.gaps = gaps;
    this.overviewStale = true;
    this.axis.show(0, FIRST);
    this.#moved();
  }

  /** Show these curves, in this order. */
  show(given, build) {
    const known = new Map(this.frames.map((frame) => [frame.given.name, frame]));
    this.frames = given.map((each) => known.get(each.name) ?? new Frame(each, build(each)));
    find("frames").replaceChildren(...this.frames.map((frame) => frame.element));
    for (const frame of this.frames) {
      if (known.has(frame.given.name)) continue;
      pointing(frame.sheet.canvas, this.axis, {
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

  /** Read how large everything is; nothing else reads the layout. */
  measure() {
    const width = this.element.clientWidth;
    this.axis.width = width;
    this.ruler.fit(width, RULER);
    this.roll.fit(width, find("roll").clientHeight);
    this.under.fit(width, this.lanes.height);
    find("lanes").style.height = `${this.lanes.height}px`;
    for (const frame of this.frames) frame.sheet.fit(width, FRAME);
    const strip = find("overview").parentElement;
    this.strip = strip.clientWidth;
    this.over.fit(strip.clientWidth, strip.clientHeight);
    this.overviewStale = true;
    this.#moved();
  }

  recolour() {
    this.ink = inks(this.element);
    this.overviewStale = true;
    this.stale = true;
  }

  /** Draw what has changed, and put the playhead where the music is. */
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
    find("here").style.transform = `translateX(${((at / this.seconds) * this.strip).toFixed(1)}px)`;
  }

  /** Let the page turn with the music again. */
  follow() {
    this.following = true;
    this.axis.follow(this.player.position);
  }

  /** Say in words what is seen. */
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
    seen.style.transform = `translateX(${(axis.start / this.seconds) * this.strip}px)`;
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
    const seek = (x) => this.hooks.seek(axis.at(x));
    const moved = (act) => (...given) => {
      act(...given);
      // Who looks elsewhere is not called back.
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
        const thing = this.lanes.at(axis, x, y);
        if (thing) this.hooks.open(thing);
        else seek(x);
      },
      point: (x, y) => {
        const thing = x === null ? null : this.lanes.at(axis, x, y);
        this.under.canvas.title = thing ? `${clock(thing.first, 1)} ${thing.text}` : "";
      },
    });
    for (const event of ["wheel", "pointermove"]) this.element.addEventListener(event, moved(() => {}), { passive: true });
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

  /** Show the values where somebody points; where nobody does, those of the playhead. */
  #point(x) {
    const seconds = x === null ? null : this.axis.at(x);
    const pointer = find("pointer");
    pointer.hidden = seconds === null;
    if (seconds !== null) pointer.style.transform = `translateX(${this.axis.x(seconds)}px)`;
    this.pointed = seconds;
    this.tell();
  }

  /** Write the values of all curves at the pointer, or else at the playhead. */
  tell() {
    const at = this.pointed ?? this.player.position;
    for (const frame of this.frames) frame.tell(at);
  }
}

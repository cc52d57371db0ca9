// The controls of playback, by mouse and by keyboard, and what they announce.

/** @import { Player } from "./player.js" */
/** @import { Scene } from "./scene.js" */
/** @import { PlayerName, Span } from "./types.js" */
/** @import { Written } from "./written.js" */

import { ask } from "./ask.js";
import { clock } from "./axis.js";
import { find, findAs } from "./dom.js";
import { NAMES } from "./ink.js";
import { release } from "./keys.js";

const POLL = 700; // milliseconds
const LONGEST_AHEAD = 3600; // seconds of a take whose players are each rendered ahead of time

/**
 * The span that a remark is about, in words too.
 * @typedef {Span & { words: string }} About
 */

export class Deck {
  /**
   * `announce` tells a screen reader what was done; `fault` shows what went wrong.
   * @param {string} take
   * @param {Player} player
   * @param {Scene} scene
   * @param {Written} written
   * @param {(words: string) => void} announce
   * @param {(words: string) => void} fault
   */
  constructor(take, player, scene, written, announce, fault) {
    this.take = take;
    this.player = player;
    this.scene = scene;
    this.written = written;
    this.announce = announce;
    this.fault = fault;
    /** @type {Set<PlayerName>} */
    this.muted = new Set();
    /** @type {PlayerName | null} */
    this.solo = null;
    /** @type {About | null} what the remark being written is about */
    this.about = null;
    this.rendered = 0;
    this.shown = "";
    this.refreshed = 0;
    this.timer = 0;
  }

  begin() {
    const { player } = this;
    for (const name of player.everybody) find("players").append(this.#who(name));
    /** @param {string} id @param {() => void} act */
    const on = (id, act) =>
      find(id).addEventListener("click", (event) => {
        act();
        release(event);
      });
    on("play", () => this.toggle());
    on("loop", () => this.toggleLoop());
    on("slower", () => this.speed(-0.1));
    on("faster", () => this.speed(0.1));
    on("in", () => this.zoom(2));
    on("out", () => this.zoom(0.5));
    on("whole", () => this.scene.axis.show(0, this.scene.seconds));
    on("help", () => findAs("keys", HTMLDialogElement).showModal());
    on("mark", () => this.written.mark(player.position));
    const volume = findAs("volume", HTMLInputElement);
    volume.addEventListener("input", () => {
      player.volume = Number(volume.value) / 100;
    });
    const position = findAs("position", HTMLInputElement);
    position.addEventListener("input", () => this.seek(Number(position.value)));
    this.#writing();
    this.#prepare();
    this.show();
  }

  toggle() {
    this.player.toggle();
    this.scene.follow();
    this.announce(this.player.playing ? "Playing." : `Paused at ${clock(this.player.position, 1)}.`);
  }

  /** @param {number} to */
  seek(to) {
    this.player.seek(to);
    this.scene.follow();
  }

  /** @param {number} by */
  step(by) {
    this.seek(this.player.position + by);
    this.announce(clock(this.player.position));
  }

  /** Go to where a span begins, and show it. @param {Span} span */
  goTo(span) {
    this.seek(span.first);
    this.announce(`At ${clock(span.first, 1)}.`);
  }

  /** @param {number} factor */
  zoom(factor) {
    const { axis } = this.scene;
    const at = this.player.position;
    axis.zoom(factor, axis.sees(at) ? at : axis.start + axis.span / 2);
    this.announce(`Seen: ${clock(axis.start)} to ${clock(axis.end)}.`);
  }

  /** @param {number} by */
  speed(by) {
    this.player.speed = Math.round((this.player.speed + by) * 20) / 20;
    this.announce(`Speed ${Math.round(this.player.speed * 100)} per cent.`);
  }

  /** @param {number} first @param {number} last @param {boolean} [done] whether the hand has let go */
  loop(first, last, done = true) {
    if (last - first < 0.1) return;
    this.player.loop = { first, last, on: true };
    if (done) this.announce(`Loop from ${clock(first, 1)} to ${clock(last, 1)}.`);
    this.show();
  }

  /** Let the loop begin, or end, where the playhead is. @param {"first" | "last"} edge */
  loopFrom(edge) {
    const { player } = this;
    const at = player.position;
    const had = player.loop ?? { first: 0, last: player.seconds };
    const made = edge === "first" ? { first: at, last: had.last } : { first: had.first, last: at };
    if (made.last - made.first < 0.1) made[edge === "first" ? "last" : "first"] = edge === "first" ? player.seconds : 0;
    this.loop(made.first, made.last);
  }

  toggleLoop() {
    const { player } = this;
    if (!player.loop) {
      const at = player.position;
      this.loop(at, Math.min(at + 10, player.seconds));
      return;
    }
    player.loop = { ...player.loop, on: !player.loop.on };
    this.announce(player.loop.on ? "Loop on." : "Loop off.");
    this.show();
  }

  /** @param {PlayerName} name */
  mute(name) {
    this.solo = null;
    if (!this.muted.delete(name)) this.muted.add(name);
    this.#heard();
  }

  /** @param {PlayerName} name */
  alone(name) {
    this.solo = this.solo === name ? null : name;
    this.#heard();
  }

  #heard() {
    const { everybody } = this.player;
    const heard = everybody.filter((name) => (this.solo ? name === this.solo : !this.muted.has(name)));
    this.player.hear(new Set(heard));
    this.announce(heard.length ? `Heard: ${heard.map((name) => NAMES[name]).join(", ")}.` : "Nobody is heard.");
    this.rendered = 0;
    this.#prepare();
  }

  /** Show the present state of the controls. */
  show() {
    const { player } = this;
    document.body.classList.toggle("playing", player.playing);
    find("play").setAttribute("aria-label", player.playing ? "Pause" : "Play");
    find("speed").textContent = `${Math.round(player.speed * 100)} %`;
    findAs("slower", HTMLButtonElement).disabled = player.speed <= 0.5;
    findAs("faster", HTMLButtonElement).disabled = player.speed >= 1.5;
    const { loop } = player;
    find("loop").setAttribute("aria-pressed", String(Boolean(loop?.on)));
    find("loop-says").textContent = loop ? `${clock(loop.first)}–${clock(loop.last)}` : "Loop";
    find("loop").setAttribute("aria-label", loop ? `Loop ${clock(loop.first)}–${clock(loop.last)}` : "Loop");
    for (const who of /** @type {NodeListOf<HTMLElement>} */ (find("players").querySelectorAll(".who"))) {
      const name = /** @type {PlayerName} */ (who.dataset.player);
      who.classList.toggle("silent", !player.heard.has(name));
      const [mute, solo] = who.querySelectorAll("button");
      mute.setAttribute("aria-pressed", String(this.muted.has(name) && !this.solo));
      solo.setAttribute("aria-pressed", String(this.solo === name));
    }
    this.scene.redraw();
  }

  /** Show the time; called for every frame of the screen. */
  draw() {
    const { player } = this;
    const at = player.position;
    const shown = clock(at, 1);
    if (shown === this.shown) return;
    this.shown = shown;
    find("time").textContent = shown;
    const position = findAs("position", HTMLInputElement);
    if (document.activeElement !== position || Math.abs(Number(position.value) - at) > 0.3) position.value = String(at);
    if (!this.about) find("about").textContent = this.#span().words;
    const now = performance.now();
    if (now - this.refreshed < 240) return;
    this.refreshed = now;
    position.setAttribute("aria-valuetext", `${clock(at)} of ${clock(player.seconds)}`);
    this.scene.showValues();
    this.written.highlight(at);
    this.#waiting();
  }

  /** Return what each key does; `hear` plays what lies behind the playhead. @param {() => void} hear */
  keys(hear) {
    const { scene } = this;
    /** @type {Record<string, (event: KeyboardEvent, digit: number) => void>} */
    const acts = {
      " ": () => this.toggle(),
      ArrowLeft: (event) => this.step(event.shiftKey ? -10 : -1),
      ArrowRight: (event) => this.step(event.shiftKey ? 10 : 1),
      Home: () => this.step(-Infinity),
      End: () => this.step(Infinity),
      PageUp: () => scene.axis.pan(-scene.axis.span * 0.9),
      PageDown: () => scene.axis.pan(scene.axis.span * 0.9),
      "[": () => this.loopFrom("first"),
      "]": () => this.loopFrom("last"),
      l: () => this.toggleLoop(),
      m: () => this.written.mark(this.player.position),
      r: () => find("words").focus(),
      c: hear,
      "+": () => this.zoom(2),
      "=": () => this.zoom(2),
      "-": () => this.zoom(0.5),
      "−": () => this.zoom(0.5),
      0: () => scene.axis.show(0, scene.seconds),
      ",": () => this.speed(-0.1),
      ".": () => this.speed(0.1),
      "?": () => findAs("keys", HTMLDialogElement).showModal(),
      digit: (event, number) => {
        const name = this.player.everybody[number - 1];
        if (name) (event.shiftKey ? this.alone : this.mute).call(this, name);
      },
    };
    return acts;
  }

  /** @param {PlayerName} name */
  #who(name) {
    const who = document.createElement("div");
    who.className = `who ${name}`;
    who.dataset.player = name;
    const dot = document.createElement("span");
    dot.className = "dot";
    const said = document.createElement("span");
    said.className = "name";
    said.textContent = NAMES[name];
    who.append(dot, said);
    /** @type {[string, () => void][]} */
    const acts = [["Mute", () => this.mute(name)], ["Solo", () => this.alone(name)]];
    for (const [word, act] of acts) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = word;
      button.setAttribute("aria-label", `${word} ${NAMES[name]}`);
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", (event) => {
        act();
        release(event);
      });
      who.append(button);
    }
    return who;
  }

  /** Return the moment, or the looped span, that a remark is about. @returns {About} */
  #span() {
    const { player } = this;
    const { loop } = player;
    if (loop?.on) return { first: loop.first, last: loop.last, words: `about ${clock(loop.first, 1)}–${clock(loop.last, 1)}` };
    const at = player.position;
    return { first: at, last: at, words: `at ${clock(at, 1)}` };
  }

  #writing() {
    const words = findAs("words", HTMLTextAreaElement);
    const about = () => {
      this.about ??= this.#span();
      find("about").textContent = this.about.words;
    };
    const leave = () => {
      this.about = null;
      find("about").textContent = this.#span().words;
    };
    const keep = async () => {
      const { first, last } = this.about ?? this.#span();
      if (!words.value.trim() || !(await this.written.remark(first, last, words.value))) return;
      words.value = "";
      words.blur();
      leave();
    };
    words.addEventListener("focus", about);
    words.addEventListener("blur", () => words.value.trim() || leave());
    words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        keep();
      } else if (event.key === "Escape") {
        words.value = "";
        words.blur();
      }
    });
    find("write").addEventListener("submit", (event) => {
      event.preventDefault();
      keep();
    });
  }

  /** Poll how much of the sound is rendered; then have each player's own sound rendered ahead of time. */
  #prepare() {
    clearTimeout(this.timer);
    const { player } = this;
    const wanted = player.everybody.filter((name) => player.heard.has(name));
    const ahead = player.seconds <= LONGEST_AHEAD && player.everybody.length > 1 ? [...player.everybody] : [];
    /** @param {PlayerName[]} names @param {boolean} first whether these are the players who are heard */
    const poll = async (names, first) => {
      try {
        const told = await ask(`/api/takes/${this.take}/sound?players=${names.join(",")}&ahead=${!first}`);
        if (first) {
          this.rendered = told.rendered;
          const share = Math.min(told.rendered / player.seconds, 1);
          find("ready").style.transform = `scaleX(${share})`;
          find("ready").hidden = share >= 1;
          if (told.fault) this.fault(told.fault);
        }
        const done = told.rendered >= told.seconds || told.fault;
        const next = done ? ahead.shift() : null;
        if (!done) this.timer = setTimeout(() => poll(names, first), POLL);
        else if (next) this.timer = setTimeout(() => poll([next], false), POLL);
      } catch (problem) {
        this.fault(problem instanceof Error ? problem.message : String(problem));
      }
    };
    if (wanted.length) poll(wanted, true);
  }

  #waiting() {
    const { player } = this;
    const waits = player.waiting;
    find("preparing").hidden = !waits;
    if (waits) find("preparing").textContent = `The sound is being prepared: ${clock(this.rendered)} of ${clock(player.seconds)} is ready.`;
  }
}

// The player's controls: by hand and by key, and what they say.

import { ask } from "./ask.js";
import { clock } from "./axis.js";
import { NAMES } from "./ink.js";
import { release } from "./keys.js";

const LOOK = 700;
const LONGEST_AHEAD = 3600;
const find = (id) => document.getElementById(id);

export class Deck {
  constructor(take, player, scene, written, says, fault) {
    Object.assign(this, { take, player, scene, written, says, fault });
    this.muted = new Set();
    this.solo = null;
    this.about = null;
    this.there = 0;
    this.shown = "";
    this.told = 0;
  }

  begin() {
    const { player } = this;
    for (const name of player.everybody) find("players").append(this.#who(name));
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
    on("help", () => find("keys").showModal());
    on("mark", () => this.written.mark(player.position));
    find("volume").addEventListener("input", (event) => {
      player.volume = event.target.value / 100;
    });
    find("position").addEventListener("input", (event) => this.seek(Number(event.target.value)));
    this.#writing();
    this.#prepare();
    this.show();
  }

  toggle() {
    this.player.toggle();
    this.scene.follow();
    this.says(this.player.playing ? "Playing." : `Paused at ${clock(this.player.position, 1)}.`);
  }

  seek(to) {
    this.player.seek(to);
    this.scene.follow();
  }

  step(by) {
    this.seek(this.player.position + by);
    this.says(clock(this.player.position));
  }

  /** Go to where a thing begins, and see it. */
  land(thing) {
    this.seek(thing.first);
    this.says(`At ${clock(thing.first, 1)}.`);
  }

  zoom(factor) {
    const { axis } = this.scene;
    const at = this.player.position;
    axis.zoom(factor, axis.sees(at) ? at : axis.start + axis.span / 2);
    this.says(`Seen: ${clock(axis.start)} to ${clock(axis.end)}.`);
  }

  speed(by) {
    this.player.speed = Math.round((this.player.speed + by) * 20) / 20;
    this.says(`Speed ${Math.round(this.player.speed * 100)} per cent.`);
  }

  loop(first, last, done = true) {
    if (last - first < 0.1) return;
    this.player.loop = { first, last, on: true };
    if (done) this.says(`Loop from ${clock(first, 1)} to ${clock(last, 1)}.`);
    this.show();
  }

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
    this.says(player.loop.on ? "Loop on." : "Loop off.");
    this.show();
  }

  mute(name) {
    this.solo = null;
    if (!this.muted.delete(name)) this.muted.add(name);
    this.#heard();
  }

  alone(name) {
    this.solo = this.solo === name ? null : name;
    this.#heard();
  }

  #heard() {
    const { everybody } = this.player;
    const heard = everybody.filter((name) => (this.solo ? name === this.solo : !this.muted.has(name)));
    this.player.hear(new Set(heard));
    this.says(heard.length ? `Heard: ${heard.map((name) => NAMES[name]).join(", ")}.` : "Nobody is heard.");
    this.there = 0;
    this.#prepare();
  }

  /** Show what has changed of the controls. */
  show() {
    const { player } = this;
    document.body.classList.toggle("playing", player.playing);
    find("play").setAttribute("aria-label", player.playing ? "Pause" : "Play");
    find("speed").textContent = `${Math.round(player.speed * 100)} %`;
    find("slower").disabled = player.speed <= 0.5;
    find("faster").disabled = player.speed >= 1.5;
    const { loop } = player;
    find("loop").setAttribute("aria-pressed", String(Boolean(loop?.on)));
    find("loop-says").textContent = loop ? `${clock(loop.first)}–${clock(loop.last)}` : "Loop";
    find("loop").setAttribute("aria-label", loop ? `Loop ${clock(loop.first)}–${clock(loop.last)}` : "Loop");
    for (const who of find("players").children) {
      const { player: name } = who.dataset;
      who.classList.toggle("silent", !player.heard.has(name));
      const [mute, solo] = who.querySelectorAll("button");
      mute.setAttribute("aria-pressed", String(this.muted.has(name) && !this.solo));
      solo.setAttribute("aria-pressed", String(this.solo === name));
    }
    this.scene.redraw();
  }

  /** Show the time; called for every picture. */
  draw() {
    const { player } = this;
    const at = player.position;
    const shown = clock(at, 1);
    if (shown === this.shown) return;
    this.shown = shown;
    find("time").textContent = shown;
    const position = find("position");
    if (document.activeElement !== position || Math.abs(position.value - at) > 0.3) position.value = at;
    if (!this.about) find("about").textContent = this.#span().words;
    const now = performance.now();
    if (now - this.told < 240) return;
    this.told = now;
    position.setAttribute("aria-valuetext", `${clock(at)} of ${clock(player.seconds)}`);
    this.scene.tell();
    this.written.stand(at);
    this.#waiting();
  }

  /** What each key does. */
  keys(hear) {
    const { scene } = this;
    return {
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
      "?": () => find("keys").showModal(),
      digit: (event, number) => {
        const name = this.player.everybody[number - 1];
        if (name) (event.shiftKey ? this.alone : this.mute).call(this, name);
      },
    };
  }

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
    for (const [word, act] of [["Mute", () => this.mute(name)], ["Solo", () => this.alone(name)]]) {
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

  /** The moment, or the looped span, that a remark is about. */
  #span() {
    const { player } = this;
    const { loop } = player;
    if (loop?.on) return { first: loop.first, last: loop.last, words: `about ${clock(loop.first, 1)}–${clock(loop.last, 1)}` };
    const at = player.position;
    return { first: at, last: at, words: `at ${clock(at, 1)}` };
  }

  #writing() {
    const words = find("words");
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

  /** Watch how much of the sound is there; then let each player's own be made ahead of being wanted. */
  #prepare() {
    clearTimeout(this.preparing);
    const { player } = this;
    const wanted = player.everybody.filter((name) => player.heard.has(name));
    const ahead = player.seconds <= LONGEST_AHEAD && player.everybody.length > 1 ? [...player.everybody] : [];
    const look = async (names, first) => {
      try {
        const told = await ask(`/api/takes/${this.take}/sound?players=${names.join(",")}&ahead=${!first}`);
        if (first) {
          this.there = told.there;
          const share = Math.min(told.there / player.seconds, 1);
          find("ready").style.transform = `scaleX(${share})`;
          find("ready").hidden = share >= 1;
          if (told.fault) this.fault(told.fault);
        }
        const done = told.there >= told.seconds || told.fault;
        const next = done ? ahead.shift() : null;
        if (!done) this.preparing = setTimeout(() => look(names, first), LOOK);
        else if (next) this.preparing = setTimeout(() => look([next], false), LOOK);
      } catch (problem) {
        this.fault(problem.message);
      }
    };
    if (wanted.length) look(wanted, true);
  }

  #waiting() {
    const { player } = this;
    const waits = player.waiting;
    find("preparing").hidden = !waits;
    if (waits) find("preparing").textContent = `The sound is being made: ${clock(this.there)} of ${clock(player.seconds)} is there.`;
  }
}

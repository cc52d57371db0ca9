// Playback of the take's sound for any choice of players, from anywhere, at any speed, in a loop.

/** @import { Loop, PlayerName } from "./types.js" */

const SEEK_EVENTS = ["loadedmetadata", "canplay", "seeked"];

export class Player {
  /**
   * `everybody` are the players of the take; `place` holds the audio elements; `changed` is called when playback
   * starts, stops, waits or jumps.
   * @param {string} take
   * @param {PlayerName[]} everybody
   * @param {number} seconds
   * @param {HTMLElement} place
   * @param {() => void} changed
   */
  constructor(take, everybody, seconds, place, changed) {
    this.take = take;
    this.everybody = everybody;
    this.heard = new Set(everybody);
    this.seconds = seconds;
    this.place = place;
    this.changed = changed;
    /** @type {Loop | null} */
    this.loop = null;
    /** @type {number | null} where to stop */
    this.until = null;
    this.playing = false;
    this.last = 0;
    /** @type {HTMLAudioElement | null} the element that takes over from `now` once it is ready */
    this.next = null;
    this.settings = { playbackRate: 1, volume: 1 };
    this.now = this.#element(everybody);
  }

  get position() {
    return Math.min(this.now.currentTime, this.seconds);
  }

  /** Whether it should sound and cannot yet, because that part of the sound is not rendered. */
  get waiting() {
    return (this.playing && this.now.readyState < 3) || this.next !== null;
  }

  get speed() {
    return this.settings.playbackRate;
  }

  /** @param {number} rate */
  set speed(rate) {
    this.#set("playbackRate", Math.min(Math.max(rate, 0.5), 1.5));
  }

  get volume() {
    return this.settings.volume;
  }

  /** @param {number} share */
  set volume(share) {
    this.#set("volume", Math.min(Math.max(share, 0), 1));
  }

  play() {
    if (this.position >= this.seconds - 0.01) this.seek(0);
    this.playing = true;
    this.last = this.position;
    this.#start(this.now);
    this.changed();
  }

  pause() {
    this.playing = false;
    this.until = null;
    this.now.pause();
    this.changed();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** @param {number} seconds */
  seek(seconds) {
    const to = Math.min(Math.max(seconds, 0), this.seconds);
    this.until = null;
    this.now.currentTime = to;
    this.last = to;
    if (this.next) this.next.currentTime = to;
    this.changed();
  }

  /** Play from one second to another, and stop there. @param {number} first @param {number} last */
  span(first, last) {
    this.seek(first);
    this.until = last;
    this.play();
    this.until = last;
  }

  /** Play these players from here on, at the same position; no players are silence. @param {Set<PlayerName>} players */
  hear(players) {
    const wanted = this.everybody.filter((player) => players.has(player));
    this.heard = new Set(wanted);
    this.next?.remove();
    this.next = null;
    this.now.muted = !wanted.length;
    if (wanted.length && this.now.dataset.players !== wanted.join(",")) this.#prepare(wanted);
    this.changed();
  }

  /** Jump back at the end of the loop and stop at the end of a span; called for every frame of the screen. */
  tick() {
    if (!this.playing) return;
    const at = this.now.currentTime;
    const { loop } = this;
    if (this.until !== null && at >= this.until) {
      const end = this.until;
      this.pause();
      this.seek(end);
    } else if (this.until === null && loop?.on && this.last < loop.last && at >= loop.last) {
      this.seek(loop.first);
    } else if (at >= this.seconds) {
      this.#stopped();
    } else {
      this.last = at;
    }
  }

  /** @param {"playbackRate" | "volume"} name @param {number} value */
  #set(name, value) {
    this.settings[name] = value;
    for (const element of [this.now, this.next]) if (element) element[name] = value;
    this.changed();
  }

  /** @param {PlayerName[]} players */
  #element(players) {
    const element = document.createElement("audio");
    element.preload = "auto";
    element.dataset.players = players.join(",");
    element.src = `/sound/${this.take}.wav?players=${players.join(",")}`;
    element.preservesPitch = true;
    Object.assign(element, this.settings);
    // A new source would begin at its own speed.
    element.defaultPlaybackRate = this.settings.playbackRate;
    element.addEventListener("loadedmetadata", () => Object.assign(element, this.settings));
    element.addEventListener("timeupdate", () => element === this.now && this.tick());
    element.addEventListener("ended", () => element === this.now && this.#stopped());
    for (const event of ["waiting", "playing", "canplay", "seeked", "error"]) {
      element.addEventListener(event, () => this.changed());
    }
    this.place.append(element);
    return element;
  }

  /** Prepare an element for other players; it takes over as soon as both are at the same position. @param {PlayerName[]} players */
  #prepare(players) {
    const next = this.#element(players);
    this.next = next;
    let lead = 0.12;
    let placed = false;
    let timer = 0;
    const align = () => {
      // A little ahead of what plays, so that it is ready when playback arrives there.
      const ahead = this.playing && this.now.readyState >= 3 ? lead * this.speed : 0;
      next.currentTime = Math.min(this.now.currentTime + ahead, this.seconds);
      placed = true;
    };
    const check = () => {
      clearTimeout(timer);
      if (this.next !== next) return;
      const ready = next.readyState >= 3 && !next.seeking;
      const apart = next.currentTime - this.now.currentTime;
      const moves = this.playing && this.now.readyState >= 3;
      if (!placed) {
        if (next.readyState >= 1) align();
      } else if (ready && moves && (apart < -0.03 || apart > lead * this.speed + 0.3)) {
        lead = Math.min(lead * 2, 2);
        align();
      } else if (ready && !moves && Math.abs(apart) > 0.001) {
        align();
      } else if (ready && apart <= 0.012) {
        this.#takeOver(next);
        return;
      }
      timer = setTimeout(check, ready && moves ? 4 : 30);
    };
    for (const event of SEEK_EVENTS) next.addEventListener(event, check);
  }

  /** @param {HTMLAudioElement} next */
  #takeOver(next) {
    const before = this.now;
    this.now = next;
    this.next = null;
    this.last = next.currentTime;
    if (this.playing) this.#start(next);
    before.pause();
    before.removeAttribute("src");
    before.load();
    before.remove();
    this.changed();
  }

  /** @param {HTMLAudioElement} element */
  #start(element) {
    // A pause before the sound has loaded is no fault.
    element.play().catch((fault) => fault.name !== "AbortError" && this.#stopped());
  }

  #stopped() {
    this.playing = false;
    this.until = null;
    this.now.pause();
    this.changed();
  }
}

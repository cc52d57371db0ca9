// What is heard: the take's sound for the players who are heard, from anywhere, at any speed, over and over.

const SEEK_EVENTS = ["loadedmetadata", "canplay", "seeked"];

export class Player {
  /**
   * `everybody` are the players of the take, `place` is where the sound elements live. `changed` is called when it
   * starts, stops, waits or has another position that nobody foresaw.
   */
  constructor(take, everybody, seconds, place, changed) {
    this.take = take;
    this.everybody = everybody;
    this.heard = new Set(everybody);
    this.seconds = seconds;
    this.place = place;
    this.changed = changed;
    this.loop = null;
    this.until = null;
    this.wanted = false;
    this.last = 0;
    this.coming = null;
    this.settings = { playbackRate: 1, volume: 1 };
    this.now = this.#element(everybody);
  }

  get playing() {
    return this.wanted;
  }

  get position() {
    return Math.min(this.now.currentTime, this.seconds);
  }

  /** Whether it should sound and cannot yet, because that part of the sound is not there. */
  get waiting() {
    return (this.wanted && this.now.readyState < 3) || this.coming !== null;
  }

  get speed() {
    return this.settings.playbackRate;
  }

  set speed(rate) {
    this.#set("playbackRate", Math.min(Math.max(rate, 0.5), 1.5));
  }

  get volume() {
    return this.settings.volume;
  }

  set volume(share) {
    this.#set("volume", Math.min(Math.max(share, 0), 1));
  }

  play() {
    if (this.position >= this.seconds - 0.01) this.seek(0);
    this.wanted = true;
    this.last = this.position;
    this.#start(this.now);
    this.changed();
  }

  pause() {
    this.wanted = false;
    this.until = null;
    this.now.pause();
    this.changed();
  }

  toggle() {
    if (this.wanted) this.pause();
    else this.play();
  }

  seek(seconds) {
    const to = Math.min(Math.max(seconds, 0), this.seconds);
    this.until = null;
    this.now.currentTime = to;
    this.last = to;
    if (this.coming) this.coming.currentTime = to;
    this.changed();
  }

  /** Play from one second to another, and stop there. */
  span(first, last) {
    this.seek(first);
    this.until = last;
    this.play();
    this.until = last;
  }

  /** Hear these players from here on, without losing the place; nobody is silence, not an end. */
  hear(players) {
    const wanted = this.everybody.filter((player) => players.has(player));
    this.heard = new Set(wanted);
    this.coming?.remove();
    this.coming = null;
    this.now.muted = !wanted.length;
    if (wanted.length && this.now.dataset.players !== wanted.join(",")) this.#change(wanted);
    this.changed();
  }

  /** What must be looked at for each picture: the loop's end, and the end of a span. */
  tick() {
    if (!this.wanted) return;
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

  #set(name, value) {
    this.settings[name] = value;
    for (const element of [this.now, this.coming]) if (element) element[name] = value;
    this.changed();
  }

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

  /** Let another element take over where this one is, as soon as it can. */
  #change(players) {
    const coming = this.#element(players);
    this.coming = coming;
    let lead = 0.12;
    let placed = false;
    let timer = 0;
    const stand = () => {
      // A little ahead of what plays, so that it is ready when that comes there.
      const ahead = this.wanted && this.now.readyState >= 3 ? lead * this.speed : 0;
      coming.currentTime = Math.min(this.now.currentTime + ahead, this.seconds);
      placed = true;
    };
    const look = () => {
      clearTimeout(timer);
      if (this.coming !== coming) return;
      const ready = coming.readyState >= 3 && !coming.seeking;
      const apart = coming.currentTime - this.now.currentTime;
      const moves = this.wanted && this.now.readyState >= 3;
      if (!placed) {
        if (coming.readyState >= 1) stand();
      } else if (ready && moves && (apart < -0.03 || apart > lead * this.speed + 0.3)) {
        lead = Math.min(lead * 2, 2);
        stand();
      } else if (ready && !moves && Math.abs(apart) > 0.001) {
        stand();
      } else if (ready && apart <= 0.012) {
        this.#take(coming);
        return;
      }
      timer = setTimeout(look, ready && moves ? 4 : 30);
    };
    for (const event of SEEK_EVENTS) coming.addEventListener(event, look);
  }

  #take(coming) {
    const before = this.now;
    this.now = coming;
    this.coming = null;
    this.last = coming.currentTime;
    if (this.wanted) this.#start(coming);
    before.pause();
    before.removeAttribute("src");
    before.load();
    before.remove();
    this.changed();
  }

  #start(element) {
    // To be paused before the sound is there is no fault.
    element.play().catch((fault) => fault.name !== "AbortError" && this.#stopped());
  }

  #stopped() {
    this.wanted = false;
    this.until = null;
    this.now.pause();
    this.changed();
  }
}

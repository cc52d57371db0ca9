// What people write about the music: remarks, markers, verdicts on proposed moments, and what points to them.

import { ask } from "./ask.js";
import { clock } from "./axis.js";
import { release } from "./keys.js";

const ROLES = "A role, in Bruscia’s words, says how one’s curve moved beside the other’s.";

const find = (id) => document.getElementById(id);

export class Written {
  /** `go` is called with the thing whose moment is to be heard, `changed` when the lists are others, `say` with words. */
  constructor(take, { go, changed, say, fault }) {
    this.path = `/api/takes/${take}`;
    this.hooks = { go, changed, say, fault };
    this.given = { markers: [], remarks: [], verdicts: [], links: [], goals: [] };
    this.moments = [];
    this.near = null;
  }

  take(given) {
    for (const name of Object.keys(this.given)) this.given[name] = given[name];
    this.show();
  }

  propose(moments) {
    this.moments = moments;
    this.show();
  }

  async mark(seconds) {
    await this.#do(async () => {
      this.given.markers.push(await ask(`${this.path}/markers`, "POST", { seconds }));
      return `Marker at ${clock(seconds, 1)}.`;
    });
  }

  async remark(first, last, words) {
    return this.#do(async () => {
      this.given.remarks.push(await ask(`${this.path}/remarks`, "POST", { first, last, words }));
      return `Remark kept at ${clock(first, 1)}.`;
    });
  }

  /** All that is written, in the order of the music. */
  get things() {
    const markers = this.given.markers.map((each) => ({ ...each, kind: "markers" }));
    const remarks = this.given.remarks.map((each) => ({ ...each, kind: "remarks" }));
    return [...markers, ...remarks].sort((one, other) => one.first - other.first || one.last - other.last);
  }

  /** The verdict on a proposed moment, if there is one. */
  verdict(moment) {
    const apart = (verdict) => Math.abs(verdict.first - moment.first) + Math.abs(verdict.last - moment.last);
    return this.given.verdicts.find((verdict) => verdict.kind === moment.kind && apart(verdict) < 0.01);
  }

  show() {
    const focused = document.activeElement?.dataset?.focus;
    const { things } = this;
    find("written").replaceChildren(...things.map((thing) => this.#written(thing)));
    find("written-count").textContent = things.length || "";
    find("nothing").hidden = things.length > 0;
    find("moments").replaceChildren(...this.moments.map((moment) => this.#moment(moment)));
    find("moments-count").textContent = this.moments.length || "";
    find("moments-none").textContent = [
      this.moments.length ? "Found in the music, for you to accept or dismiss." : "Nothing was found to propose.",
      ...(this.moments.some((moment) => moment.kind.includes(" in the role of ")) ? [ROLES] : []),
    ].join(" ");
    // What is shown anew keeps the focus where it was.
    if (focused) document.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    this.hooks.changed();
  }

  /** Let the thing that is being heard stand out. */
  stand(seconds) {
    const near = this.things.findLast((each) => each.first <= seconds + 0.05 && seconds <= Math.max(each.last, each.first + 2));
    if (near?.id === this.near) return;
    this.near = near?.id ?? null;
    for (const item of find("written").children) item.classList.toggle("near", item.dataset.id === this.near);
  }

  #written(thing) {
    const item = document.createElement("li");
    item.dataset.id = thing.id;
    const remark = thing.kind === "remarks";
    const before = !remark && thing.last - thing.first > 0.05;
    item.append(this.#go(thing, remark ? thing.words : before ? "Marked at the bed" : "Marker", thing.id));
    const acts = element("div", "acts");
    if (remark) acts.append(this.#button("Change", `change-${thing.id}`, () => this.#change(thing, item)));
    acts.append(this.#button("Take back", `back-${thing.id}`, () => this.#back(thing)));
    this.#link(acts, thing);
    item.append(acts);
    return item;
  }

  #moment(moment) {
    const verdict = this.verdict(moment);
    const item = element("li", verdict ? (verdict.accepted ? "accepted" : "dismissed") : "");
    item.append(this.#go(moment, moment.label, `${moment.kind}-${moment.first}`));
    const evidence = element("p", "evidence");
    evidence.textContent = moment.evidence;
    const acts = element("div", "acts");
    const name = `${moment.kind}-${moment.first}`;
    if (verdict) {
      acts.append(this.#button("Undo", `undo-${name}`, () => this.#unjudge(verdict)));
      if (verdict.accepted) this.#link(acts, moment);
    } else {
      const accept = this.#button("Accept", `accept-${name}`, () => this.#judge(moment, true));
      accept.className = "accept";
      acts.append(accept, this.#button("Dismiss", `dismiss-${name}`, () => this.#judge(moment, false)));
    }
    item.append(evidence, acts);
    return item;
  }

  #go(thing, words, name) {
    const button = element("button", "go");
    button.type = "button";
    button.dataset.focus = `go-${name}`;
    const when = document.createElement("time");
    when.textContent = thing.last - thing.first > 0.05 ? `${clock(thing.first)}–${clock(thing.last)}` : clock(thing.first, 1);
    const said = element("span", "words");
    said.textContent = words;
    button.append(when, said);
    button.addEventListener("click", (event) => {
      this.hooks.go(thing);
      release(event);
    });
    return button;
  }

  #button(words, focus, act) {
    const button = element("button", "");
    button.type = "button";
    button.textContent = words;
    button.dataset.focus = focus;
    button.addEventListener("click", act);
    return button;
  }

  /** Offer the session's note and the goals to point to a thing, and show those that do. */
  #link(acts, thing) {
    const same = (link) => Math.abs(link.first - thing.first) + Math.abs(link.last - thing.last) < 0.01;
    const links = this.given.links.filter(same);
    for (const link of links) {
      const button = this.#button(`In: ${link.to} ×`, `link-${link.id}`, () => this.#unlink(link));
      button.className = "quiet";
      button.setAttribute("aria-label", `Linked to ${link.to}; take the link back`);
      acts.append(button);
    }
    const select = document.createElement("select");
    select.dataset.focus = `to-${thing.id ?? thing.kind + thing.first}`;
    select.setAttribute("aria-label", "Link to a note or goal");
    const options = [["", "Link to…"], ["note", "Session note"], ...this.given.goals.map((goal) => [goal.id, goal.words])];
    for (const [value, text] of options) select.append(new Option(text.length > 40 ? `${text.slice(0, 39)}…` : text, value));
    select.addEventListener("change", () => {
      const to = select.value;
      if (!to) return;
      const goal = to === "note" ? null : to;
      this.#do(async () => {
        const made = await ask(`${this.path}/links`, "POST", { first: thing.first, last: thing.last, note: !goal, goal });
        this.given.links.push({ ...made, to: select.selectedOptions[0].text });
        return "Linked.";
      });
    });
    acts.append(select);
  }

  #change(thing, item) {
    const box = document.createElement("textarea");
    box.value = thing.words;
    box.setAttribute("aria-label", `Remark at ${clock(thing.first, 1)}`);
    const acts = element("div", "acts");
    const keep = () =>
      this.#do(async () => {
        const made = await ask(`${this.path}/remarks/${thing.id}`, "PATCH", { words: box.value });
        this.given.remarks = this.given.remarks.map((each) => (each.id === thing.id ? made : each));
        return "Changed.";
      });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        keep();
      } else if (event.key === "Escape") {
        this.show();
      }
    });
    acts.append(this.#button("Keep", `keep-${thing.id}`, keep), this.#button("Leave as it was", `leave-${thing.id}`, () => this.show()));
    item.replaceChildren(box, acts);
    box.focus();
  }

  async #back(thing) {
    await this.#do(async () => {
      await ask(`${this.path}/${thing.kind}/${thing.id}`, "DELETE");
      this.given[thing.kind] = this.given[thing.kind].filter((each) => each.id !== thing.id);
      return "Taken back.";
    });
    this.#offerAgain(thing);
  }

  /** What was taken back by mistake is written again with one press. */
  #offerAgain(thing) {
    const item = element("li", "again");
    const again = this.#button("Taken back. Undo", "again", () =>
      thing.kind === "remarks"
        ? this.remark(thing.first, thing.last, thing.words)
        : this.#do(async () => {
            const body = { seconds: thing.last, before: thing.last - thing.first };
            this.given.markers.push(await ask(`${this.path}/markers`, "POST", body));
            return "It is there again.";
          }),
    );
    again.className = "quiet";
    item.append(again);
    find("written").prepend(item);
    again.focus();
  }

  #judge(moment, accepted) {
    const { kind, first, last } = moment;
    return this.#do(async () => {
      this.given.verdicts.push(await ask(`${this.path}/verdicts`, "POST", { kind, first, last, accepted }));
      return accepted ? "Accepted." : "Dismissed.";
    }, `undo-${kind}-${first}`);
  }

  #unjudge(verdict) {
    return this.#do(async () => {
      await ask(`${this.path}/verdicts/${verdict.id}`, "DELETE");
      this.given.verdicts = this.given.verdicts.filter((each) => each.id !== verdict.id);
      return "It is a proposal again.";
    });
  }

  #unlink(link) {
    return this.#do(async () => {
      await ask(`${this.path}/links/${link.id}`, "DELETE");
      this.given.links = this.given.links.filter((each) => each.id !== link.id);
      return "No longer linked.";
    });
  }

  /** Do something on the server, then show and say what has become of it; return whether it was done. */
  async #do(work, focus = "") {
    try {
      const said = await work();
      this.show();
      if (focus) document.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
      this.hooks.say(said);
      return true;
    } catch (fault) {
      this.hooks.fault(fault.message);
      return false;
    }
  }
}

function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

// What people write about the music: remarks, markers, verdicts on proposed moments, and links to them.

/** @import { Entry, Link, Moment, Span, Verdict, Writings } from "./types.js" */

import { ask } from "./ask.js";
import { clock } from "./axis.js";
import { element, find } from "./dom.js";
import { release } from "./keys.js";

const ROLES = "A role, in Bruscia’s words, says how one’s curve moved beside the other’s.";

export class Written {
  /**
   * `go` plays from an entry or a moment, `changed` is called after the lists have changed, `announce` says what was
   * done, `fault` shows why something was not.
   * @param {string} take
   * @param {{ go: (span: Span) => void, changed: () => void, announce: (words: string) => void, fault: (words: string) => void }} hooks
   */
  constructor(take, hooks) {
    this.path = `/api/takes/${take}`;
    this.hooks = hooks;
    /** @type {Writings} */
    this.given = { markers: [], remarks: [], verdicts: [], links: [], goals: [] };
    /** @type {Moment[]} */
    this.moments = [];
    /** @type {string | null} the entry that is being heard */
    this.near = null;
  }

  /** @param {Writings} given */
  load({ markers, remarks, verdicts, links, goals }) {
    this.given = { markers, remarks, verdicts, links, goals };
    this.show();
  }

  /** @param {Moment[]} moments */
  propose(moments) {
    this.moments = moments;
    this.show();
  }

  /** @param {number} seconds */
  async mark(seconds) {
    await this.#do(async () => {
      this.given.markers.push(await ask(`${this.path}/markers`, "POST", { seconds }));
      return `Marker at ${clock(seconds, 1)}.`;
    });
  }

  /** @param {number} first @param {number} last @param {string} words */
  async remark(first, last, words) {
    return this.#do(async () => {
      this.given.remarks.push(await ask(`${this.path}/remarks`, "POST", { first, last, words }));
      return `Remark kept at ${clock(first, 1)}.`;
    });
  }

  /** Everything that is written, in the order of the music. @returns {Entry[]} */
  get entries() {
    const markers = this.given.markers.map((each) => ({ ...each, kind: /** @type {const} */ ("markers") }));
    const remarks = this.given.remarks.map((each) => ({ ...each, kind: /** @type {const} */ ("remarks") }));
    return [...markers, ...remarks].sort((one, other) => one.first - other.first || one.last - other.last);
  }

  /** Return the verdict on a proposed moment, if there is one. @param {Moment} moment */
  verdict(moment) {
    /** @param {Verdict} verdict */
    const apart = (verdict) => Math.abs(verdict.first - moment.first) + Math.abs(verdict.last - moment.last);
    return this.given.verdicts.find((verdict) => verdict.kind === moment.kind && apart(verdict) < 0.01);
  }

  show() {
    const { activeElement } = document;
    const focused = activeElement instanceof HTMLElement ? activeElement.dataset.focus : undefined;
    const { entries } = this;
    find("written").replaceChildren(...entries.map((entry) => this.#written(entry)));
    find("written-count").textContent = entries.length ? String(entries.length) : "";
    find("nothing").hidden = entries.length > 0;
    find("moments").replaceChildren(...this.moments.map((moment) => this.#moment(moment)));
    find("moments-count").textContent = this.moments.length ? String(this.moments.length) : "";
    find("moments-none").textContent = [
      this.moments.length ? "Found in the music, for you to accept or dismiss." : "Nothing was found to propose.",
      ...(this.moments.some((moment) => moment.kind.includes(" in the role of ")) ? [ROLES] : []),
    ].join(" ");
    // The lists are new; the focus stays where it was.
    if (focused) focus(focused);
    this.hooks.changed();
  }

  /** Highlight the entry that is being heard. @param {number} seconds */
  highlight(seconds) {
    const near = this.entries.findLast((each) => each.first <= seconds + 0.05 && seconds <= Math.max(each.last, each.first + 2));
    if (near?.id === this.near) return;
    this.near = near?.id ?? null;
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (find("written").querySelectorAll("li"))) {
      item.classList.toggle("near", item.dataset.id === this.near);
    }
  }

  /** @param {Entry} entry */
  #written(entry) {
    const item = element("li");
    item.dataset.id = entry.id;
    const remark = entry.kind === "remarks";
    const before = !remark && entry.last - entry.first > 0.05;
    item.append(this.#go(entry, remark ? (entry.words ?? "") : before ? "Marked at the bed" : "Marker", entry.id));
    const acts = element("div", "acts");
    if (remark) acts.append(this.#button("Change", `change-${entry.id}`, () => this.#change(entry, item)));
    acts.append(this.#button("Take back", `back-${entry.id}`, () => this.#back(entry)));
    this.#link(acts, entry);
    item.append(acts);
    return item;
  }

  /** @param {Moment} moment */
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

  /** @param {Span} span @param {string} words @param {string} name */
  #go(span, words, name) {
    const button = element("button", "go");
    button.type = "button";
    button.dataset.focus = `go-${name}`;
    const when = document.createElement("time");
    when.textContent = span.last - span.first > 0.05 ? `${clock(span.first)}–${clock(span.last)}` : clock(span.first, 1);
    const said = element("span", "words");
    said.textContent = words;
    button.append(when, said);
    button.addEventListener("click", (event) => {
      this.hooks.go(span);
      release(event);
    });
    return button;
  }

  /** @param {string} words @param {string} focus @param {() => void} act */
  #button(words, focus, act) {
    const button = element("button");
    button.type = "button";
    button.textContent = words;
    button.dataset.focus = focus;
    button.addEventListener("click", act);
    return button;
  }

  /** Offer links from the session's note and the goals, and show those that there are. @param {HTMLElement} acts @param {Entry | Moment} entry */
  #link(acts, entry) {
    /** @param {Link} link */
    const same = (link) => Math.abs(link.first - entry.first) + Math.abs(link.last - entry.last) < 0.01;
    const links = this.given.links.filter(same);
    for (const link of links) {
      const button = this.#button(`In: ${link.to} ×`, `link-${link.id}`, () => this.#unlink(link));
      button.className = "quiet";
      button.setAttribute("aria-label", `Linked to ${link.to}; take the link back`);
      acts.append(button);
    }
    const select = document.createElement("select");
    select.dataset.focus = `to-${entry.id ?? `${entry.kind}${entry.first}`}`;
    select.setAttribute("aria-label", "Link to a note or goal");
    const options = [["", "Link to…"], ["note", "Session note"], ...this.given.goals.map((goal) => [goal.id, goal.words])];
    for (const [value, text] of options) select.append(new Option(text.length > 40 ? `${text.slice(0, 39)}…` : text, value));
    select.addEventListener("change", () => {
      const to = select.value;
      if (!to) return;
      const goal = to === "note" ? null : to;
      this.#do(async () => {
        const made = await ask(`${this.path}/links`, "POST", { first: entry.first, last: entry.last, note: !goal, goal });
        this.given.links.push({ ...made, to: select.selectedOptions[0].text });
        return "Linked.";
      });
    });
    acts.append(select);
  }

  /** @param {Entry} entry @param {HTMLElement} item */
  #change(entry, item) {
    const box = document.createElement("textarea");
    box.value = entry.words ?? "";
    box.setAttribute("aria-label", `Remark at ${clock(entry.first, 1)}`);
    const acts = element("div", "acts");
    const keep = () =>
      this.#do(async () => {
        const made = await ask(`${this.path}/remarks/${entry.id}`, "PATCH", { words: box.value });
        this.given.remarks = this.given.remarks.map((each) => (each.id === entry.id ? made : each));
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
    acts.append(this.#button("Save", `keep-${entry.id}`, keep), this.#button("Cancel", `leave-${entry.id}`, () => this.show()));
    item.replaceChildren(box, acts);
    box.focus();
  }

  /** @param {Entry} entry */
  async #back(entry) {
    await this.#do(async () => {
      await ask(`${this.path}/${entry.kind}/${entry.id}`, "DELETE");
      if (entry.kind === "remarks") this.given.remarks = this.given.remarks.filter((each) => each.id !== entry.id);
      else this.given.markers = this.given.markers.filter((each) => each.id !== entry.id);
      return "Taken back.";
    });
    this.#offerAgain(entry);
  }

  /** Offer to write again what was taken back by mistake. @param {Entry} entry */
  #offerAgain(entry) {
    const item = element("li", "again");
    const again = this.#button("Taken back. Undo", "again", () =>
      entry.kind === "remarks"
        ? this.remark(entry.first, entry.last, entry.words ?? "")
        : this.#do(async () => {
            const body = { seconds: entry.last, before: entry.last - entry.first };
            this.given.markers.push(await ask(`${this.path}/markers`, "POST", body));
            return "It is there again.";
          }),
    );
    again.className = "quiet";
    item.append(again);
    find("written").prepend(item);
    again.focus();
  }

  /** @param {Moment} moment @param {boolean} accepted */
  #judge(moment, accepted) {
    const { kind, first, last } = moment;
    return this.#do(async () => {
      this.given.verdicts.push(await ask(`${this.path}/verdicts`, "POST", { kind, first, last, accepted }));
      return accepted ? "Accepted." : "Dismissed.";
    }, `undo-${kind}-${first}`);
  }

  /** @param {Verdict} verdict */
  #unjudge(verdict) {
    return this.#do(async () => {
      await ask(`${this.path}/verdicts/${verdict.id}`, "DELETE");
      this.given.verdicts = this.given.verdicts.filter((each) => each.id !== verdict.id);
      return "It is a proposal again.";
    });
  }

  /** @param {Link} link */
  #unlink(link) {
    return this.#do(async () => {
      await ask(`${this.path}/links/${link.id}`, "DELETE");
      this.given.links = this.given.links.filter((each) => each.id !== link.id);
      return "No longer linked.";
    });
  }

  /**
   * Change something on the server, then show and announce it; return whether it was done.
   * @param {() => Promise<string>} work
   * @param {string} [focused]
   */
  async #do(work, focused = "") {
    try {
      const said = await work();
      this.show();
      if (focused) focus(focused);
      this.hooks.announce(said);
      return true;
    } catch (fault) {
      this.hooks.fault(fault instanceof Error ? fault.message : String(fault));
      return false;
    }
  }
}

/** Move the focus to the control of a name. @param {string} name */
function focus(name) {
  /** @type {HTMLElement | null} */
  const found = document.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  found?.focus();
}

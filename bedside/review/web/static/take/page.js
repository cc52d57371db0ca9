// The page of a take: loads it and joins playback, pictures and writings.

/** @import { Chart, Choice, LaneMark, Span, Take } from "./types.js" */

import { ask } from "./ask.js";
import { clock } from "./axis.js";
import { Deck } from "./deck.js";
import { element, find, findAs } from "./dom.js";
import { keys, release } from "./keys.js";
import { Notes } from "./notes.js";
import { head, offer } from "./offer.js";
import { Player } from "./player.js";
import { Scene } from "./scene.js";
import { fill } from "./table.js";
import { Written } from "./written.js";

const BEHIND = 6; // seconds: the window of a measure
const { take = "", seconds: length } = find("take").dataset;
const seconds = Number(length);

/** Tell a screen reader what was done. @param {string} words */
const announce = (words) => {
  find("says").textContent = words;
};
/** @param {string} words */
const fault = (words) => {
  find("fault").textContent = words;
  find("fault").hidden = !words;
};

async function begin() {
  /** @type {Take} */
  const given = await ask(`/api/takes/${take}`);
  const notes = new Notes(given.notes);
  const player = new Player(take, given.players, seconds, find("sounds"), () => deck?.show());
  const scene = new Scene(seconds, player, {
    seek: (to) => deck.seek(to),
    loop: (first, last, done) => deck.loop(first, last, done),
    open: (span) => deck.goTo(span),
    behind: (at, title) => behind(at, title),
    seen: () => {
      if (text.open) fill(findAs("table", HTMLTableElement), notes, scene.axis.start, scene.axis.end);
    },
  });
  const text = findAs("text", HTMLDetailsElement);
  const written = new Written(take, { go: (span) => deck.goTo(span), changed: () => fillLanes(), announce, fault });
  const deck = new Deck(take, player, scene, written, announce, fault);

  /** Play the six seconds before a moment, and list their notes. @param {number} at @param {string} title */
  const behind = (at, title) => {
    const first = Math.max(at - BEHIND, 0);
    player.span(first, at);
    find("behind").hidden = false;
    find("behind-title").textContent = `Notes behind ${title} at ${clock(at)}`;
    fill(findAs("behind-table", HTMLTableElement), notes, first, at);
  };

  /** Show everything that has a moment in the lanes. */
  const fillLanes = () => {
    /** @type {LaneMark[]} */
    const proposed = written.moments.map((moment) => {
      const { first, last, label: text } = moment;
      const verdict = written.verdict(moment);
      const colour = verdict && !verdict.accepted ? "edge" : "main";
      return { first, last, row: 0, text, shape: "diamond", colour, hollow: !verdict?.accepted };
    });
    /** @type {LaneMark[]} */
    const entries = written.entries.map(({ first, last, kind, words = "" }) => {
      return { first, last, row: 1, text: words, shape: kind === "remarks" ? "circle" : "flag", colour: "ink" };
    });
    /** @type {LaneMark[]} */
    const choices = given.choices.map((choice) => {
      const child = choice.by === "child";
      return { first: choice.seconds, last: choice.seconds, row: 2, text: chosen(choice), shape: child ? "circle" : "square", colour: child ? "child" : "therapist" };
    });
    /** @param {LaneMark[]} list */
    const inOrder = (list) => list.sort((one, other) => one.first - other.first);
    scene.lanes.marks = [...inOrder(proposed), ...inOrder(entries), ...inOrder(choices)];
    scene.redraw();
  };

  if (given.choices.length) scene.lanes.names.push("Choices");
  scene.load(notes, given.players, given.gaps);
  scene.measure();
  written.load(given);
  listChoices(given.choices, deck);
  deck.begin();
  keys(deck.keys(() => behind(player.position, "here")), findAs("keys", HTMLDialogElement));
  find("behind-close").addEventListener("click", () => {
    find("behind").hidden = true;
  });
  text.addEventListener("toggle", () => scene.hooks.seen());

  const frame = () => {
    player.tick();
    deck.draw();
    scene.draw();
    requestAnimationFrame(frame);
  };
  frame();
  document.documentElement.dataset.usable = String(Math.round(performance.now()));

  // The curves come after what is needed to listen.
  const measured = await ask(`/api/takes/${take}/measures`);
  /** @type {Chart[]} */
  const charts = measured.frames.map((/** @type {Chart} */ each) => ({ ...each, t: measured.t }));
  offer(charts, (wanted) => {
    scene.show(wanted, (each) => head(each, () => behind(player.position, each.title)));
    scene.showValues();
  });
  const { moments } = await ask(`/api/takes/${take}/moments`);
  find("proposed").hidden = !moments;
  written.propose(moments ?? []);
  document.documentElement.dataset.whole = String(Math.round(performance.now()));
}

/** List the choices, and say how many were a child's. @param {Choice[]} choices @param {Deck} deck */
function listChoices(choices, deck) {
  if (!choices.length) return;
  const own = choices.filter((choice) => choice.by === "child").length;
  const adult = choices.filter((choice) => choice.by === "adult").length;
  find("choices-share").textContent = `${own} of ${own + adult} choices were the child’s, ${adult} an adult’s.`;
  find("choices-list").hidden = false;
  find("choices").replaceChildren(
    ...choices.map((choice) => {
      const item = element("li");
      const button = element("button", "go");
      button.type = "button";
      const by = element("span", `by ${choice.by === "child" ? "child" : "therapist"}`);
      const when = element("time");
      when.textContent = clock(choice.seconds, 1);
      button.append(when, by, `${choice.by === "child" ? "Child" : "Adult"}: ${chosen(choice)}`);
      button.addEventListener("click", (event) => {
        deck.goTo({ first: choice.seconds, last: choice.seconds });
        release(event);
      });
      item.append(button);
      return item;
    }),
  );
}

/** @param {Choice} choice */
function chosen(choice) {
  return choice.which ? `${choice.what} ${choice.which}` : choice.what;
}

begin().catch((problem) => fault(problem.message));

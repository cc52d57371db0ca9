// The library shows what is found while it is still being looked for; without this, "Show" does.

const filters = document.querySelector("#filters");
const PAUSE = 120; // milliseconds without a key
let waiting = 0;
let asking = new AbortController();

filters.classList.add("live");
filters.addEventListener("input", (event) => {
  clearTimeout(waiting);
  waiting = setTimeout(look, event.target.type === "search" ? PAUSE : 0);
});

async function look() {
  asking.abort();
  asking = new AbortController();
  const wanted = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
  const address = `/?${wanted}`;
  let page;
  try {
    const answer = await fetch(address, { signal: asking.signal });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (fault) {
    if (fault.name !== "AbortError") location.assign(address);
    return;
  }
  const found = page.querySelector("#found");
  if (!found) {
    location.assign(address); // the visit has ended, or the words are too many
    return;
  }
  history.replaceState(null, "", address);
  document.querySelector("#found").replaceWith(document.adoptNode(found));
  document.querySelector("#count").textContent = page.querySelector("#count").textContent;
}

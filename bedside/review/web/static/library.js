// The library shows what is found while somebody is still typing; without this script, the button "Show" does.

const PAUSE = 120; // milliseconds without a key
const filters = /** @type {HTMLFormElement} */ (document.querySelector("#filters"));
let timer = 0;
let request = new AbortController();

filters.classList.add("live");
filters.addEventListener("input", ({ target }) => {
  clearTimeout(timer);
  const typing = target instanceof HTMLInputElement && target.type === "search";
  timer = setTimeout(search, typing ? PAUSE : 0);
});

async function search() {
  request.abort();
  request = new AbortController();
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(filters)) if (value) asked.append(name, String(value));
  const address = `/?${asked}`;
  let page;
  try {
    const answer = await fetch(address, { signal: request.signal });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (fault) {
    if (!(fault instanceof DOMException && fault.name === "AbortError")) location.assign(address);
    return;
  }
  const found = page.querySelector("#found");
  const count = page.querySelector("#count");
  if (!found || !count) {
    location.assign(address); // the visit has ended, or the words are too many
    return;
  }
  history.replaceState(null, "", address);
  document.querySelector("#found")?.replaceWith(document.adoptNode(found));
  const shown = document.querySelector("#count");
  if (shown) shown.textContent = count.textContent;
}

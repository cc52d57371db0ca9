// Fills in times from what is being heard, and plays a span from its beginning. Without this script, times are typed.

const audio = /** @type {HTMLAudioElement} */ (document.querySelector("audio"));

/** @param {number} seconds */
const clock = (seconds) => {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${Math.floor((seconds - whole) * 10)}`;
};

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button.now"))) {
  const field = document.getElementById(button.dataset.for ?? "");
  button.hidden = false;
  button.addEventListener("click", () => {
    if (field instanceof HTMLInputElement) field.value = clock(audio.currentTime);
  });
}

for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a.seek"))) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    audio.currentTime = Number(link.dataset.first);
    audio.play();
  });
}

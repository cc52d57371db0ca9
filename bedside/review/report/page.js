for (const at of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".moments .at[data-sound]"))) {
  const audio = document.getElementById(at.dataset.sound ?? "");
  if (!(audio instanceof HTMLAudioElement)) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = at.textContent;
  button.setAttribute("aria-label", "Play from " + at.textContent);
  button.addEventListener("click", () => { audio.currentTime = Number(at.dataset.at); audio.play(); });
  at.replaceWith(button);
}

for (const at of document.querySelectorAll(".moments .at[data-sound]")) {
  const audio = document.getElementById(at.dataset.sound);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = at.textContent;
  button.setAttribute("aria-label", "Play from " + at.textContent);
  button.addEventListener("click", () => { audio.currentTime = Number(at.dataset.at); audio.play(); });
  at.replaceWith(button);
}

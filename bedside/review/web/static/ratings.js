// Times are taken from what is being heard, and a span is heard again from its beginning. Without this they are typed.

const audio = document.querySelector("audio");

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${Math.floor((seconds - whole) * 10)}`;
};

for (const button of document.querySelectorAll("button.now")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    document.getElementById(button.dataset.for).value = clock(audio.currentTime);
  });
}

for (const link of document.querySelectorAll("a.seek")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    audio.currentTime = Number(link.dataset.first);
    audio.play();
  });
}

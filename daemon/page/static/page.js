// What the page does beyond plain HTML: the slider between before and after, and parts that need no new drawing.
"use strict";

document.documentElement.classList.add("js");

document.addEventListener("input", (event) => {
  const slider = event.target;
  if (slider.matches(".compare input[type=range]")) {
    slider.closest(".compare").style.setProperty("--at", slider.value + "%");
  }
});

// A part whose content is the same stays as it is: its pictures are not loaded again, and its sliders stay in place.
// In a part that changed, what a person opened stays open.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const now = event.detail.target;
  const next = event.detail.fragment.firstElementChild;
  if (next && next.dataset.content && next.dataset.content === now.dataset.content) {
    event.detail.shouldSwap = false;
  } else if (next) {
    const opened = now.querySelectorAll("details");
    next.querySelectorAll("details").forEach((one, n) => { one.open = one.open || Boolean(opened[n] && opened[n].open); });
  }
});

// A part in which somebody is typing or choosing waits for the next change.
document.addEventListener("htmx:beforeSwap", (event) => {
  const active = document.activeElement;
  if (active && event.detail.target.contains(active) && active.matches("input:not([type=range]), select, textarea")) {
    event.detail.shouldSwap = false;
  }
});

// Forms that search send themselves when a choice changes. Without this script they have a button.
document.addEventListener("change", (event) => {
  if (event.target.matches("form[data-at-once] select")) {
    event.target.form.requestSubmit();
  }
});

// A button is pressed once: a second click while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
  } else if (form.method === "post") {
    form.dataset.sent = "yes";
  }
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

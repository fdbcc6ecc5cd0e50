// What the page does beyond plain HTML: the slider between before and after, and careful updates.
"use strict";

document.documentElement.classList.add("js");

document.addEventListener("input", (event) => {
  const slider = event.target;
  if (slider.matches(".compare input[type=range]")) {
    slider.closest(".compare").style.setProperty("--at", slider.value + "%");
  }
});

// How an element is found again after its part was replaced.
function nameOf(element) {
  const form = element.closest("form");
  const verb = form && form.elements.verb ? form.elements.verb.value : "";
  const text = element.matches("summary") ? element.textContent : "";
  const place = element.closest("li, section, tr");
  const link = place ? place.querySelector("a, h3") : null;
  return [element.tagName, element.getAttribute("href"), form && form.getAttribute("action"), verb, text, link && link.textContent].join(" ");
}

let focused = "";

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const now = event.detail.target;
  const next = event.detail.fragment.firstElementChild;
  const active = document.activeElement;
  // A part whose content is the same stays: its pictures are not loaded again, and its sliders stay in place.
  const same = next && next.dataset.content && next.dataset.content === now.dataset.content;
  // A part in which somebody is typing or choosing waits for the next change.
  const typing = now.contains(active) && active.matches("input:not([type=range]), select, textarea");
  if (same || typing || !next) {
    event.detail.shouldSwap = false;
    return;
  }
  const open = new Set([...now.querySelectorAll("details[open] > summary")].map(nameOf));
  next.querySelectorAll("details > summary").forEach((summary) => {
    summary.parentElement.open = open.has(nameOf(summary));
  });
  if (now.contains(active)) {
    focused = nameOf(active);
  }
});

// The event is for each new part. Its `detail.target` is the part that was replaced.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const elements = focused ? [...event.target.querySelectorAll("a, button, summary")] : [];
  const again = elements.find((element) => nameOf(element) === focused);
  if (again) {
    focused = "";
    again.focus({ preventScroll: true });
  }
});

// A browser opens few connections to one address. A page that nobody sees gives its stream of events back; when it is
// seen again, it is told of the changes in between.
let parked = null;

document.addEventListener("visibilitychange", () => {
  const live = document.querySelector("[sse-connect]");
  if (document.hidden && live) {
    parked = live.cloneNode(true);
    window.htmx.remove(live);
  } else if (!document.hidden && parked) {
    document.querySelector("main").append(parked);
    window.htmx.process(parked);
    parked = null;
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

// The guide is moved by dragging, by its buttons and by arrows; a show opens over it. Without this it is a page of links.
document.addEventListener("DOMContentLoaded", () => {
  for (const choice of document.querySelectorAll("[data-submits]")) choice.addEventListener("change", () => choice.form.submit());
  const guide = document.querySelector("[data-guide]");
  if (!guide) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const start = Number(guide.dataset.start), stop = Number(guide.dataset.stop);
  const line = guide.querySelector(".rc-guide-line");
  const perSecond = () => line.clientWidth / (stop - start);
  const names = () => guide.querySelector(".rc-guide-name").clientWidth;
  const placeOf = (at) => (at - start) * perSecond();
  const moveTo = (left, smooth) => guide.scrollTo({ left: Math.max(0, left), behavior: smooth && !still ? "smooth" : "instant" });
  const toNow = (smooth) => moveTo(placeOf(Date.now() / 1000) - (guide.clientWidth - names()) / 3, smooth);

  const now = guide.querySelector("[data-now]");
  const sought = Number(guide.dataset.at);
  if (sought) {
    const show = guide.querySelector(`[data-row="${Number(guide.dataset.channel)}"] [data-start="${sought}"]`);
    moveTo(placeOf(sought) - 120, false);
    if (show) {
      show.classList.add("rc-sought");
      const row = show.closest("[data-row]");
      guide.scrollTop = row.offsetTop - guide.clientHeight / 3;
      show.focus({ preventScroll: true });
    }
  } else if (now) {
    toNow(false);
  } else {
    moveTo(placeOf(start + 18 * 3600), false);
  }
  if (now) setInterval(() => { now.style.setProperty("--at", (Date.now() / 1000 - start) / 60); }, 20000);

  for (const button of document.querySelectorAll("[data-pan]")) {
    button.addEventListener("click", () => {
      const way = Number(button.dataset.pan);
      if (way) moveTo(guide.scrollLeft + way * (guide.clientWidth - names()) * 0.8, true);
      else toNow(true);
    });
  }

  // Dragging with a mouse; fingers move it by themselves. A drag is no click.
  let held = null, dragged = false;
  guide.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button) return;
    held = { x: event.clientX, y: event.clientY, left: guide.scrollLeft, top: guide.scrollTop };
    dragged = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const x = event.clientX - held.x, y = event.clientY - held.y;
    if (!dragged && Math.hypot(x, y) < 5) return;
    dragged = true;
    guide.classList.add("rc-held");
    guide.scrollLeft = held.left - x;
    guide.scrollTop = held.top - y;
  });
  window.addEventListener("pointerup", () => { held = null; guide.classList.remove("rc-held"); });
  guide.addEventListener("dragstart", (event) => event.preventDefault());

  // Arrows go from show to show; up and down to what runs at the same time.
  guide.addEventListener("keydown", (event) => {
    const show = event.target.closest(".rc-show");
    if (!show || !event.key.startsWith("Arrow")) return;
    const row = show.closest("[data-row]");
    let next = null;
    if (event.key === "ArrowLeft") next = show.previousElementSibling;
    if (event.key === "ArrowRight") next = show.nextElementSibling;
    const beside = event.key === "ArrowUp" ? row.previousElementSibling : event.key === "ArrowDown" ? row.nextElementSibling : null;
    if (beside) {
      const at = Number(show.style.getPropertyValue("--at")) + 1;
      next = [...beside.querySelectorAll(".rc-show")].reverse().find((one) => Number(one.style.getPropertyValue("--at")) <= at);
    }
    event.preventDefault();
    if (!next || !next.classList.contains("rc-show")) return;
    next.focus({ preventScroll: true });
    const left = next.offsetLeft, right = left + Math.min(next.offsetWidth, 240);
    if (left < guide.scrollLeft) moveTo(left - 24, false);
    else if (right > guide.scrollLeft + guide.clientWidth - names()) moveTo(right - (guide.clientWidth - names()) + 24, false);
    next.closest("[data-row]").scrollIntoView({ block: "nearest" });
  });

  const dialog = document.querySelector("[data-show]");
  guide.addEventListener("click", async (event) => {
    const show = event.target.closest(".rc-show, .rc-guide-name a");
    if (!show) return;
    if (dragged) { event.preventDefault(); dragged = false; return; }
    if (!show.classList.contains("rc-show") || event.ctrlKey || event.metaKey || event.shiftKey || !dialog.showModal) return;
    event.preventDefault();
    try {
      const answer = await fetch(show.href, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      dialog.innerHTML = await answer.text();
      dialog.showModal();
    } catch {
      location.href = show.href;
    }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
});

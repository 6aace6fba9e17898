// Dark is the control room's default; whoever chooses another theme keeps it.
if (localStorage.getItem("adminTheme") === null) {
  localStorage.setItem("adminTheme", JSON.stringify("dark"));
}

// The bell on every page rings by itself.
document.addEventListener("DOMContentLoaded", () => {
  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(bell.dataset.bell, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (!answer.ok) return;
      const text = await answer.text();
      if (text !== bell.dataset.last) bell.innerHTML = text;
      bell.dataset.last = text;
    } catch {
      // The page's living part says that the station does not answer.
    }
  }, 4000);
});

// The Station page renews its living part in place; nothing moves while a hidden tab waits.
document.addEventListener("DOMContentLoaded", () => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  let busy = false;
  setInterval(async () => {
    if (busy || document.hidden || part.matches(":hover:has(a:focus), [data-calm]:has(tbody:hover, :focus-visible)")) return;
    busy = true;
    try {
      const answer = await fetch(part.dataset.live, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (answer.ok) {
        const text = await answer.text();
        if (text !== part.dataset.last) part.innerHTML = text;
        part.dataset.last = text;
        part.classList.remove("rc-stale");
      }
    } catch {
      part.classList.add("rc-stale");
    } finally {
      busy = false;
    }
  }, Number(part.dataset.every) || 2000);
});

// Dark is the control room's default; whoever chooses another theme keeps it.
if (localStorage.getItem("adminTheme") === null) {
  localStorage.setItem("adminTheme", JSON.stringify("dark"));
}

// The Station page renews its living part in place; nothing moves while a hidden tab waits.
document.addEventListener("DOMContentLoaded", () => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  let busy = false;
  setInterval(async () => {
    if (busy || document.hidden || part.matches(":hover:has(a:focus)")) return;
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
  }, 2000);
});

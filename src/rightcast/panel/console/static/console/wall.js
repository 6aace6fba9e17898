// The Wall: tiles are kept and changed in place; a picture is swapped when it has been loaded, and only where it is seen.
document.addEventListener("DOMContentLoaded", () => {
  const list = document.querySelector("[data-wall]");
  if (!list) return;
  const part = (name) => document.querySelector(`[data-wall-${name}]`);
  const kiosk = list.hasAttribute("data-wall-kiosk"), tiles = new Map();
  let present = [], show = "all", busy = false, missed = 0;
  const keep = (name, value) => { try { localStorage.setItem(`rightcast.wall.${name}`, value); } catch { /* for this visit then */ } };
  const kept = (name) => { try { return localStorage.getItem(`rightcast.wall.${name}`); } catch { return null; } };

  const looking = new IntersectionObserver((seen) => {
    for (const one of seen) {
      one.target.dataset.seen = one.isIntersecting ? "1" : "";
      if (one.isIntersecting) load(one.target);
    }
  }, { rootMargin: "200px" });

  function load(item) {
    const wanted = item.dataset.picture, image = item.querySelector("img");
    if (item.dataset.seen !== "1" || item.dataset.shown === wanted) return;
    item.dataset.shown = wanted;
    if (!wanted) { image.hidden = true; image.removeAttribute("src"); return; }
    const next = new Image();
    next.onload = () => { if (item.dataset.picture === wanted) { image.src = next.src; image.hidden = false; } };
    next.onerror = () => { if (item.dataset.shown === wanted) { item.dataset.shown = ""; image.hidden = true; } };
    next.src = wanted;
  }

  function made(tile) {
    const item = document.createElement("li");
    item.innerHTML = '<a><span class="rc-wall-picture"><span class="rc-wall-note"></span><img alt="" hidden decoding="async"><span class="rc-wall-fault"></span>' +
      '<span class="rc-wall-meter" hidden><i></i><b></b></span></span>' +
      '<span class="rc-wall-name"><span class="rc-lamp" aria-hidden="true"></span><b></b><span dir="auto"></span></span>' +
      '<span class="rc-wall-facts"></span></a>';
    looking.observe(item);
    tiles.set(tile.id, item);
    return item;
  }

  const say = (element, words) => { if (element.textContent !== words) element.textContent = words; };
  function fill(item, tile) {
    const name = item.querySelector(".rc-wall-name"), meter = item.querySelector(".rc-wall-meter");
    item.className = `rc-wall-tile rc-${tile.tone}`;
    item.firstChild.href = tile.link;
    say(name.children[1], String(tile.number));
    say(name.children[2], tile.name);
    item.title = [tile.name, tile.state, tile.fault].filter(Boolean).join(" · ");
    say(item.querySelector(".rc-wall-note"), tile.picture || tile.state === "taken down" ? "" : tile.radio ? "Radio" : "No picture yet");
    say(item.querySelector(".rc-wall-fault"), tile.fault);
    const facts = [tile.state + (tile.since ? ` ${tile.since}` : ""), tile.bitrate, tile.viewers ? `${tile.viewers} watching` : "", tile.age ? `seen ${tile.age} ago` : ""];
    say(item.querySelector(".rc-wall-facts"), facts.filter(Boolean).join(" · "));
    meter.hidden = tile.level === null;
    if (tile.level !== null) {
      meter.firstChild.style.height = `${tile.level}%`;
      meter.lastChild.style.bottom = `${tile.peak ?? tile.level}%`;
    }
    item.dataset.picture = tile.picture;
    load(item);
  }

  function chosen(tile) {
    const words = part("find").value.trim().toLowerCase();
    if (show === "faults" && tile.tone !== "bad" && tile.tone !== "warn") return false;
    if (show === "watched" && !tile.viewers) return false;
    return !words || String(tile.number).startsWith(words) || tile.name.toLowerCase().includes(words);
  }

  function paint() {
    const wanted = present.filter(chosen), held = list.matches(":hover, :focus-within") && !kiosk;
    const there = new Set(present.map((tile) => tile.id));
    for (const [id, item] of tiles) {
      if (!there.has(id)) { looking.unobserve(item); item.remove(); tiles.delete(id); }
    }
    const visible = new Set(wanted.map((tile) => tile.id));
    let place = list.firstElementChild;
    for (const tile of wanted) {
      const item = tiles.get(tile.id) ?? made(tile);
      fill(item, tile);
      item.hidden = false;
      if (held && item.parentNode === list) continue;  // nothing moves under the pointer
      if (item === place) { place = place.nextElementSibling; } else { list.insertBefore(item, place); }
    }
    for (const [id, item] of tiles) { if (!visible.has(id)) item.hidden = true; }
    const counts = { all: present.length, faults: present.filter((one) => one.tone === "bad" || one.tone === "warn").length, watched: present.filter((one) => one.viewers).length };
    for (const button of document.querySelectorAll("[data-wall-show]")) { say(button.querySelector("b"), String(counts[button.dataset.wallShow])); }
    part("none").hidden = wanted.length > 0;
    const words = part("none-words");
    if (words && present.length) say(words, show === "faults" ? "No channel has a fault now." : show === "watched" ? "Nobody watches now." : "No channel is called so.");
    if (kiosk) fit(wanted.length);
  }

  // On a monitor all tiles are shown at once, as large as the screen lets them be; small ones leave out the facts.
  function fit(count) {
    const gap = 8, least = 100, width = list.clientWidth, height = window.innerHeight - list.getBoundingClientRect().top - gap;
    let best = least;
    for (let columns = 1; columns <= 32; columns += 1) {
      const wide = (width - gap * (columns - 1)) / columns, rows = Math.ceil(count / columns), words = wide < 190 ? 36 : 76;
      if (wide < least) break;
      if (rows * ((wide * 9) / 16 + words + gap) <= height) { best = Math.floor(wide) - 1; break; }
    }
    list.style.setProperty("--tile", `${best}px`);
  }

  async function look() {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(list.dataset.wall, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const wall = await answer.json();
      present = wall.tiles;
      missed = 0;
      part("said").className = `rc-wall-said rc-${wall.tone}`;
      say(part("sentence"), wall.sentence);
      part("more").hidden = !wall.more;
      say(part("more"), `${wall.more} more channels without a fault are not shown.`);
      list.classList.remove("rc-stale");
      paint();
    } catch {
      missed += 1;
      if (missed > 1) {
        list.classList.add("rc-stale");
        part("said").className = "rc-wall-said rc-bad";
        say(part("sentence"), "The console does not answer; these pictures are old.");
      }
    } finally { busy = false; }
  }

  for (const button of document.querySelectorAll("[data-wall-show]")) {
    button.addEventListener("click", () => choose(button.dataset.wallShow));
  }
  function choose(what) {
    show = what;
    keep("show", what);
    for (const button of document.querySelectorAll("[data-wall-show]")) button.setAttribute("aria-pressed", String(button.dataset.wallShow === what));
    paint();
  }
  const size = part("size");
  const resize = () => { if (!kiosk) { list.style.setProperty("--tile", `${size.value}px`); } keep("size", size.value); };
  size.value = kept("size") ?? size.value;
  size.addEventListener("input", resize);
  resize();
  part("find").addEventListener("input", paint);
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "f") choose(show === "faults" ? "all" : "faults");
  });
  if (kiosk) {
    const clock = part("clock"), full = part("full");
    const tick = () => say(clock, new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
    setInterval(tick, 1000);
    tick();
    full.addEventListener("click", () => document.documentElement.requestFullscreen?.());
    document.addEventListener("fullscreenchange", () => { full.hidden = !!document.fullscreenElement; });
    window.addEventListener("resize", () => fit(present.filter(chosen).length));
    navigator.wakeLock?.request("screen").catch(() => { /* the monitor's own setting counts then */ });
  }
  if (["faults", "watched"].includes(kept("show")) && !kiosk) choose(kept("show"));
  look();
  setInterval(look, 2000);
});

// What pages do beyond links and forms: refresh themselves, say when data are stale, and move the focus by keys.

const EVERY = 60_000, PULSE = 5_000, STALE = 20_000;
const policy = window.trustedTypes?.createPolicy("board", { createHTML: (text) => text });
const $ = (selector, root = document) => root.querySelector(selector);

let paused = false, tag = null;
// when the database last answered, and when the worker last beat
let answered = Date.now(), beat = Date.now();

function inUse(main) {
  const focused = document.activeElement;
  if (focused && main.contains(focused) && focused.matches("input, select, textarea")) return true;
  if ($("input:checked[data-pick], details[open][data-keep]", main)) return true;
  const selection = window.getSelection();
  return Boolean(selection && !selection.isCollapsed && main.contains(selection.anchorNode));
}

async function refresh() {
  const main = $("#main");
  if (paused || document.hidden || !main || inUse(main) || !$("main [data-live]")) return;
  const headers = { "X-Shixian-Refresh": "1" };
  if (tag) headers["If-None-Match"] = tag;
  let answer;
  try {
    answer = await fetch(location.href, { headers, credentials: "same-origin" });
  } catch {
    return;
  }
  if (answer.status === 401) location.reload();
  if (answer.status === 304) answered = Date.now();
  if (answer.status !== 200 || answer.redirected) return;
  tag = answer.headers.get("ETag");
  const text = await answer.text();
  if (paused || inUse(main)) return;
  swap(new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html"), main);
  answered = Date.now();
}

function swap(page, main) {
  const said = changes(main, page), focused = document.activeElement?.id, top = window.scrollY;
  const entered = new Map([...fields(main)].filter(([, field]) => changed(field)));
  main.replaceChildren(...page.querySelector("#main").childNodes);
  for (const [name, field] of fields(main)) if (entered.has(name)) enter(field, entered.get(name));
  wake();
  for (const selector of ["nav ul", "#as-of"]) {
    const [mine, theirs] = [$(selector), page.querySelector(selector)];
    if (mine && theirs) mine.replaceChildren(...theirs.childNodes);
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  window.scrollTo({ top });
  if (said) $("#said").textContent = said;
}

// what may be entered, by form and name
function* fields(main) {
  for (const one of main.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (one.name) yield [`${one.form?.getAttribute("action") ?? ""} ${one.name} ${one.type === "radio" ? one.value : ""}`, one];
  }
}

// whether it holds what the page did not come with: that is somebody's, and stays
function changed(field) {
  if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

function enter(field, from) {
  if (field.matches("[type=checkbox], [type=radio]")) field.checked = from.checked;
  else field.value = from.value;
}

// what does something only with a script
function wake() {
  for (const one of document.querySelectorAll("[data-print], [data-pick-all], [data-picked]")) one.hidden = false;
}

// counts that changed, once: "Overdue 37 → 38"
function changes(before, after) {
  const said = [];
  for (const one of before.querySelectorAll("[data-count]")) {
    const now = after.querySelector(`[data-count="${CSS.escape(one.dataset.count)}"]`);
    const was = one.textContent.trim();
    if (now && now.textContent.trim() !== was) said.push(`${one.dataset.count} ${was} → ${now.textContent.trim()}`);
  }
  return said.slice(0, 3).join("; ");
}

async function pulse() {
  const strip = $("#stale"), path = document.body.dataset.pulse;
  if (!strip || !path) return;
  try {
    const answer = await fetch(path, { headers: { "X-Shixian-Refresh": "1" }, credentials: "same-origin", signal: AbortSignal.timeout(PULSE) });
    if (answer.ok) {
      const { age } = await answer.json();
      answered = Date.now();
      if (age !== null) beat = answered - age * 1000;
    }
  } catch {
    // nothing came: the data grow old
  }
  const age = Date.now() - Math.min(answered, beat);
  strip.hidden = age < STALE;
  if (!strip.hidden) {
    const time = $("#as-of")?.textContent ?? "";
    strip.textContent = strip.dataset.text.replace("{time}", time).replace("{n}", String(Math.round(age / 1000)));
  }
}

// keys: / search, g then a page's own, j k row, x select, [ ] previous and next page, ? their list
// kept in a cookie: signing out empties the storage
const off = () => /(^|; )keys=0(;|$)/.test(document.cookie);
let going = 0;

function onKey(event) {
  if (off() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
  const gone = Date.now() - going < 1500;
  going = 0;
  if (gone) {
    const link = $(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) return act(event, () => link.click());
  }
  const keys = {
    "/": () => $(".find [type=search]")?.focus(),
    g: () => { going = Date.now(); },
    j: () => row(1),
    k: () => row(-1),
    x: () => document.activeElement?.closest("tr")?.querySelector("[data-pick]")?.click(),
    "[": () => $("[rel=prev]")?.click(),
    "]": () => $("[rel=next]")?.click(),
    "?": () => $("[data-keys]")?.click(),
  };
  if (Object.hasOwn(keys, event.key)) act(event, keys[event.key]);
}

function act(event, what) {
  event.preventDefault();
  what();
}

function row(step) {
  const links = [...document.querySelectorAll("main [data-row]")];
  if (!links.length) return;
  const here = links.indexOf(document.activeElement);
  links[Math.min(Math.max(here < 0 && step < 0 ? links.length - 1 : here + step, 0), links.length - 1)].focus();
}

const asked = new URLSearchParams(location.search).get("keys");
if (asked !== null) document.cookie = `keys=${asked === "0" ? 0 : 1}; path=/; max-age=31536000; samesite=lax`;
const state = $("#keys-state");
if (state) state.textContent = off() ? state.dataset.off : state.dataset.on;
document.addEventListener("keydown", onKey);
document.addEventListener("change", (event) => {
  const all = event.target.closest?.("[data-pick-all]");
  if (all) for (const one of document.querySelectorAll("[data-pick]")) one.checked = all.checked;
  const picked = $("#picked");
  if (picked) picked.textContent = String(document.querySelectorAll("[data-pick]:checked").length);
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
});
// the row on which somebody was, after a reload and on the way back; the one that the address names
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-row][id]")) history.replaceState({ ...history.state, row: event.target.id }, "");
});
document.getElementById(history.state?.row ?? location.hash.slice(1))?.focus();
wake();
if ($("main [data-live]")) {
  $(".refresh")?.removeAttribute("hidden");
  const button = $("#pause");
  button?.addEventListener("click", () => {
    paused = !paused;
    const text = button.textContent;
    button.textContent = button.dataset.goOn;
    button.dataset.goOn = text;
    button.setAttribute("aria-pressed", String(paused));
    if (!paused) refresh();
  });
  setInterval(refresh, EVERY);
}
pulse();
setInterval(pulse, PULSE);

// Everything works without this script. With it the filter is live, sorting and paging keep the
// place, and the page keeps itself up to date.
"use strict";

(() => {
  const REFRESH_MS = 10000;
  const TYPING_MS = 250;
  const live = document.getElementById("live");
  if (!live) return;
  const form = document.getElementById("filter");
  const filter = document.getElementById("q");
  let paused = false;
  let request = null;

  // What had the focus, said so that it is found again in the new content.
  const placeOf = (element) => {
    if (!element || !live.contains(element)) return null;
    const head = element.closest("thead th");
    if (head) return () => live.querySelectorAll("thead th")[head.cellIndex].querySelector("a");
    if (element.hasAttribute("href")) {
      const address = element.getAttribute("href");
      return () => live.querySelector(`a[href="${CSS.escape(address)}"]`);
    }
    const label = element.getAttribute("aria-label");
    return label ? () => live.querySelector(`[aria-label="${CSS.escape(label)}"]`) : null;
  };

  const setStale = (since) => {
    let note = document.getElementById("stale");
    if (!since) return note && note.remove();
    if (note) return;
    note = document.createElement("p");
    note.id = "stale";
    note.className = "alarm";
    note.setAttribute("role", "alert");
    note.textContent = `The exporter does not answer since ${since}: what you see is from before.`;
    live.before(note);
  };

  const show = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const content = fresh.getElementById("live");
    if (!content) throw new Error("no such page");
    const place = placeOf(document.activeElement);
    const scrolled = Array.from(live.querySelectorAll(".scroll"), (box) => box.scrollLeft);
    live.replaceChildren(...content.childNodes);
    live.querySelectorAll(".scroll").forEach((box, i) => { box.scrollLeft = scrolled[i] || 0; });
    document.title = fresh.title;
    const summary = document.getElementById("summary");
    const said = fresh.getElementById("summary");
    if (summary && said && summary.textContent !== said.textContent) {
      summary.textContent = said.textContent;  // announced, since it is a status
    }
    const element = place && place();
    if (element) element.focus({ preventScroll: true });
  };

  const load = async (address) => {
    if (request) request.abort();
    const mine = request = new AbortController();
    try {
      const response = await fetch(address, { signal: mine.signal, cache: "no-store" });
      if (!response.ok) throw new Error(String(response.status));
      show(await response.text());
      setStale(null);
    } catch (error) {
      if (error.name !== "AbortError") setStale(new Date().toLocaleTimeString());
    } finally {
      if (request === mine) request = null;
    }
  };

  const go = (address, replace) => {
    history[replace ? "replaceState" : "pushState"](null, "", address);
    load(address);
  };

  // The address of what the form says, without what says nothing.
  const addressOfForm = () => {
    const usual = { q: "", sort: "worst", order: "asc", rows: "100", show: "all" };
    const parameters = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value !== usual[name]) parameters.append(name, value);
    }
    const text = parameters.toString();
    return text ? `/?${text}` : "/";
  };

  const takeToForm = (address) => {
    const parameters = new URL(address, location.href).searchParams;
    for (const [name, usual] of [["sort", "worst"], ["order", "asc"], ["rows", "100"], ["q", ""]]) {
      form.elements[name].value = parameters.get(name) || usual;
    }
    form.elements.show.value = parameters.get("show") || "all";
  };

  const rowLinks = () => Array.from(live.querySelectorAll("tbody th a"));

  const moveRow = (step) => {
    const links = rowLinks();
    const row = document.activeElement.closest("tbody tr");
    const now = row ? links.indexOf(row.querySelector("th a")) : (step > 0 ? -1 : links.length);
    const next = links[Math.max(0, Math.min(links.length - 1, now + step))];
    if (next) next.focus();
  };

  // Single keys count only while the table has the focus, but for "/", which leads to the filter.
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing) {
      filter.focus();
      filter.select();
    } else if (event.target === filter && event.key === "ArrowDown") {
      moveRow(1);
    } else if (event.target.closest(".scroll") && ["ArrowDown", "j"].includes(event.key)) {
      moveRow(1);
    } else if (event.target.closest(".scroll") && ["ArrowUp", "k"].includes(event.key)) {
      moveRow(-1);
    } else if (event.target.closest(".scroll") && /^[1-9]$/.test(event.key)) {
      const head = live.querySelectorAll("thead th a")[Number(event.key) - 1];
      if (head) head.click();
    } else {
      return;
    }
    event.preventDefault();
  };

  const onClick = (event) => {
    const link = event.target.closest("a");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || !/^\/(\?|$)/.test(link.getAttribute("href"))) return;
    event.preventDefault();
    takeToForm(link.href);
    go(link.getAttribute("href"), false);
  };

  const followForm = () => {
    let timer = 0;
    filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => go(addressOfForm(), true), TYPING_MS);
    });
    form.addEventListener("change", (event) => {
      if (event.target !== filter) go(addressOfForm(), false);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      go(addressOfForm(), false);
    });
    live.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    addEventListener("popstate", () => {
      takeToForm(location.href);
      load(location.href);
    });
  };

  const addPauseButton = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "live-toggle";
    button.textContent = "Pause updates";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      paused = !paused;
      button.setAttribute("aria-pressed", String(paused));
    });
    document.querySelector(".top").append(button);
  };

  const busy = () =>
    paused || request || document.hidden || !getSelection().isCollapsed ||
    live.querySelector("details[open]");

  if (form) followForm();
  addPauseButton();
  setInterval(() => { if (!busy()) load(location.href); }, REFRESH_MS);
})();

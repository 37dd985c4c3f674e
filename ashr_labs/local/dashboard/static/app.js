"use strict";
(() => {
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const stored = () => { try { return localStorage.getItem("ashr-theme") || "auto"; } catch { return "auto"; } };
  const store = (theme) => { try { localStorage.setItem("ashr-theme", theme); } catch { /* not allowed here */ } };
  function applyTheme(theme) {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }
  applyTheme(stored());  // before the page is painted

  const isTyping = (target) => target.matches("input:not([type=hidden]), select, textarea") || target.isContentEditable;

  function setUpTheme(button) {
    const show = () => { button.textContent = { auto: "Theme: auto", light: "Theme: light", dark: "Theme: dark" }[stored()]; };
    button.hidden = false;
    button.addEventListener("click", () => {
      store(themes[(themes.indexOf(stored()) + 1) % themes.length]);
      applyTheme(stored());
      show();
    });
    show();
  }

  function setUpSides(button) {
    const sides = ["both", "expected", "actual"];
    if (!document.querySelector(".pair, table.arguments")) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = sides[(sides.indexOf(document.body.dataset.sides || "both") + 1) % sides.length];
      document.body.dataset.sides = next;
      button.textContent = `Show: ${next}`;
    });
  }

  function setUpFold(button) {
    const all = () => [...document.querySelectorAll("main details.long, main details.node")];
    if (!all().length) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const opens = all().some((one) => !one.open);
      all().forEach((one) => { one.open = opens; });
      button.textContent = opens ? "Close all" : "Open all";
    });
  }

  function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  }

  /* In tables, n and p go to the next and the previous failed row, j and k to any; Enter follows its link. */
  function move(step, selector) {
    const rows = [...document.querySelectorAll(selector)];
    if (!rows.length) return;
    const current = document.querySelector("tr.current");
    const all = [...document.querySelectorAll("tr[data-row]")];
    const at = all.indexOf(current);
    const ahead = step > 0 ? rows.find((row) => all.indexOf(row) > at) : rows.findLast((row) => all.indexOf(row) < at);
    if (!ahead) return;
    current?.classList.remove("current");
    ahead.classList.add("current");
    const link = ahead.querySelector("a");
    link?.focus({ preventScroll: true });
    ahead.scrollIntoView({ block: "nearest" });
  }

  const rowKeys = { j: [1, "tr[data-row]"], k: [-1, "tr[data-row]"], n: [1, "tr[data-failed]"], p: [-1, "tr[data-failed]"] };
  const keyed = () => [...document.querySelectorAll("[data-key]")].filter((one) => !one.hidden);

  function showHelp() {
    const dialog = document.getElementById("help");
    if (dialog.open) { dialog.close(); return; }
    const rows = keyed().map((one) => [one.dataset.key.split(" "), one.dataset.help]);
    if (document.querySelector("tr[data-row]")) rows.push([["j", "k"], "next and previous row"]);
    if (document.querySelector("tr[data-failed]")) rows.push([["n", "p"], "next and previous failed row"]);
    rows.push([["?"], "this list"]);
    document.getElementById("help-keys").replaceChildren(...rows.flatMap(([keys, text]) => {
      const term = document.createElement("dt");
      keys.forEach((key) => { const cap = document.createElement("kbd"); cap.textContent = key; term.append(cap, " "); });
      const description = document.createElement("dd");
      description.textContent = text;
      return [term, description];
    }));
    dialog.showModal();
  }

  function onKey(event) {
    if (event.key === "Escape" && isTyping(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "?") { event.preventDefault(); showHelp(); return; }
    if (document.getElementById("help").open) return;
    const target = keyed().find((one) => one.dataset.key.split(" ").includes(event.key));
    if (target) {
      event.preventDefault();
      if (target.matches("input, textarea")) target.focus();
      else target.click();
    } else if (rowKeys[event.key]) {
      event.preventDefault();
      move(...rowKeys[event.key]);
    }
  }

  /* What is played is followed: its page is read again, and only what has changed is replaced. With `data-events`, the
     server says when, and its counts are shown at once; a page that takes long to make is read less often. */
  function setUpReload(notice) {
    const pause = Number(notice.dataset.reload) * 1000;
    let [timer, wait, source] = [null, pause, null];
    async function reload() {
      timer = null;
      const shown = document.getElementById("main");
      if (!document.hidden && !isTyping(document.activeElement ?? document.body)) {
        const begin = performance.now();
        const response = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
        if (response?.redirected) { source?.close(); return; }
        if (response?.ok) {
          replace(shown, new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main"));
          if (!shown.querySelector("[data-reload]")) { source?.close(); return; }
        }
        wait = Math.max(pause, 4 * (performance.now() - begin));
      }
      if (!source || source.readyState === EventSource.CLOSED) later();
    }
    const later = () => { timer ??= setTimeout(reload, wait); };
    const progress = (event) => {
      const { tests_done: done, tests_total: total } = JSON.parse(event.data);
      const [text, bar] = ["[data-progress]", "progress"].map((one) => document.querySelector(`#main ${one}`));
      if (text) text.textContent = total ? `${done.toLocaleString("en")} of ${total.toLocaleString("en")}` : done.toLocaleString("en");
      if (bar && total) bar.value = done / total;
      later();
    };
    if (!notice.dataset.events) { later(); return; }
    source = new EventSource(notice.dataset.events);
    source.addEventListener("progress", progress);
    source.addEventListener("test_finished", progress);
    source.addEventListener("ended", () => { source.close(); later(); });
    source.addEventListener("error", later);
  }

  function replace(shown, fresh) {
    const place = (one) => one?.getAttribute?.("href") ?? one?.id;
    const focused = shown.contains(document.activeElement) ? place(document.activeElement) : null;
    const open = [...shown.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
    if (fresh.innerHTML === shown.innerHTML) return;
    shown.replaceChildren(...fresh.childNodes);
    shown.querySelectorAll("details > summary").forEach((one) => { if (open.includes(one.textContent)) one.parentElement.open = true; });
    setUpMain();
    if (focused) [...shown.querySelectorAll("a, button, select")].find((one) => place(one) === focused)?.focus({ preventScroll: true });
  }

  function setUpMain() {
    document.querySelectorAll("select[data-submit]").forEach((one) => { one.onchange = () => one.form.requestSubmit(); });
    document.querySelectorAll("[data-hide]").forEach((one) => { one.hidden = true; });
  }

  addEventListener("DOMContentLoaded", () => {
    setUpMain();
    setUpTheme(document.getElementById("theme"));
    const help = document.getElementById("help-button");
    help.hidden = false;
    help.addEventListener("click", showHelp);
    const [sides, fold, notice] = ["#sides", "#fold", "[data-reload]"].map((one) => document.querySelector(one));
    if (sides) setUpSides(sides);
    if (fold) setUpFold(fold);
    if (notice) setUpReload(notice);
    openTarget();
    addEventListener("hashchange", openTarget);
    document.addEventListener("keydown", onKey);
    root.dataset.ready = "yes";
  });
})();

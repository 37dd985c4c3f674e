"use strict";
(() => {
  const data = { rows: JSON.parse(document.getElementById("rows-data").textContent) };
  /* A test is a line of JSON, read when it is looked at: thousands of them would keep the page waiting. */
  const lines = document.getElementById("tests-data").textContent.split("\n");
  const testAt = (place) => JSON.parse(lines[place]);
  const rows = document.getElementById("rows");
  const search = document.getElementById("search");
  const tags = document.getElementById("tags");
  const chosen = new Set();

  function el(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }
  const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const listed = (value) => (Array.isArray(value) ? value : []);
  function status(value) {
    const word = String(value ?? "");
    return el("span", /^[a-z]+$/.test(word) ? word : "", word);
  }

  /* Keys are sorted, so that the same object in another order is the same text. */
  function sorted(value) {
    if (Array.isArray(value)) return value.map(sorted);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  }
  const isSame = (one, other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

  function argumentTable(expected, actual) {
    const table = el("table", "", el("tr", "", ...["argument", "expected", "actual"].map((word) => el("th", "", word))));
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const cells = [expected, actual].map((side) => el("td", "", el("code", "", key in side ? asText(side[key]) : "–")));
      const differs = !(key in expected && key in actual && isSame(expected[key], actual[key]));
      if (differs) cells.forEach((cell) => cell.firstChild.replaceWith(el("mark", "", cell.firstChild.cloneNode(true))));
      table.append(el("tr", "", el("td", "", key), ...cells));
    }
    return table;
  }

  const argumentsOf = (call) => (isObject(call) && isObject(call.arguments) ? call.arguments : {});
  const isAbsent = (call) => !isObject(call) || ["NOT_CALLED", "NONE_EXPECTED"].includes(call.name ?? call.tool_name);
  const nameOf = (call) => (isObject(call) ? String(call.name ?? call.tool_name ?? "?") : "?");

  function toolCall(call, reasons) {
    if (!isObject(call)) return el("div", "", asText(call));
    const [expected, actual] = [call.expected, call.actual];
    const names = isAbsent(actual) ? `${nameOf(expected)}: not called`
      : isAbsent(expected) ? `${nameOf(actual)}: not expected`
      : nameOf(expected) === nameOf(actual) ? nameOf(actual) : `${nameOf(expected)} → ${nameOf(actual)}`;
    return el("div", "said",
      el("div", "", el("span", "label", "tool call "), el("code", "", names), " ", status(call.match_status)),
      Object.keys({ ...argumentsOf(expected), ...argumentsOf(actual) }).length
        ? argumentTable(argumentsOf(expected), argumentsOf(actual)) : null,
      isObject(actual) && actual.error ? el("div", "soft", `error: ${asText(actual.error)}`)
        : isObject(actual) && actual.result !== undefined ? el("div", "soft", `result: ${asText(actual.result)}`) : null,
      note(call, reasons));
  }

  /* A note that a reason of the verdict repeats is not shown again. */
  function note(entry, reasons) {
    const text = String(entry.divergence_notes ?? "");
    return text && !reasons.some((reason) => reason.includes(text)) ? el("div", "soft", text) : null;
  }

  const textOf = (response) => (isObject(response) ? String(response.text ?? "") : String(response ?? ""));

  function agentText(action, reasons) {
    const similarity = typeof action.semantic_similarity === "number" ? ` ${action.semantic_similarity.toFixed(2)}` : "";
    const sides = [["expected", action.expected_response], ["actual", action.actual_response]];
    return el("div", "said",
      el("div", "", el("span", "label", "agent "), status(action.match_status), similarity),
      el("div", "pair", ...sides.map(([label, side]) =>
        el("div", "box", el("div", "label", label), textOf(side)))),
      note(action, reasons));
  }

  const tookText = (turn) => [
    typeof turn.latency_ms === "number" ? `answered in ${Number(turn.latency_ms.toPrecision(3))} ms` : "",
    typeof turn.usage?.cost_usd === "number" ? `$${turn.usage.cost_usd.toFixed(4)}` : "",
  ].filter(Boolean).join(" · ");

  function step(action, turns, reasons) {
    if (!isObject(action)) return el("div", "said", asText(action));
    if (Array.isArray(action.tool_calls)) return el("div", "", ...action.tool_calls.map((call) => toolCall(call, reasons)));
    if (action.actor === "agent") return agentText(action, reasons);
    const took = turns.get(action.action_index);
    return el("div", "said", el("div", "label", String(action.actor ?? ""), took ? ` · ${took}` : ""),
      String(action.text ?? action.content ?? action.file_path ?? ""));
  }

  function scoreText(score) {
    if (!isObject(score)) return String(score);
    const value = typeof score.value === "number" ? String(Number(score.value.toFixed(3))) : "not scored";
    return score.reason ? `${value} (${score.reason})` : value;
  }

  function facts(test) {
    const usage = isObject(test.usage) ? test.usage : {};
    return [
      test.repeat === undefined ? "" : `repeat ${test.repeat}`,
      typeof test.seconds === "number" ? `${test.seconds} s` : "",
      usage.cost_usd === undefined ? "" : `$${Number(usage.cost_usd).toFixed(4)}`,
      ...Object.entries(isObject(test.scores) ? test.scores : {}).map(([name, score]) => `${name} ${scoreText(score)}`),
      typeof test.trace_id === "string" ? `trace ${test.trace_id}` : "",
    ].filter(Boolean).join(" · ");
  }

  function transcript(test) {
    const error = isObject(test.error) ? test.error : null;
    const turns = new Map(listed(test.turns).filter(isObject).map((turn) => [turn.action_index, tookText(turn)]));
    const reasons = [...new Set(listed(test.verdict_reasons).map(String))];
    return el("div", "transcript",
      el("div", "soft", facts(test)),
      reasons.length ? el("ul", "", ...reasons.map((reason) => el("li", "", reason))) : null,
      ...listed(test.action_results).map((action) => step(action, turns, reasons)),
      error ? el("pre", "error", [error.path, error.traceback || `${error.type ?? ""}: ${error.message ?? ""}`]
        .filter(Boolean).join("\n")) : null);
  }

  function opened(row) {
    const sides = row.sides.map(([label, tests]) =>
      el("div", "", el("div", "label", label), ...tests.map((place) => transcript(testAt(place)))));
    return sides.length === 1 ? sides[0] : el("div", "sides", ...sides);
  }

  function rowElement(row) {
    const made = el("details", "",
      el("summary", "", el("span", `kind ${row.kind}`, row.kind), el("span", "name", row.id), el("span", "soft", row.title), el("span", "why", row.why)));
    made.addEventListener("toggle", () => {
      if (made.open && made.childElementCount === 1) made.append(opened(row));
    });
    return made;
  }

  const elements = data.rows.map(rowElement);
  let haystacks = null;  /* made at the first search */
  function said(value) {
    if (typeof value === "string") return value;
    return value !== null && typeof value === "object" ? Object.values(value).map(said).join("\n") : "";
  }
  const haystack = (row) =>
    [row.id, row.title, row.why, ...row.sides.flatMap(([, tests]) => tests.map((place) => said(testAt(place))))].join("\n").toLowerCase();

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) haystacks ??= data.rows.map(haystack);
    let shown = 0;
    data.rows.forEach((row, place) => {
      const fits = (!chosen.size || chosen.has(row.kind)) && (!tags.value || row.tags.includes(tags.value))
        && words.every((word) => haystacks[place].includes(word));
      elements[place].hidden = !fits;
      shown += fits;
    });
    document.getElementById("count").textContent = `${shown} of ${data.rows.length}`;
  }

  function kindButton(kind, count) {
    const button = el("button", kind, `${kind} ${count}`);
    button.type = "button";
    button.dataset.kind = kind;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const isOn = !chosen.delete(kind);
      if (isOn) chosen.add(kind);
      button.setAttribute("aria-pressed", String(isOn));
      apply();
    });
    return button;
  }

  const counts = new Map();
  data.rows.forEach((row) => counts.set(row.kind, (counts.get(row.kind) ?? 0) + 1));
  document.getElementById("kinds").append(...[...counts].map(([kind, count]) => kindButton(kind, count)));
  const allTags = [...new Set(data.rows.flatMap((row) => row.tags))].sort();
  tags.append(...allTags.map((tag) => {
    const option = el("option", "", tag);
    option.value = tag;
    return option;
  }));
  tags.hidden = !allTags.length;
  tags.addEventListener("change", apply);
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  });
  rows.append(...elements);
  /* Rows that were never on the screen have no size yet, and would print as empty space. */
  addEventListener("beforeprint", () => elements.forEach((one) => { one.style.contentVisibility = "visible"; }));
  addEventListener("afterprint", () => elements.forEach((one) => { one.style.contentVisibility = ""; }));
  apply();
  document.documentElement.dataset.ready = "yes";
})();

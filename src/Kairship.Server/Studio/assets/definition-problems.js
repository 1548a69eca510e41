// What stands against publishing the definition that the designer shows: a list below the page's header, and marks at the nodes.

import { countOf, nodeMarks, textOf } from "/assets/node-marks.js";

// What the designer calls when it changes a definition, and when it opens a version of one. Lists have a query.
const changes = /^\/elsa\/api\/workflow-definitions(\/import|\/[^/]+\/(publish|retract|import|revert\/\d+|versions\/\d+\/revert))?$/;
const opens = /^\/elsa\/api\/workflow-definitions\/by-id\/([^/]+)$/;

/**
 * Asks the server, after each change that the designer made: it judges what is saved, as publishing does.
 * @param {string} id
 * @param {HTMLElement} stage
 * @returns {{ element: HTMLElement, end: () => void }}
 */
export function definitionProblems(id, stage) {
  const api = `/api/v1/workflows/${encodeURIComponent(id)}`;
  const marks = nodeMarks(stage);
  const summary = document.createElement("summary");
  const list = document.createElement("ul");
  const box = Object.assign(document.createElement("details"), { className: "problems", hidden: true });
  box.append(summary, list);
  let version = "";
  let shown = "";
  let looking = false;
  let lookAgain = false;
  let ended = false;
  const calls = new PerformanceObserver(entries => entries.getEntries().forEach(e => follow(new URL(e.name))));
  calls.observe({ type: "resource" });
  // Somebody else may have changed it meanwhile.
  addEventListener("focus", look);
  document.addEventListener("pointerdown", close);
  box.addEventListener("keydown", event => {
    if (event.key === "Escape" && box.open) {
      box.open = false;
      summary.focus();
    }
  });
  look();
  return {
    element: box,
    end() {
      ended = true;
      calls.disconnect();
      removeEventListener("focus", look);
      document.removeEventListener("pointerdown", close);
      marks.end();
    },
  };

  /** After a change the latest version is shown; another one is opened by its own id, which other definitions' versions have, too. */
  function follow({ pathname, search }) {
    const opened = pathname.match(opens)?.[1];
    if (opened) {
      open(opened).catch(() => {});
    } else if ((search === "" && changes.test(pathname)) || pathname.endsWith(`/by-definition-id/${encodeURIComponent(id)}`)) {
      version = "";
      look();
    }
  }

  async function open(versionId) {
    const { items } = JSON.parse(await read(`${api}/versions?take=1000`));
    const found = items.find(v => v.versionId === versionId);
    if (found) {
      version = found.isLatest ? "" : `?version=${found.version}`;
      look();
    }
  }

  async function look() {
    lookAgain = looking;
    if (looking) {
      return;
    }

    looking = true;
    do {
      lookAgain = false;
      await refresh().catch(() => {});
    } while (lookAgain && !ended);
    looking = false;
  }

  async function refresh() {
    const asked = version;
    const text = await read(`${api}/problems${asked}`);
    if (text !== shown && asked === version && !ended) {
      shown = text;
      show(JSON.parse(text));
    }
  }

  function show({ items }) {
    box.hidden = items.length === 0;
    box.open &&= items.length > 0;
    box.classList.toggle("is-error", items.some(p => p.severity === "error"));
    summary.textContent = countOf(items);
    list.replaceChildren(...items.map(row));
    marks.show(items);
  }

  function row(problem) {
    const item = document.createElement("li");
    const what = document.createElement(problem.activityId ? "button" : "p");
    const where = problem.activityId ? problem.label ?? problem.activityId : "Workflow";
    what.append(Object.assign(document.createElement("strong"), { className: `is-${problem.severity}`, textContent: where }), ` ${textOf(problem)}`);
    what.onclick = problem.activityId ? () => go(problem) : null;
    item.append(what);
    return item;
  }

  async function go(problem) {
    if (await marks.reveal(problem).catch(() => false)) {
      box.open = false;
    }
  }

  function close(event) {
    if (!box.contains(event.target)) {
      box.open = false;
    }
  }
}

async function read(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok) {
    throw new Error(`The server answered ${response.status}.`);
  }

  return response.text();
}

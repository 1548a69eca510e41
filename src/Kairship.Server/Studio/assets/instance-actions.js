// What an operator may do with the instance that the designer shows. The designer itself has no button for what has faulted.

import { watchInstance } from "/assets/instance-watch.js";

const mostShown = 5;
const betweenLooks = 500;

/**
 * A bar above the viewer: what faulted, with its message, to be retried or skipped; and a quarantine, to be lifted. It is there only when there is something to do.
 * @param {string} id
 * @param {string[]} roles
 * @returns {{ element: HTMLElement, end: () => void }}
 */
export function instanceActions(id, roles) {
  const mayAct = roles.includes("admin");
  const bar = make("section", { className: "actions", hidden: true, ariaLabel: "What needs somebody" });
  bar.setAttribute("aria-live", "polite");
  const api = `/api/v1/instances/${encodeURIComponent(id)}`;
  let looking = false;
  let lookAgain = false;
  let ended = false;
  let refused = "";
  const endWatch = watchInstance(id, look);
  return {
    element: bar,
    end() {
      ended = true;
      endWatch();
    },
  };

  /** One look at a time, and not more often than anybody could read. */
  async function look() {
    if (looking) {
      lookAgain = true;
      return;
    }

    looking = true;
    do {
      lookAgain = false;
      await refresh().catch(() => {});
      await new Promise(resolve => setTimeout(resolve, betweenLooks));
    } while (lookAgain && !ended);
    looking = false;
  }

  async function refresh() {
    const { instance } = await read(api);
    const faulted = instance.incidentCount > 0 && !["Finished", "Cancelled"].includes(instance.status)
      ? (await read(`/elsa/api/activity-executions/list?WorkflowInstanceId=${encodeURIComponent(id)}&Status=Faulted`)).items
      : [];
    if (!ended) {
      show(instance, faulted);
    }
  }

  function show(instance, faulted) {
    const rows = faulted.slice(-mostShown).map(fault => row(
      make("span", {}, make("strong", { textContent: fault.activityName ?? fault.activityId }), ` faulted: ${fault.exception?.message ?? fault.exception?.type ?? ""}`),
      button("Retry", () => act("retry", { activity: nameOf(fault) })),
      button("Skip", () => confirm(`Go on as if '${fault.activityName ?? fault.activityId}' had been done?`) && act("skip", { activity: nameOf(fault) })),
    ));
    if (faulted.length > 1) {
      rows.unshift(row(make("span", { textContent: `${faulted.length} activities faulted.` }), button("Retry all", () => act("retry", {}))));
    }

    if (instance.quarantineReason) {
      rows.unshift(row(make("span", { textContent: `In quarantine: ${instance.quarantineReason}` }), button("Run it again", () => act("retry", {}))));
    } else if (instance.status === "Paused") {
      rows.unshift(row(make("span", { textContent: "Paused." }), button("Go on", () => act("resume"))));
    }

    if (refused && rows.length > 0) {
      rows.push(make("p", { className: "error", textContent: refused }));
    }

    bar.replaceChildren(...rows);
    bar.hidden = rows.length === 0;
  }

  /** The server knows executions of one instance without its id. */
  function nameOf(fault) {
    return fault.id.slice(fault.workflowInstanceId.length + 1);
  }

  async function act(what, body) {
    bar.querySelectorAll("button").forEach(b => { b.disabled = true; });
    const response = await fetch(`${api}/${what}`, {
      method: "POST",
      headers: body ? { "Content-Type": "application/json", Accept: "application/json" } : { Accept: "application/json" },
      body: body ? JSON.stringify(body) : undefined,
    });
    refused = response.ok ? "" : (await response.json().catch(() => ({}))).detail ?? `The server answered ${response.status}.`;
    look();
  }

  function button(text, click) {
    return mayAct ? make("button", { type: "button", className: "quiet", textContent: text, onclick: click }) : "";
  }
}

function row(...parts) {
  return make("div", { className: "action" }, ...parts);
}

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

async function read(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok) {
    throw new Error(`The server answered ${response.status}.`);
  }

  return response.json();
}

// Whether the server answers and the session lasts. The designer ends at an answer that it does not expect, and what was drawn and not saved ends with it:
// so its calls go through here, and what is wrong stands above it until it is over.

import { decoded } from "/assets/routes.js";
import { goToSignIn, readSession } from "/assets/session.js";

const api = "/elsa/api/";
const definitions = `${api}workflow-definitions`;
const shownOne = /\/(?:workflow-definitions\/by-definition-id|workflow-instances)\/([^/]+)$/;
const keepAlive = 5 * 60 * 1000;
const betweenLooks = 3 * 1000;
const shownFor = 10 * 1000;
const words = {
  away: "The server does not answer. What you change stays here and is not saved; this page goes on when the server is back.",
  ended: "Your session has ended. What you change stays here and is not saved.",
  unsaved: "The last change is not saved. The save button tries it again.",
};

let trouble = "";
let unsaved = false;
let refusal = "";
let refusalTimer = 0;
let looking = false;
let page = { isDrawing: () => false, welcome: () => {}, missing: () => {} };

/**
 * Has to come before the designer is started.
 * @param {{ isDrawing: () => boolean, welcome: (session: object) => void, missing: (id: string) => void }} asked
 *   Whether somebody draws, who is not to be led away; what to do with who signed in; and when the one that a page shows is not there.
 */
export function watchConnection(asked) {
  page = asked;
  const send = globalThis.fetch;
  globalThis.fetch = (...request) => callOf(...request).path.startsWith(api) ? guarded(() => send(...request), callOf(...request)) : send(...request);
  setInterval(look, keepAlive);
  addEventListener("beforeunload", event => unsaved && event.preventDefault());
}

/** Nothing that was drawn is on the page any more. */
export function forgetUnsaved() {
  unsaved = false;
  show();
}

function callOf(input, options) {
  const url = input instanceof Request ? input.url : String(input);
  return { path: new URL(url, location.href).pathname, method: (options?.method ?? input.method ?? "GET").toUpperCase(), body: options?.body };
}

/** A publish that is refused leaves the draft as it was saved before. */
function publishes(body) {
  return ArrayBuffer.isView(body) && /"publish"\s*:\s*true/.test(new TextDecoder().decode(body));
}

async function guarded(send, { path, method, body }) {
  const answer = await send().catch(error => error);
  const lost = answer instanceof Error;
  if (lost && answer.name === "AbortError") {
    throw answer;
  }

  if (lost || answer.status === 401 || answer.status >= 500) {
    look();
  }

  const asked = method === "GET" && shownOne.exec(path);
  if (asked && answer.status === 404) {
    page.missing(decoded(asked[1]));
  }

  const good = !lost && answer.ok;
  if (path.endsWith("/validation/is-name-unique")) {
    return good ? answer : made(200, { isUnique: true });
  }

  if (method === "GET" || (good && path !== definitions)) {
    return pass(answer);
  }

  const reason = good ? "" : `Not done: ${lost ? "The server does not answer." : await reasonOf(answer)}`;
  if (path !== definitions) {
    say(reason);
    return pass(answer);
  }

  unsaved = good ? false : unsaved || (page.isDrawing() && !publishes(body));
  say("");
  return good || answer.status === 400 ? answer : made(400, { errors: { workflow: [reason] } });
}

function pass(answer) {
  if (answer instanceof Error) {
    throw answer;
  }

  return answer;
}

function made(status, body) {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

async function reasonOf(answer) {
  if (answer.status === 401) {
    return "Your session has ended.";
  }

  const problem = await answer.clone().json().catch(() => ({}));
  // Elsa's routes have texts by field; all others a list of places with messages.
  const errors = Object.values(problem.errors ?? {}).flat().map(e => e.message ?? e);
  return errors.length > 0 ? errors.join(" ") : problem.detail ?? `The server answered ${answer.status}.`;
}

/** That it was refused and why is told here: the designer has no words for it, or calls a workflow started or retracted that is not. */
function say(reason) {
  clearTimeout(refusalTimer);
  refusal = reason;
  refusalTimer = reason ? setTimeout(() => say(""), shownFor) : 0;
  if (!reason && document.body.classList.contains("refused")) {
    document.getElementById("blazor-error-ui").style.display = "";
  }

  document.body.classList.toggle("refused", reason !== "");
  show();
}

/** Looks until nothing is wrong. */
async function look() {
  if (looking) {
    return;
  }

  looking = true;
  try {
    for (await check(); trouble; await check()) {
      await new Promise(resolve => setTimeout(resolve, betweenLooks));
    }
  } finally {
    looking = false;
  }
}

async function check() {
  const session = await readSession().catch(() => null);
  if (session && !session.signedIn && !page.isDrawing()) {
    goToSignIn();
  }

  const before = trouble;
  trouble = session === null ? "away" : session.signedIn ? "" : "ended";
  if (before === "ended" && !trouble) {
    page.welcome(session);
  }

  show();
}

function show() {
  const notice = document.getElementById("notice");
  const text = words[trouble] ?? (refusal || (unsaved ? words.unsaved : ""));
  document.getElementById("notice-text").textContent = text;
  document.getElementById("notice-link").hidden = trouble !== "ended";
  notice.hidden = text === "";
}

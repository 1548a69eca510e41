// Whether the server answers and the session lasts. The designer ends at an answer that it does not expect, and what was drawn and not saved ends with it:
// so its calls go through here, and what is wrong stands above it until it is over.

import { goToSignIn, readSession } from "/assets/session.js";

const api = "/elsa/api/";
const saves = `${api}workflow-definitions`;
const keepAlive = 5 * 60 * 1000;
const betweenLooks = 3 * 1000;
const words = {
  away: "The server does not answer. What you change stays here and is not saved; this page goes on when the server is back.",
  ended: "Your session has ended. What you change stays here and is not saved.",
  unsaved: "The last change is not saved. Press the save button.",
};

let trouble = "";
let unsaved = false;
let looking = false;
let page = { isDrawing: () => false, welcome: () => {} };

/**
 * Has to come before the designer is started.
 * @param {{ isDrawing: () => boolean, welcome: (session: object) => void }} asked Whether somebody draws, who is not to be led away; and what to do with who signed in.
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
  return { path: new URL(url, location.href).pathname, method: (options?.method ?? input.method ?? "GET").toUpperCase() };
}

async function guarded(send, { path, method }) {
  const answer = await send().catch(error => error);
  const lost = answer instanceof Error;
  if (lost && answer.name === "AbortError") {
    throw answer;
  }

  const isSave = path === saves && method === "POST";
  if (isSave) {
    unsaved = lost || !answer.ok;
    show();
  }

  if (!lost && answer.status !== 401 && answer.status < 500) {
    return answer;
  }

  look();
  if (path.endsWith("/validation/is-name-unique")) {
    return made(200, { isUnique: true });
  }

  if (isSave) {
    return made(400, { errors: { workflow: [lost ? "Not saved: the server does not answer." : answer.status === 401 ? "Not saved: your session has ended." : await reasonOf(answer)] } });
  }

  if (lost) {
    throw answer;
  }

  return answer;
}

function made(status, body) {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

async function reasonOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  return `Not saved: ${problem.detail ?? `the server answered ${answer.status}.`}`;
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
  const text = words[trouble || (unsaved ? "unsaved" : "")] ?? "";
  document.getElementById("notice-text").textContent = text;
  document.getElementById("notice-link").hidden = trouble !== "ended";
  notice.hidden = text === "";
}

import { forgetUnsaved, watchConnection } from "/assets/connection.js";
import { definitionProblems } from "/assets/definition-problems.js";
import { instanceActions } from "/assets/instance-actions.js";
import { ownPath, paths, routeOf } from "/assets/routes.js";
import { goToSignIn, readSession, signOut } from "/assets/session.js";
import { startStudio } from "/assets/studio.js";
import { showWholeGraphs } from "/assets/whole-graph.js";

const element = id => document.getElementById(id);
let shown = null;
let leaving = Promise.resolve();
let roles = [];
let actions = null;
let problems = null;
let whole = null;

element("sign-out").addEventListener("click", async () => {
  try {
    await signOut();
    location.assign("/sign-in");
  } catch (error) {
    fail("You are still signed in", `The server did not answer: ${error.message} Sign out again when it does.`);
  }
});
element("problem-reload").addEventListener("click", () => location.reload());
document.addEventListener("click", followLink);
addEventListener("popstate", show);
open();

async function open() {
  let session;
  try {
    session = await readSession();
  } catch (error) {
    fail("The server does not answer", error.message);
    return;
  }

  if (!session.signedIn) {
    goToSignIn();
    return;
  }

  showWho(session);
  markMenu();
  if (!session.studio) {
    fail(
      "The designer's files are not on this server",
      "Everything else works: the API, the command line, releases. In a checkout, with Node.js and a network at hand, the command below gets the files; then reload this page. An installed program takes them from the folder \"studio\" beside it, which \"dotnet publish\" in such a checkout makes.",
      "node src/Kairship.Server/Studio/npm/restore.mjs",
    );
    return;
  }

  const own = ownPath(location.pathname);
  if (own) {
    history.replaceState(null, "", own);
  }

  watchConnection({ isDrawing: () => routeOf(location.pathname)?.page === "definition" && element("studio").childElementCount > 0, welcome: showWho, missing });
  try {
    await startStudio(tell);
  } catch (error) {
    fail("The designer could not be started", error?.message ?? String(error));
    return;
  }

  element("loading").hidden = true;
  element("studio").hidden = false;
  show();
  followDesigner();
}

/** Shows the element of the path; the one before goes first. */
async function show() {
  const route = routeOf(location.pathname);
  markMenu();
  if (!route) {
    fail("There is no such page", `Nothing is at ${location.pathname}. The menu above leads to the workflows and their instances.`);
    return;
  }

  const key = route.tag + JSON.stringify(route.attributes);
  if (shown === key) {
    return;
  }

  shown = key;
  element("problem").hidden = true;
  element("studio").hidden = false;
  document.title = `${route.title} · Kairship`;
  await (leaving = leaving.then(leave));
  if (shown !== key) {
    return;
  }

  const view = document.createElement(route.tag);
  view.setAttribute("remote-endpoint", `${location.origin}/elsa/api`);
  for (const [name, value] of Object.entries(route.attributes)) {
    view.setAttribute(name, value);
  }

  view.editWorkflowDefinition = id => go(paths.definition(id));
  view.viewWorkflowInstance = id => go(paths.instance(id));
  view.workflowDefinitionExecuted = id => go(paths.instance(id));
  offer(route);
  forgetUnsaved();
  element("studio").replaceChildren(view);
}

/** What may be done with an instance is above its viewer, what is wrong with a definition in the header and at its nodes; nowhere else is anything. */
function offer(route) {
  whole?.end();
  whole = showWholeGraphs(element("studio"));
  problems?.end();
  problems = route?.page === "definition" ? definitionProblems(route.attributes["definition-id"], element("studio")) : null;
  element("problems").replaceChildren(...(problems ? [problems.element] : []));
  actions?.end();
  actions = route?.page === "instance" ? instanceActions(route.attributes["instance-id"], roles) : null;
  element("actions").replaceChildren(...(actions ? [actions.element] : []));
}

/**
 * Takes the element away that is shown. Blazor would keep it for another second in case it comes back, and the designer does not bear two of its
 * elements at once: menus and dialogs of the new one would fail.
 */
async function leave() {
  const view = element("studio").firstElementChild;
  if (view) {
    view.remove();
    clearTimeout(view._disposalTimeoutHandle);
    const component = await view._addRootComponentPromise;
    view._isDisposed = true;
    await component?.dispose();
  }
}

/** By Blazor, which keeps its own idea of where it is: lists write their page into the address that it believes in. */
function go(path) {
  if (path !== location.pathname) {
    globalThis.Blazor.navigateTo(path);
  }

  show();
  element("main").focus();
  scrollTo(0, 0);
}

/** Nobody is told when Blazor changes the address, so that is where we listen. */
function followDesigner() {
  const push = history.pushState;
  history.pushState = function (...change) {
    push.apply(history, change);
    const path = ownPath(location.pathname);
    if (path) {
      // Only when it has come to rest, or it would undo our step.
      setTimeout(() => {
        globalThis.Blazor.navigateTo(path, { replaceHistoryEntry: true });
        show();
      });
    }
  };
}

/** A plain click on a link to one of these pages keeps the designer running; all other clicks are the browser's. */
function followLink(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href^='/workflows']") : null;
  if (link && shown && event.button === 0 && !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !link.target) {
    event.preventDefault();
    const path = link.getAttribute("href");
    go(ownPath(path) ?? path);
  }
}

/** What this page shows is not there; the designer would only say that it ran into an error. What is drawn already stays: it can be exported. */
function missing(id) {
  const route = routeOf(location.pathname);
  const isShown = Object.values(route?.attributes ?? {}).includes(id);
  if (isShown && !(route.page === "definition" && element("studio").querySelector(".x6-graph"))) {
    fail("There is no such page", `Nothing is at ${location.pathname}: it was deleted, or the address is wrong. The menu above leads to the workflows and their instances.`);
  }
}

function markMenu() {
  const menu = routeOf(location.pathname)?.menu;
  for (const link of document.querySelectorAll("nav a[data-page]")) {
    if (link.dataset.page === menu) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

function showWho(session) {
  roles = session.roles;
  element("who-name").textContent = session.name;
  element("who-roles").replaceChildren(...session.roles.map(role => Object.assign(document.createElement("li"), { textContent: role })));
  element("who").hidden = false;
}

function tell(text, percent) {
  element("loading-text").textContent = text;
  if (percent === null) {
    element("loading-bar").removeAttribute("value");
  } else {
    element("loading-bar").value = percent;
  }
}

function fail(title, text, command) {
  element("loading").hidden = true;
  element("studio").hidden = true;
  offer(null);
  element("studio").replaceChildren();
  shown = shown === null ? null : "";
  element("problem-title").textContent = title;
  element("problem-text").textContent = text;
  element("problem-command").textContent = command ?? "";
  element("problem-command").hidden = !command;
  element("problem").hidden = false;
}

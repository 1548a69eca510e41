// Marks nodes of the designer's canvas with what is wrong there.

const svg = "http://www.w3.org/2000/svg";
const mostTold = 6;
const designer = "/workflows/_content/Elsa.Studio.Workflows.Designer/designer.entry.js";

/**
 * The canvas draws its nodes anew as it likes: whoever is drawn again is marked again. A node stands for what is inside it as long as that is not drawn itself.
 * @typedef {{ severity: string, activityId: string | null, label: string | null, within: string[], property: string | null, message: string }} Problem
 * @param {HTMLElement} stage
 * @returns {{ show: (problems: Problem[]) => void, reveal: (problem: Problem) => Promise<boolean>, end: () => void }}
 */
export function nodeMarks(stage) {
  const bubble = makeBubble();
  let problems = [];
  let waiting = 0;
  const observer = new MutationObserver(() => { waiting ||= requestAnimationFrame(mark); });
  observer.observe(stage, { childList: true, subtree: true });
  return {
    show(those) {
      problems = those;
      mark();
    },
    reveal,
    end() {
      observer.disconnect();
      cancelAnimationFrame(waiting);
      bubble.end();
      stage.querySelectorAll(".node-mark").forEach(m => m.remove());
    },
  };

  function mark() {
    waiting = 0;
    const nodes = [...stage.querySelectorAll(".x6-node[data-cell-id]")];
    const drawn = new Set(nodes.map(n => n.dataset.cellId));
    const placed = Map.groupBy(problems, p => placeOf(p, drawn));
    for (const node of nodes) {
      const own = placed.get(node.dataset.cellId);
      const there = node.querySelector(":scope > .node-mark");
      const key = JSON.stringify(own);
      if (there && there.dataset.problems !== key) {
        there.remove();
        bubble.hide();
      }

      if (own && there?.dataset.problems !== key) {
        node.append(makeMark(node.dataset.cellId, own, key, bubble));
      }
    }
  }

  /** Brings a node into sight and selects it, as a click would. */
  async function reveal(problem) {
    const drawn = new Set([...stage.querySelectorAll(".x6-node[data-cell-id]")].map(n => n.dataset.cellId));
    const id = placeOf(problem, drawn);
    if (!id) {
      return false;
    }

    const { graphBindings, selectActivity } = await import(designer);
    const graph = graphBindings[nodeOf(id).closest(".graph-container").id].graph;
    graph.cleanSelection();
    await selectActivity(`activity-${id}`, id);
    nodeOf(id).querySelector(".node-mark button")?.focus({ preventScroll: true });
    return true;
  }

  function nodeOf(id) {
    return stage.querySelector(`.x6-node[data-cell-id="${CSS.escape(id)}"]`);
  }
}

function placeOf(problem, drawn) {
  return [problem.activityId, ...problem.within].find(id => drawn.has(id));
}

/** @param {Problem} problem */
export function textOf(problem) {
  return problem.property ? `${problem.property}: ${problem.message}` : problem.message;
}

/** "2 problems", "1 warning", "2 problems, 1 warning" */
export function countOf(problems) {
  const errors = problems.filter(p => p.severity === "error").length;
  return [[errors, "problem"], [problems.length - errors, "warning"]].filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}${n === 1 ? "" : "s"}`).join(", ");
}

/** At the upper left corner: what an activity did is counted at the right one, and the size of a node changes without a word. */
function makeMark(id, problems, key, bubble) {
  const place = document.createElementNS(svg, "foreignObject");
  for (const [name, value] of Object.entries({ class: `node-mark is-${severityOf(problems)}`, x: -16, y: -16, width: 22, height: 22 })) {
    place.setAttribute(name, value);
  }

  place.dataset.problems = key;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = problems.length;
  button.setAttribute("aria-label", `${countOf(problems)} at ${problems.find(p => p.activityId === id)?.label ?? id}: ${told(id, problems).join(" ")}`);
  const show = () => bubble.show(button, told(id, problems));
  button.addEventListener("mouseenter", show);
  button.addEventListener("focus", show);
  button.addEventListener("click", () => { button.focus({ preventScroll: true }); show(); });
  button.addEventListener("mouseleave", () => document.activeElement !== button && bubble.hide());
  button.addEventListener("blur", bubble.hide);
  button.addEventListener("keydown", event => event.key === "Escape" && bubble.hide());
  place.append(button);
  return place;
}

/** The list in the header has all of them. What is inside the node is named. */
function told(id, problems) {
  const more = problems.length - mostTold;
  const texts = problems.slice(0, mostTold).map(p => p.activityId === id ? textOf(p) : `${p.label ?? p.activityId}: ${textOf(p)}`);
  return more > 0 ? [...texts, `${more} more.`] : texts;
}

function severityOf(problems) {
  return problems.some(p => p.severity === "error") ? "error" : "warning";
}

/** One for all nodes, outside of the canvas, which would cut it off. */
function makeBubble() {
  const bubble = Object.assign(document.createElement("div"), { className: "node-problems", hidden: true });
  // What it says is the label of its button already.
  bubble.setAttribute("aria-hidden", "true");
  document.body.append(bubble);
  const hide = () => { bubble.hidden = true; };
  // The node moves away below it.
  addEventListener("wheel", hide, { passive: true });
  addEventListener("pointerdown", hide, true);
  return {
    hide,
    show(button, texts) {
      const list = document.createElement("ul");
      list.append(...texts.map(text => Object.assign(document.createElement("li"), { textContent: text })));
      bubble.replaceChildren(list);
      bubble.hidden = false;
      const [at, own] = [button.getBoundingClientRect(), bubble.getBoundingClientRect()];
      bubble.style.left = `${Math.max(8, Math.min(at.left, innerWidth - own.width - 8))}px`;
      bubble.style.top = `${at.top - own.height - 6 > 0 ? at.top - own.height - 6 : at.bottom + 6}px`;
    },
    end() {
      removeEventListener("wheel", hide);
      removeEventListener("pointerdown", hide, true);
      bubble.remove();
    },
  };
}

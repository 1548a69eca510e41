// The designer opens a graph at full size, wherever its middle is: what runs or waits may be out of sight.

const designer = "/workflows/_content/Elsa.Studio.Workflows.Designer/designer.entry.js";
const settled = 200;

// What lies outside of a node, as the names of its outcomes do, does not count as its own. The smallest is where the designer's own button ends; below it nobody can read.
const fit = { padding: { left: 40, right: 60, top: 20, bottom: 20 }, minScale: 0.5, maxScale: 1 };

/**
 * Brings the graphs that are drawn into sight as a whole, until somebody touches one: what is drawn by hand stays where it is put.
 * @param {HTMLElement} stage
 * @returns {{ end: () => void }}
 */
export function showWholeGraphs(stage) {
  const seen = new WeakSet();
  const timers = new Map();
  const drawn = new MutationObserver(() => {
    for (const container of stage.querySelectorAll(".graph-container:has(.x6-node)")) {
      if (!seen.has(container)) {
        seen.add(container);
        sized.observe(container);
      }
    }
  });
  // The graph takes its size from its place a little later, and that changes while the page comes to rest.
  const sized = new ResizeObserver(entries => entries.forEach(({ target }) => {
    clearTimeout(timers.get(target));
    timers.set(target, setTimeout(show, settled, target));
  }));
  drawn.observe(stage, { childList: true, subtree: true });
  stage.addEventListener("pointerdown", end, true);
  stage.addEventListener("wheel", end, { capture: true, passive: true });
  return { end };

  async function show(container) {
    const { graphBindings } = await import(designer);
    const graph = graphBindings[container.id]?.graph;
    if (graph && container.clientHeight > 0 && timers.has(container)) {
      graph.zoomToFit({ ...fit });
    }
  }

  function end() {
    drawn.disconnect();
    sized.disconnect();
    timers.forEach(clearTimeout);
    timers.clear();
    stage.removeEventListener("pointerdown", end, true);
    stage.removeEventListener("wheel", end, true);
  }
}

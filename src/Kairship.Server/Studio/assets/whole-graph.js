// The designer opens a graph at full size, wherever its middle is: what runs or waits may be out of sight.

const designer = "/workflows/_content/Elsa.Studio.Workflows.Designer/designer.entry.js";
const settled = 300;

// The smallest is where the designer's own button ends; below it nobody can read.
const fit = { padding: 20, minScale: 0.5, maxScale: 1 };

/**
 * Brings the graphs that are drawn into sight as a whole, until somebody touches one: what is drawn by hand stays where it is put.
 * @param {HTMLElement} stage
 * @returns {{ end: () => void }}
 */
export function showWholeGraphs(stage) {
  const seen = new WeakSet();
  const observer = new MutationObserver(() => {
    for (const container of stage.querySelectorAll(".graph-container:has(.x6-node)")) {
      if (!seen.has(container)) {
        seen.add(container);
        setTimeout(show, settled, container);
      }
    }
  });
  let touched = false;
  observer.observe(stage, { childList: true, subtree: true });
  stage.addEventListener("pointerdown", end, true);
  stage.addEventListener("wheel", end, { capture: true, passive: true });
  return { end };

  async function show(container) {
    const { graphBindings } = await import(designer);
    const graph = graphBindings[container.id]?.graph;
    if (graph && container.isConnected && !touched) {
      graph.zoomToFit({ ...fit });
    }
  }

  function end() {
    touched = true;
    observer.disconnect();
    stage.removeEventListener("pointerdown", end, true);
    stage.removeEventListener("wheel", end, true);
  }
}

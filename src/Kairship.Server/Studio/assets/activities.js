// The designer knows icons and colours of Elsa's own activities only, and asks no server for others: here ours get theirs. Its elements stay as they are; they get an attribute that the style
// sheet below goes by.

const release = "#1f5a9c";
const rollout = "#0f766e";
const approvals = "#a34a06";
const clusters = "#6d28d9";
const scaling = "#9d174d";

/** By type: the name in the list of activities, the colour of the category, and lines in a square of 24. */
export const looks = {
  "Kairship.StartRelease": ["Start Release", release, "M6 4l13 8l-13 8z"],
  "Kairship.PlanRelease": ["Plan Release", release, "M5 3h14v18H5zM9 8h6M9 12h6M9 16h3"],
  "Kairship.CompleteRelease": ["Complete Release", release, "M6 21V4h12l-3 4l3 4H6"],
  "Kairship.TakeOver": ["Take Over", release, "M12 3v9M8 8l4 4l4-4M4 14v6h16v-6"],
  "Kairship.Notify": ["Notify", release, "M6 17v-6a6 6 0 0 1 12 0v6l2 1H4zM10 21h4"],
  "Kairship.RequestApproval": ["Request Approval", approvals, "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM8 12l3 3l5-6"],
  "Kairship.SetCanaryWeight": ["Set Canary Weight", rollout, "M4 7h16M4 17h16M9 4v6M15 14v6"],
  "Kairship.WaitUntilHealthy": ["Wait Until Healthy", rollout, "M3 12h4l3-6l4 12l3-6h4"],
  "Kairship.Observe": ["Observe", rollout, "M2 12c4-7 16-7 20 0c-4 7-16 7-20 0zM12 10a2 2 0 1 0 0 4a2 2 0 1 0 0-4z"],
  "Kairship.Promote": ["Promote", rollout, "M12 21V9M6 14l6-6l6 6M5 4h14"],
  "Kairship.ShiftTraffic": ["Shift Traffic", rollout, "M4 12h5l6-6h5M9 12l6 6h5M17 3l3 3l-3 3M17 15l3 3l-3 3"],
  "Kairship.RollBack": ["Roll Back", rollout, "M9 5L4 10l5 5M4 10h10a5 5 0 0 1 0 10h-3"],
  "Kairship.ScalingDue": ["Scaling Due", scaling, "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 7v5l3 3"],
  "Kairship.DecideScale": ["Decide Scale", scaling, "M4 20h16M6 16v-4M11 16V8M16 16V4M19 7l-3-3l-3 3"],
  "Kairship.Scale": ["Scale", scaling, "M4 14v6h6M4 20l7-7M20 10V4h-6M20 4l-7 7"],
  "Kairship.VerifyScale": ["Verify Scale", scaling, "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 17l2 3l5-6"],
  "Kairship.CapacityShort": ["Capacity Short", clusters, "M4 5h16v14H4zM4 9h16M4 13h16M12 15v3"],
  "Kairship.RunDrill": ["Run Drill", clusters, "M12 3v3M12 18v3M3 12h3M18 12h3M12 7a5 5 0 1 0 0 10a5 5 0 1 0 0-10zM12 11v2"],
  "Kairship.ClusterHealthChanged": ["Cluster Health Changed", clusters, "M4 4h16v6H4zM4 14h16v6H4zM8 7h1M8 17h1"],
  "Kairship.ShiftReplicas": ["Shift Replicas", rollout, "M4 20v-6h5v6zM15 20V8h5v12zM6 10c2-4 6-6 10-5M13 2l4 3l-4 3"],
  "Kairship.CompareReturned": ["Compare Returned", clusters, "M3 5h8v14H3zM15 5h6v14h-6M6 9h2M6 13h2M17 9h2M17 13h2"],
  "Kairship.FailBack": ["Fail Back", clusters, "M3 4h8v6H3zM13 14h8v6h-8zM10 17H6v-4M4 15l2-2l2 2"],
  "Kairship.FailOver": ["Fail Over", clusters, "M3 4h8v6H3zM13 14h8v6h-8zM14 7h4v4M16 9l2 2l2-2"],
};

let waiting = false;
const attribute = "data-activity-type";
const types = new Map(Object.entries(looks).map(([type, [name]]) => [name, type]));

function style(type, [, colour, lines]) {
  const icon = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='black' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'><path d='${lines}'/></svg>`;
  const mask = `url("data:image/svg+xml,${encodeURIComponent(icon)}") center / contain no-repeat`;
  const here = `[${attribute}="${type}"]`;
  return `
    ${here} .elsa-activity { --elsa-activity-accent: ${colour} !important; }
    ${here}[draggable] { border-left-color: ${colour} !important; }
    ${here} .activity-icon > svg, ${here}[draggable] > div > svg { display: none; }
    ${here} .activity-icon::before, ${here}[draggable] > div::before {
      content: ""; flex: none; width: 20px; height: 20px; background: currentColor; -webkit-mask: ${mask}; mask: ${mask};
    }
    ${here}[draggable] > div::before { background: ${colour}; }`;
}

function typeOf(element) {
  if (element.hasAttribute("draggable")) {
    return types.get(element.textContent.trim());
  }

  try {
    return JSON.parse(element.getAttribute("activity-json"))?.type;
  } catch {
    return undefined;
  }
}

function mark() {
  waiting = false;
  for (const element of document.querySelectorAll("elsa-activity-wrapper, [draggable='true'].mud-paper")) {
    const type = typeOf(element);
    if (type in looks) {
      if (element.getAttribute(attribute) !== type) {
        element.setAttribute(attribute, type);
      }
    } else {
      element.removeAttribute(attribute);
    }
  }
}


const sheet = new CSSStyleSheet();
sheet.replaceSync(Object.entries(looks).map(([type, look]) => style(type, look)).join("\n"));
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
new MutationObserver(() => {
  if (!waiting) {
    waiting = true;
    requestAnimationFrame(mark);
  }
}).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
mark();

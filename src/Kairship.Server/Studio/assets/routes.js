// Which page a path is. Each page is one element of the designer.

const root = "/workflows";

export const paths = {
  definitions: root,
  definition: id => `${root}/definitions/${encodeURIComponent(id)}`,
  instances: `${root}/instances`,
  instance: id => `${root}/instances/${encodeURIComponent(id)}`,
};

/**
 * Where the designer goes by itself it takes its base for the root of all: after a run to workflows/workflows/instances/<id>/view.
 * @returns {string | null} Our path of that page.
 */
export function ownPath(pathname) {
  const [, area, id] = pathname.match(/^\/workflows\/workflows\/(definitions|instances)(?:\/([^/]+))?(?:\/(?:view|edit))?\/?$/) ?? [];
  return area ? `${root}/${area}${id ? `/${id}` : ""}` : null;
}

/** @returns {{page: string, menu: string, title: string, tag: string, attributes: Record<string, string>} | null} */
export function routeOf(pathname) {
  const parts = pathname.replace(/\/+$/, "").split("/").slice(2).map(decodeURIComponent);
  const [area = "definitions", id, rest] = parts;
  if (area === "definitions" && !id) {
    return page("definitions", "definitions", "Workflows", "elsa-workflow-definition-list");
  }

  // The versions are a tab of the designer itself.
  if (area === "definitions" && (!rest || rest === "versions") && parts.length <= 3) {
    return page("definition", "definitions", id, "elsa-workflow-definition-editor", { "definition-id": id });
  }

  if (area === "instances" && !id) {
    return page("instances", "instances", "Instances", "elsa-workflow-instance-list");
  }

  return area === "instances" && parts.length === 2
    ? page("instance", "instances", `Instance ${id}`, "elsa-workflow-instance-viewer", { "instance-id": id })
    : null;
}

function page(name, menu, title, tag, attributes = {}) {
  return { page: name, menu, title, tag, attributes };
}

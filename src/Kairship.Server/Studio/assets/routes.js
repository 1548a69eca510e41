// Which page a path is. Each page is one element of the designer.

const root = "/workflows";

export const paths = {
  definitions: root,
  definition: id => `${root}/definitions/${encodeURIComponent(id)}`,
  instances: `${root}/instances`,
  instance: id => `${root}/instances/${encodeURIComponent(id)}`,
};

// The server takes them in any case, Blazor only as its base has them.
const anyCase = /^\/workflows(\/(?:definitions|instances))?(?=\/|$)/i;

/**
 * Where the designer goes by itself it takes its base for the root of all: after a run to workflows/workflows/instances/<id>/view. Its links say what is done there: definitions/<id>/edit.
 * @returns {string | null} Our path of that page; null when it is ours.
 */
export function ownPath(pathname) {
  const path = pathname.replace(anyCase, start => start.toLowerCase());
  const [, area, id] = path.match(/^\/workflows\/(?:workflows\/)?(definitions|instances)(?:\/([^/]+))?(?:\/(?:view|edit))?\/?$/) ?? [];
  const own = area ? `${root}/${area}${id ? `/${id}` : ""}` : path;
  return own === pathname ? null : own;
}

/** @returns {{page: string, menu: string, title: string, tag: string, attributes: Record<string, string>} | null} */
export function routeOf(pathname) {
  const parts = pathname.replace(/\/+$/, "").split("/").slice(2).map(decoded);
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

/** What cannot be decoded is nothing's name. */
export function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function page(name, menu, title, tag, attributes = {}) {
  return { page: name, menu, title, tag, attributes };
}

// Who sits here. The session itself is a cookie that no script sees.

/** @returns {Promise<{signedIn: boolean, name?: string, roles: string[], studio?: string}>} */
export async function readSession() {
  const response = await fetch("/session", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok) {
    throw new Error(`The server answered ${response.status}.`);
  }

  return response.json();
}

/** Signs in with { key } or { link }; throws with the server's own words. */
export async function signIn(proof) {
  const response = await fetch("/session", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(proof),
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? `The server answered ${response.status}.`);
  }

  return response.json();
}

export async function signOut() {
  await fetch("/session", { method: "DELETE" });
}

/** Where to go after signing in: only paths of this server. */
export function returnPath() {
  const wanted = new URLSearchParams(location.search).get("return") ?? "";
  const url = URL.canParse(wanted, location.origin) ? new URL(wanted, location.origin) : null;
  return url && url.origin === location.origin && wanted.startsWith("/") && url.pathname !== "/sign-in" ? url.pathname + url.search + url.hash : "/workflows";
}

export function goToSignIn() {
  const here = location.pathname + location.search;
  location.replace(here === "/workflows" ? "/sign-in" : `/sign-in?return=${encodeURIComponent(here)}`);
}

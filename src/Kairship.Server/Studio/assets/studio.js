// Starts the designer: its styles and scripts, then its WebAssembly, telling how far it is.

const styles = [
  "_content/MudBlazor/MudBlazor.min.css",
  "_content/CodeBeam.MudBlazor.Extensions/MudExtensions.min.css",
  "_content/Radzen.Blazor/css/material-base.css",
  "_content/Elsa.Studio.Shell/css/shell.css",
  "Elsa.Studio.Host.CustomElements.styles.css",
];

// In this order: each needs those before it.
const scripts = [
  "_content/BlazorMonaco/jsInterop.js",
  "_content/BlazorMonaco/lib/monaco-editor/min/vs/loader.js",
  "_content/BlazorMonaco/lib/monaco-editor/min/vs/editor/editor.main.js",
  "_content/MudBlazor/MudBlazor.min.js",
  "_content/CodeBeam.MudBlazor.Extensions/MudExtensions.min.js",
  "_content/Radzen.Blazor/Radzen.Blazor.js",
  "_framework/blazor.webassembly.js",
];

const elements = ["elsa-workflow-definition-list", "elsa-workflow-definition-editor", "elsa-workflow-instance-list", "elsa-workflow-instance-viewer"];

/** @param {(text: string, percent: number | null) => void} tell */
export async function startStudio(tell) {
  if (typeof WebAssembly !== "object") {
    throw new Error("This browser has no WebAssembly.");
  }

  tell("Loading the designer's scripts …", null);
  styles.forEach(addStyle);
  for (const script of scripts) {
    await addScript(script);
  }

  tell("Loading the designer: about 15 MB the first time, from the browser's own store after that.", 0);
  const watch = watchProgress(percent => tell("Loading the designer: about 15 MB the first time, from the browser's own store after that.", percent));
  try {
    await globalThis.Blazor.start();
    // An element that is made before Blazor knows it forgets the functions that are put on it.
    await Promise.all(elements.map(element => customElements.whenDefined(element)));
  } finally {
    watch.disconnect();
  }
}

/** Blazor writes how far it is into two custom properties of the document. */
function watchProgress(tell) {
  const root = document.documentElement;
  const observer = new MutationObserver(() => {
    const percent = Number.parseFloat(root.style.getPropertyValue("--blazor-load-percentage"));
    if (Number.isFinite(percent)) {
      tell(percent);
    }
  });
  observer.observe(root, { attributes: true, attributeFilter: ["style"] });
  return observer;
}

function addStyle(href) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  // Ours come last, so that they hold.
  document.head.insertBefore(link, document.querySelector("link[rel=stylesheet][href^='/assets/']"));
}

function addScript(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.setAttribute("autostart", "false");
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${src} could not be loaded.`));
    document.head.append(script);
  });
}

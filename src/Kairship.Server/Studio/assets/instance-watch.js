// Hears of an instance through the hub, as the designer does: a frame is JSON and a separator.

const separator = "\u001e";
const ping = JSON.stringify({ type: 6 }) + separator;
const pingEvery = 15 * 1000;
const againAfter = 5 * 1000;

/**
 * Calls back when the instance has changed, and after each connect, since something may have been missed.
 * @param {string} id
 * @param {() => void} changed
 * @returns {() => void} ends it
 */
export function watchInstance(id, changed) {
  let socket = null;
  let ended = false;
  let timer = 0;
  const alive = setInterval(() => socket?.readyState === WebSocket.OPEN && socket.send(ping), pingEvery);
  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(alive);
    socket.close();
  };

  function connect() {
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/elsa/hubs/workflow-instance`);
    socket.onopen = () => {
      say({ protocol: "json", version: 1 });
      say({ type: 1, target: "ObserveInstanceAsync", arguments: [id] });
      changed();
    };
    socket.onmessage = event => {
      if (String(event.data).split(separator).some(isChange)) {
        changed();
      }
    };
    socket.onclose = () => {
      if (!ended) {
        timer = setTimeout(connect, againAfter);
      }
    };
  }

  function say(message) {
    socket.send(JSON.stringify(message) + separator);
  }
}

function isChange(frame) {
  return frame !== "" && JSON.parse(frame).target === "WorkflowInstanceUpdatedAsync";
}

// Starts the page's connection to the server, and sees it through losses: the page stays readable over a thin bar, what it wants to tell
// the server waits for the next connection, and so does what was on its way and may not have arrived. So every call is answered in the
// end, and nobody who waits for one has to know of connections.
(() => {
  const root = document.documentElement;
  const soon = 1000, later = 3000, soonAttempts = 60, unreachableAfter = 5;
  // The server sends at least every five seconds.
  const serverTimeout = 15_000, attemptTimeout = 5000;

  let send = null; // through the connection that has the circuit; null while there is none
  const waiting = [];
  const calls = new Map(); // what awaits an answer, by the id of the call
  const edited = new Map(); // events of fields, by field, of which the server may not know
  let location = null; // where the page went, until the server has shown anything after it

  function tell(message) {
    if (message.method === "BeginInvokeDotNetFromJS")
      calls.set(message.args[0], message);
    else if (message.method === "OnLocationChanged")
      location = message;
    if (send)
      send(message.method, ...message.args);
    else
      waiting.push(message);
    return Promise.resolve();
  }

  function onUp(sendNow, isSameCircuit) {
    const messages = waiting.splice(0);
    if (!isSameCircuit) {
      calls.clear();
      edited.clear();
    }
    send = sendNow;
    if (!isSameCircuit)
      return;
    for (const message of messages)
      send(message.method, ...message.args);
    for (const [field, types] of [...edited]) {
      for (const type of field.isConnected ? types : [])
        field.dispatchEvent(new Event(type, { bubbles: true }));
    }
  }

  function onDown() {
    send = null;
    for (const [id, message] of calls) {
      // A click must not count twice, and what fields have is told again anyway.
      if (message.args[2] === "DispatchEventAsync")
        calls.delete(id);
      else
        waiting.push(message);
    }
    if (location)
      waiting.push(location);
  }

  function watch(connection) {
    const own = { send: connection.send.bind(connection), invoke: connection.invoke.bind(connection), on: connection.on.bind(connection) };
    let hasCircuit = false;
    // What was shown is acknowledged where it came from; the next connection sends it again otherwise.
    connection.send = (method, ...args) => method === "OnRenderCompleted" ? own.send(method, ...args).catch(() => { }) : tell({ method, args });
    connection.invoke = async (method, ...args) => {
      const result = await own.invoke(method, ...args);
      if (result && ["StartCircuit", "ConnectCircuit", "ResumeCircuit"].includes(method)) {
        hasCircuit = true;
        onUp(own.send, method !== "ResumeCircuit");
      }
      return result;
    };
    connection.on = (name, handler) => own.on(name, (...args) => {
      if (name === "JS.RenderBatch")
        location = null;
      if (name === "JS.EndInvokeDotNet") {
        // Asked twice, it is answered twice.
        if (!calls.delete(args[0]))
          return;
        if (calls.size === 0)
          edited.clear();
      }
      return handler(...args);
    });
    connection.onclose(() => {
      if (hasCircuit)
        onDown();
    });
    return connection;
  }

  for (const type of ["input", "change"])
    document.addEventListener(type, event => edited.set(event.target, (edited.get(event.target) ?? new Set()).add(type)), true);
  // Without the server the browser would send the form itself.
  document.addEventListener("submit", event => send || event.preventDefault(), true);

  let timer = 0, attempts = 0, isTrying = false;

  async function reconnect() {
    if (isTrying)
      return;
    isTrying = true;
    clearTimeout(timer);
    try {
      // The server answers, but no longer knows this page: what it shows is in its URL, so a reload brings it back.
      if (!await Blazor.reconnect() && !await Blazor.resumeCircuit())
        window.location.reload();
    } catch {
      root.dataset.connection = ++attempts < unreachableAfter ? "lost" : "unreachable";
      timer = setTimeout(reconnect, attempts < soonAttempts ? soon : later);
    } finally {
      isTrying = false;
    }
  }

  document.getElementById("connection").addEventListener("click", event => event.target.closest("[data-reconnect]") && reconnect());
  const hurry = () => root.dataset.connection && !document.hidden && reconnect();
  document.addEventListener("visibilitychange", hurry);
  addEventListener("online", hurry);

  Blazor.start({
    circuit: {
      configureSignalR(builder) {
        builder.withUrl("_blazor", { timeout: attemptTimeout }).withServerTimeout(serverTimeout);
        const build = builder.build.bind(builder);
        builder.build = () => watch(build());
      },
      reconnectionHandler: {
        onConnectionDown() {
          attempts = 0;
          root.dataset.connection = "lost";
          reconnect();
        },
        onConnectionUp() {
          delete root.dataset.connection;
        },
      },
    },
  });
})();

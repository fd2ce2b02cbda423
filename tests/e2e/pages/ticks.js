// Time that goes on in tabs that nobody looks at: their own timers are slowed down, those of workers aren't.

const source = "setInterval(() => postMessage(0), 10)";

/** Ticks each 10 ms, or as soon afterwards as the page has time. */
export async function* ticks() {
  const worker = new Worker(URL.createObjectURL(new Blob([source])));
  try {
    for (;;) {
      await new Promise((resolve) => worker.addEventListener("message", resolve, { once: true }));
      yield;
    }
  } finally {
    worker.terminate();
  }
}

/** Makes all waits of the page so many times shorter. */
export function hasten(times) {
  const { setTimeout } = window;
  window.setTimeout = (action, milliseconds) => setTimeout(action, milliseconds / times);
}

/** Makes the page one that is never idle. */
export function neverIdle() {
  window.requestIdleCallback = () => 0;
}

/** Waits for a task after this one, which no tab has to wait long for. */
export function nextTask() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

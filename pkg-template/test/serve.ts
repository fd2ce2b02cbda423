// A server of Node's own, on a port of its own.
import { createServer, type Answer, type Incoming } from "node:http";

/** Calls `use` with the origin of a server that answers with the JSON of what `answer` gives; it ends with that. */
export async function serve(
  answer: (request: Incoming, response: Answer) => Promise<unknown>,
  use: (origin: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    answer(request, response).then(
      (body) => response.end(JSON.stringify(body) ?? "null"),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(JSON.stringify(`${error}`));
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

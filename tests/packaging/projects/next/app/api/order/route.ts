import { honestCaches, readState, StateError } from "holdall/server";

export async function POST(request: Request) {
  try {
    const { cart } = await readState(request, { cart: { in: "body", required: true } });
    const response = Response.json({ cart, token: request.headers.get("authorization") });
    honestCaches(response.headers);
    return response;
  } catch (error) {
    if (error instanceof StateError) return error.toResponse();
    throw error;
  }
}

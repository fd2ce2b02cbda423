import express from "express";
import { readState, StateError } from "holdall/server";

const token = { access_token: "secret", token_type: "Bearer", expires_in: 60 };

const app = express();
app.use(express.json());
app.use(express.static("public"));
app.use("/holdall", express.static("node_modules/holdall"));

app.post(["/auth/sign-in", "/auth/refresh"], (_request, response) => response.json(token));
app.post("/api/order", async (request, response) => {
  const { cart } = await readState(request, { cart: { in: "body", required: true } });
  response.json({ cart, token: request.get("authorization") });
});
app.use((error, _request, response, next) => {
  if (!(error instanceof StateError)) return next(error);
  response.status(error.status).type("application/problem+json").json(error.problem);
});

app.listen(process.env.PORT, "127.0.0.1");

export function POST() {
  return Response.json({ access_token: "secret", token_type: "Bearer", expires_in: 60 });
}

// A request of ours outside htmx: same origin, with the CSRF token.
import { meta } from "./page";

export async function send(url: string, body: FormData | URLSearchParams, method = "POST", more: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method, body, credentials: "same-origin", redirect: "manual",
    headers: { "X-CSRF-Token": meta("csrf-token"), "HX-Request": "true", Accept: "text/html, application/json", ...more },
  });
}

/** True when the answer is "sign in first": a redirect of our own or a plain 401. */
export function isSignedOut(response: Response): boolean {
  return response.type === "opaqueredirect" || response.status === 401;
}

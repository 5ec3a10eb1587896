// form[data-passkey="use|add"][data-passkey-options="URL"]: on sending, the device is asked first and its answer goes along in
// the field `credential`. A button [data-passkey-send="URL"] in any form does so and then sends that form.
import { closest, word } from "./page";
import { send } from "./request";
import { toast } from "./toasts";

type Json = Record<string, unknown>;
const bytes = (text: string): ArrayBuffer =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0)).buffer as ArrayBuffer;
const text = (buffer: ArrayBuffer | null): string | null => buffer
  && btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const named = (list: unknown): PublicKeyCredentialDescriptor[] =>
  ((list ?? []) as { id: string; type: "public-key" }[]).map((one) => ({ ...one, id: bytes(one.id) }));

async function used(options: Json): Promise<Json> {
  const publicKey = {
    ...options, challenge: bytes(String(options["challenge"])), allowCredentials: named(options["allowCredentials"]),
  } as PublicKeyCredentialRequestOptions;
  const made = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const { clientDataJSON, authenticatorData, signature, userHandle } = made.response as AuthenticatorAssertionResponse;
  return written(made, {
    clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature), userHandle: text(userHandle),
  });
}

async function added(options: Json): Promise<Json> {
  const user = options["user"] as Json;
  const publicKey = {
    ...options, challenge: bytes(String(options["challenge"])), user: { ...user, id: bytes(String(user["id"])) },
    excludeCredentials: named(options["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return written(made, {
    clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject), transports: response.getTransports(),
  });
}

function written(made: PublicKeyCredential, response: Json): Json {
  return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults() };
}

/** Asks the device, fills `credential`; false when the person or the device said no. */
async function fill(form: HTMLFormElement, url: string, kind: string): Promise<boolean> {
  const field = form.elements.namedItem("credential");
  if (!(field instanceof HTMLInputElement)) return false;
  try {
    const answer = await send(url, new URLSearchParams());
    if (!answer.ok) throw new Error(String(answer.status));
    const options = (await answer.json()) as Json;
    field.value = JSON.stringify(kind === "add" ? await added(options) : await used(options));
    return true;
  } catch {
    toast("warning", word("passkey-failed"));
    return false;
  }
}

export function startPasskeys(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset["passkey"]) return;
    event.preventDefault();
    void fill(form, form.dataset["passkeyOptions"] ?? "", form.dataset["passkey"]).then((isFilled) => { if (isFilled) form.submit(); });
  });
  document.addEventListener("click", (event) => {
    const button = closest<HTMLButtonElement>(event, "[data-passkey-send]");
    const form = button?.form;
    if (!button || !form) return;
    void fill(form, button.dataset["passkeySend"] ?? "", "use").then((isFilled) => {
      if (!isFilled) return;
      form.querySelectorAll<HTMLInputElement>("input[type=password]").forEach((field) => { field.required = false; });
      form.requestSubmit();
    });
  });
}

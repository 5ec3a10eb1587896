// The one Socket.IO connection of a page, made when something on the page first needs it, and its indicator.
// Payloads carry ids and revisions; the page fetches what changed over http, where rights and audit are.
import { io, type Socket } from "socket.io-client";
import { each, word } from "./page";
import { STILL_HERE, lookAgain } from "./timeout";

export type LiveState = "connecting" | "on" | "off";
const ANSWER_MS = 8_000;
const REFUSED_RETRY_MS = 15_000;

let socket: Socket | null = null;
let state: LiveState = "connecting";
const listeners = new Set<(state: LiveState) => void>();

export class NoAnswer extends Error {}

export function connection(): Socket {
  if (socket) return socket;
  const made = io({ transports: ["websocket"], reconnectionDelay: 500, reconnectionDelayMax: 5_000, randomizationFactor: 0.5 });
  socket = made;
  made.on("connect", () => tell("on"));
  made.on("disconnect", () => { tell("off"); retryWhenRefused(made); });
  made.on("connect_error", () => { tell("off"); retryWhenRefused(made); });
  document.addEventListener(STILL_HERE, () => comeBack(made));
  tell("connecting");
  return made;
}

let cameBackAt = -REFUSED_RETRY_MS;

/** Who signed in again in another tab, or confirmed there who they are (that session has another key), is live at once. Once in the
 *  time of a retry: who is refused for another reason knocks no more often than before. */
function comeBack(made: Socket): void {
  if (made.connected || made.active || performance.now() - cameBackAt < REFUSED_RETRY_MS) return;
  cameBackAt = performance.now();
  made.connect();
}

/** A server that hung up or refused is not tried again by Socket.IO itself: signing in again must suffice. */
function retryWhenRefused(made: Socket): void {
  if (made.active) return;
  lookAgain();
  setTimeout(() => { if (!made.connected) made.connect(); }, REFUSED_RETRY_MS);
}

export const isLive = (): boolean => state === "on";

/** Emits and waits for the server's answer; NoAnswer when there is none in time or the line is down. */
export async function ask<Answer>(event: string, payload: unknown): Promise<Answer> {
  const line = connection();
  if (!line.connected) throw new NoAnswer(event);
  try {
    return (await line.timeout(ANSWER_MS).emitWithAck(event, payload)) as Answer;
  } catch {
    throw new NoAnswer(event);
  }
}

/** Calls back at every change of state, and at once with the present one. */
export function onLive(act: (state: LiveState) => void): void {
  listeners.add(act);
  act(state);
}

function tell(next: LiveState): void {
  state = next;
  document.querySelectorAll<HTMLElement>("[data-live-indicator]").forEach(draw);
  listeners.forEach((act) => act(next));
}

function draw(indicator: HTMLElement): void {
  indicator.hidden = socket === null;
  indicator.dataset["state"] = state;
  const text = indicator.querySelector<HTMLElement>("[data-live-word]");
  if (text) text.textContent = word(`live-${state}`);
  indicator.title = word(`live-${state}-title`);
}

export function startIndicator(): void {
  each("[data-live-indicator]", draw);
}

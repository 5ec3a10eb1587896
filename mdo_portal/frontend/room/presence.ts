// Being in the meeting: [data-room="MEETING"] joins, and joins again after every interruption, so that presence and
// quorum count this person. Who is there and which case is on comes as topic `meeting:ID` (refresh.ts).
import { each, word } from "../behaviours/page";
import { ask, connection, onLive } from "../behaviours/socket";
import { toast } from "../behaviours/toasts";

interface Joined { ok: boolean; reason?: string }

async function join(room: HTMLElement): Promise<void> {
  try {
    const answer = await ask<Joined>("room:join", { meeting: room.dataset["room"] });
    room.dataset["joined"] = answer.ok ? "yes" : "no";
    if (!answer.ok) toast("error", word("room-refused"));
  } catch {
    room.dataset["joined"] = "no"; // the next "on" joins again
  }
}

export function startPresence(): void {
  let room: HTMLElement | null = null;
  each("[data-room]", (element) => {
    if (element.dataset["room"] === room?.dataset["room"] && room?.isConnected) return;
    const isFirst = room === null;
    room = element;
    if (!isFirst) { void join(element); return; }
    connection();
    onLive((state) => { if (room && state === "on") void join(room); });
  });
}

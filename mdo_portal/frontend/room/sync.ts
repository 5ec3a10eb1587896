// One shared text, kept equal with the server's. Opening and coming back are the same act: send our state vector, get
// what we lack and the server's vector, send what it lacks. A local change counts as saved only when the server has
// answered for it; until then it lives in the Yjs document. Messages: README.md, "Shared notes".
import * as Y from "yjs";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import { NoAnswer, ask, connection, isLive } from "../behaviours/socket";

interface Opened { ok: boolean; reason?: string; update?: Bytes; vector?: Bytes; revision?: number }
interface Stored { ok: boolean; reason?: string; revision?: number }
type Bytes = ArrayBuffer | Uint8Array;
export type NoteState = "opening" | "saved" | "unsaved" | "refused";

const REMOTE = "server";
const GATHER_MS = 40;
const AGAIN_MS = 1_500;
const TRY_AGAIN = new Set(["busy", "rate", "behind"]);
const bytes = (value: Bytes): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array(value));

/** True when `doc` holds something of any writer that the other side does not. */
function isAhead(doc: Y.Doc, theirs: Map<number, number>): boolean {
  return [...Y.decodeStateVector(Y.encodeStateVector(doc))].some(([client, clock]) => clock > (theirs.get(client) ?? 0));
}

export class NoteSync {
  readonly doc = new Y.Doc();
  readonly text = this.doc.getText("text");
  readonly awareness = new Awareness(this.doc);
  reason = "";
  private pending: Uint8Array[] = [];
  private isDirty = false; // something local has no answer yet
  private isJoined = false; // opened on the present connection
  private isSending = false;
  private hasOpened = false;
  private isRefused = false;
  private wasShown = false; // others may be drawing our cursor
  private attempt = 0;
  private timer = 0;

  constructor(readonly note: string, private readonly tell: (state: NoteState) => void) {
    this.awareness.setLocalState(null);
    this.doc.on("update", (update: Uint8Array, origin: unknown) => { if (origin !== REMOTE) this.changed(update); });
    this.awareness.on("update", (_changes: unknown, origin: unknown) => { if (origin !== REMOTE) this.sayWhere(); });
  }

  get state(): NoteState {
    if (this.isRefused) return "refused";
    if (!this.hasOpened) return "opening";
    return this.isDirty ? "unsaved" : "saved";
  }

  /** Typed here, and not answered for by the server. */
  get isUnsaved(): boolean { return this.isDirty; }

  /** Opens the note, or picks it up again after an interruption. */
  async open(): Promise<void> {
    const attempt = ++this.attempt;
    this.isJoined = false;
    try {
      const answer = await ask<Opened>("note:open", { note: this.note, vector: Y.encodeStateVector(this.doc) });
      if (attempt !== this.attempt) return;
      if (!answer.ok) { this.refuse(answer.reason ?? ""); return; }
      if (answer.update) Y.applyUpdate(this.doc, bytes(answer.update), REMOTE);
      this.hasOpened = true;
      this.isJoined = true;
      this.catchUp(answer.vector ? bytes(answer.vector) : Y.encodeStateVector(new Y.Doc()));
      this.sayWhere(true);
    } catch (problem) {
      if (!(problem instanceof NoAnswer)) throw problem;
      if (attempt === this.attempt) this.openLater();
    }
    this.tell(this.state);
  }

  /** Queues what the server lacks. Deletions are in no vector, therefore unanswered changes always count. */
  private catchUp(theirs: Uint8Array): void {
    this.pending = [];
    if (!this.isDirty && !isAhead(this.doc, Y.decodeStateVector(theirs))) return;
    this.isDirty = true;
    this.pending.push(Y.encodeStateAsUpdate(this.doc, theirs));
    void this.flush();
  }

  private openLater(): void {
    setTimeout(() => { if (isLive() && !this.isJoined && !this.isRefused) void this.open(); }, AGAIN_MS);
  }

  private changed(update: Uint8Array): void {
    this.pending.push(update);
    this.isDirty = true;
    this.tell(this.state);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Sends all that waits as one update; one is under way at a time, so the server stores them in order. */
  private async flush(): Promise<void> {
    if (!this.isJoined || this.isSending || this.pending.length === 0) return;
    const attempt = this.attempt;
    const update = Y.mergeUpdates(this.pending.splice(0));
    this.isSending = true;
    try {
      const answer = await ask<Stored>("note:update", { note: this.note, update });
      if (!answer.ok && !TRY_AGAIN.has(answer.reason ?? "")) this.refuse(answer.reason ?? "");
      else if (!answer.ok) throw new NoAnswer("note:update");
      else if (this.pending.length === 0 && attempt === this.attempt) this.isDirty = false;
    } catch (problem) {
      if (!(problem instanceof NoAnswer)) throw problem;
      if (attempt === this.attempt) { this.isJoined = false; this.openLater(); }
    } finally {
      this.isSending = false;
    }
    this.tell(this.state);
    void this.flush();
  }

  private refuse(reason: string): void {
    this.isRefused = true;
    this.isJoined = false;
    this.reason = reason;
    this.tell("refused");
  }

  hear(update: Bytes): void {
    Y.applyUpdate(this.doc, bytes(update), REMOTE);
    this.tell(this.state);
  }

  /** Where others are. Somebody new, also one who only reads, is answered with where we are. */
  hearWhere(update: Bytes): void {
    const known = this.awareness.meta.size;
    applyAwarenessUpdate(this.awareness, bytes(update), REMOTE);
    if (this.awareness.meta.size > known) setTimeout(() => this.sayWhere(), 50 + Math.random() * 200);
  }

  private sayWhere(isHello = false): void {
    const isShown = this.awareness.getLocalState() !== null;
    if (!this.isJoined || !(isShown || this.wasShown || isHello)) return;
    this.wasShown = isShown;
    connection().emit("note:awareness", { note: this.note, update: encodeAwarenessUpdate(this.awareness, [this.doc.clientID]) });
  }

  /** The line is down: nobody else's cursor is certain any more. */
  interrupted(): void {
    this.isJoined = false;
    removeAwarenessStates(this.awareness, [...this.awareness.getStates().keys()].filter((client) => client !== this.doc.clientID), REMOTE);
    this.tell(this.state);
  }

  close(): void {
    removeAwarenessStates(this.awareness, [this.doc.clientID], "left");
    this.awareness.destroy();
    this.doc.destroy();
  }
}

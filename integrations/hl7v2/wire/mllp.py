"""MLLP framing without sockets: bytes go in, whole messages come out, the same ones however the stream is cut.

A frame is VT, message, FS, CR. What senders really do, and what becomes of it:
- bytes before VT are noise and go; how they begin is remembered (`stray`), for who has never sent a frame may speak something else;
  an empty frame is no message;
- FS ends a frame when CR, LF or VT follows. FS before anything else is part of the text: ending there would acknowledge half
  a message. A sender who leaves out the CR waits for his answer with FS as last byte: `flush` then ends the frame;
- VT inside a frame is text (Word writes it for a line break), unless MSH follows: then the sender began again, and what came
  before was never acknowledged and will be sent again.
Work is linear in the bytes: the search never looks at a byte twice, and the buffer is cut once per feed.
"""

from __future__ import annotations

VT, FS, CR = b"\x0b", b"\x1c", b"\x0d"
DEFAULT_LIMIT = 32 * 1024 * 1024
START_BYTES = 4096
_AFTER_FS = b"\r\n\x0b"
_AGAIN = VT + b"MSH"
_BLANK = b"\r\n \x0b"


class FrameTooLarge(Exception):
    """More than the limit came without an end. `frames` were whole before it, `start` is how the large one begins."""

    def __init__(self, frames: list[bytes], start: bytes) -> None:
        super().__init__("a message without an end within the limit")
        self.frames = frames
        self.start = start


class MllpDecoder:
    """One per connection. After FrameTooLarge it is of no use any more."""

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT) -> None:
        self._limit = limit_bytes
        self._buffer = bytearray()  # empty, or starts with the VT of an unfinished frame
        self._seen = 1  # no end of a frame before this place in the buffer
        self.stray = b""  # how that began which came outside a frame

    @property
    def unfinished(self) -> bool:
        """Whether part of a message waits for the rest."""
        return bool(self._buffer)

    @property
    def size(self) -> int:
        """How many bytes of it are here."""
        return len(self._buffer)

    @property
    def start(self) -> bytes:
        """How the unfinished message begins."""
        return bytes(self._buffer[1 : 1 + START_BYTES])

    @property
    def ends_bare(self) -> bool:
        """Whether the last byte was FS: complete, if nothing more comes."""
        return len(self._buffer) > 1 and self._buffer.endswith(FS)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole with these bytes, in order. Raises FrameTooLarge."""
        if self._buffer:
            self._buffer += data
            contents, rest = _cut(self._buffer, self._seen)
            del self._buffer[:rest]
        else:  # as nearly always
            contents, rest = _cut(data, 1)
            self._buffer += data[rest:]
            if rest and not contents and len(self.stray) < START_BYTES:
                self.stray = (self.stray + data[:rest])[:START_BYTES]
        # Everything was looked at, save a last FS whose successor is not here yet.
        self._seen = max(1, len(self._buffer) - self._buffer.endswith(FS))
        frames = self._within(contents)
        if len(self._buffer) - 1 - self.ends_bare > self._limit:
            raise FrameTooLarge(frames, self.start)
        return frames

    def flush(self) -> list[bytes]:
        """Nothing more comes for now: a frame that ends in a bare FS is whole."""
        if not self.ends_bare:
            return []
        whole = bytes(self._buffer[1:-1])
        self._buffer.clear()
        self._seen = 1
        return _messages([whole])

    def _within(self, contents: list[bytes]) -> list[bytes]:
        if contents and max(map(len, contents)) > self._limit:
            position = next(at for at, content in enumerate(contents) if len(content) > self._limit)
            raise FrameTooLarge(_messages(contents[:position]), contents[position][:START_BYTES])
        return _messages(contents)


def _cut(buffer: bytes | bytearray, seen: int) -> tuple[list[bytes], int]:
    """What stands between VT and an end, and from where on the buffer is still to be looked at.

    `seen`: before this place there is no end of the frame that begins at 0, if one does. Single bytes are found ten times as fast as two.
    """
    frames: list[bytes] = []
    start = buffer.find(VT)
    if start > 0:
        seen = start + 1
    while start >= 0:
        end = buffer.find(FS, seen)
        if end < 0 or end + 1 == len(buffer):
            return frames, start
        seen = end + 1
        if buffer[seen] in _AFTER_FS:
            frames.append(bytes(buffer[start + 1 : end]))
            start = buffer.find(VT, seen)
            seen = start + 1
    return frames, len(buffer)


def frame(raw: bytes) -> bytes:
    """`raw` ready for the wire."""
    return VT + raw + FS + CR


def _messages(contents: list[bytes]) -> list[bytes]:
    last_begun = [content[content.rfind(_AGAIN) + 1 :] if VT in content else content for content in contents]
    return [content for content in last_begun if content[:1] not in _BLANK or content.strip(_BLANK)]

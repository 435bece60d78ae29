/* Frames of RFC 6455, as a client sees them: its own are masked, the server's are not. */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opcode { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

#define FRAME_MAX_HEADER 14

/* Writes a final, masked frame to target, which has room for size + FRAME_MAX_HEADER, and returns its length. */
size_t frame_write(uint8_t *target, enum opcode opcode, bool compressed, const uint8_t *payload, size_t size);

/* A whole message, or a control frame. The payload is there only if it was captured. */
struct message {
	enum opcode opcode;
	bool compressed;
	uint64_t size;
	const uint8_t *payload;
};

/* Takes frames apart as they come in, in pieces of any size, and keeps no payload unless it is told to. */
struct frame_reader {
	uint8_t header[10];
	unsigned header_size;
	uint64_t remaining;
	bool in_payload;

	/* The message that is being received; control frames may come between its frames. */
	enum opcode message_opcode;
	bool message_compressed;
	uint64_t message_size;

	/* Payload of the message, if capture is set. Belongs to the reader. */
	bool capture;
	uint8_t *captured;

	uint8_t control[125];
	unsigned control_size;
};

/*
 * Reads up to the end of the next message and moves *bytes past it. Returns 1 when there is a message, 0 when more bytes
 * are needed, and -1 with a reason when the server breaks the protocol.
 */
int frame_read(struct frame_reader *reader, const uint8_t **bytes, size_t *size, struct message *message,
		const char **reason);

void frame_reader_release(struct frame_reader *reader);

#endif

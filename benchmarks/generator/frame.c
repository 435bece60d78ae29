#include "frame.h"

#include <stdlib.h>
#include <string.h>

/* One key for all frames: what it costs to unmask does not depend on it, and frames can be prepared once. */
static const uint8_t masking_key[4] = { 0x37, 0xfa, 0x21, 0x3d };

size_t frame_write(uint8_t *target, enum opcode opcode, bool compressed, const uint8_t *payload, size_t size)
{
	size_t at = 0;
	target[at++] = (uint8_t) (0x80 | (compressed ? 0x40 : 0) | opcode);
	if (size < 126) {
		target[at++] = (uint8_t) (0x80 | size);
	}
	else if (size < 65536) {
		target[at++] = 0x80 | 126;
		target[at++] = (uint8_t) (size >> 8);
		target[at++] = (uint8_t) size;
	}
	else {
		target[at++] = 0x80 | 127;
		for (int shift = 56; shift >= 0; shift -= 8) {
			target[at++] = (uint8_t) ((uint64_t) size >> shift);
		}
	}
	memcpy(target + at, masking_key, 4);
	at += 4;
	for (size_t i = 0; i < size; i++) {
		target[at + i] = payload[i] ^ masking_key[i & 3];
	}
	return at + size;
}

static bool is_control(const struct frame_reader *reader)
{
	return (reader->header[0] & 0x08) != 0;
}

static unsigned expected_header_size(const struct frame_reader *reader)
{
	if (reader->header_size < 2) {
		return 2;
	}
	unsigned length = reader->header[1] & 0x7f;
	return length < 126 ? 2 : length == 126 ? 4 : 10;
}

/* Returns NULL, or what is wrong with the header. */
static const char *begin_payload(struct frame_reader *reader)
{
	const uint8_t *header = reader->header;
	if (header[1] & 0x80) {
		return "the server masks its frames";
	}
	uint64_t length = header[1] & 0x7f;
	if (length >= 126) {
		length = 0;
		for (unsigned i = 2; i < reader->header_size; i++) {
			length = length << 8 | header[i];
		}
	}
	reader->remaining = length;
	reader->in_payload = true;
	if (is_control(reader)) {
		reader->control_size = 0;
		return length > 125 ? "the server sends a control frame that is too long" : NULL;
	}
	if ((header[0] & 0x0f) != CONTINUATION) {
		reader->message_opcode = header[0] & 0x0f;
		reader->message_compressed = (header[0] & 0x40) != 0;
		reader->message_size = 0;
	}
	if (reader->capture) {
		reader->captured = realloc(reader->captured, reader->message_size + length + 1);
	}
	return NULL;
}

static void take_payload(struct frame_reader *reader, const uint8_t *bytes, size_t size)
{
	if (is_control(reader)) {
		memcpy(reader->control + reader->control_size, bytes, size);
		reader->control_size += (unsigned) size;
	}
	else {
		if (reader->capture) {
			memcpy(reader->captured + reader->message_size, bytes, size);
		}
		reader->message_size += size;
	}
	reader->remaining -= size;
}

/* Whether the frame that has just ended ends a message. */
static bool end_frame(struct frame_reader *reader, struct message *message)
{
	reader->header_size = 0;
	reader->in_payload = false;
	if (is_control(reader)) {
		*message = (struct message) { reader->header[0] & 0x0f, false, reader->control_size, reader->control };
		return true;
	}
	*message = (struct message) { reader->message_opcode, reader->message_compressed, reader->message_size,
			reader->capture ? reader->captured : NULL };
	return (reader->header[0] & 0x80) != 0;
}

int frame_read(struct frame_reader *reader, const uint8_t **bytes, size_t *size, struct message *message,
		const char **reason)
{
	while (*size > 0) {
		if (!reader->in_payload) {
			reader->header[reader->header_size++] = **bytes;
			(*bytes)++;
			(*size)--;
			if (reader->header_size < expected_header_size(reader)) {
				continue;
			}
			*reason = begin_payload(reader);
			if (*reason) {
				return -1;
			}
		}
		size_t taken = *size < reader->remaining ? *size : (size_t) reader->remaining;
		take_payload(reader, *bytes, taken);
		*bytes += taken;
		*size -= taken;
		if (reader->remaining == 0 && end_frame(reader, message)) {
			return 1;
		}
	}
	return 0;
}

void frame_reader_release(struct frame_reader *reader)
{
	free(reader->captured);
	reader->captured = NULL;
	reader->capture = false;
}

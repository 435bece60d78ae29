/* What is sent, prepared once as frames, and the check that it comes back. */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "options.h"

struct payload {
	uint8_t *text;
	size_t size;
	/* The same frame over and over, so that several messages leave in one write. */
	uint8_t *frames;
	size_t frame_size;
	size_t frames_size;
};

/* Ends the process when compression is asked for but was not there at compile time. */
struct payload payload_prepare(const struct options *options, enum opcode opcode, int copies);

/* NULL when the first message of a connection is what was sent, byte by byte. */
const char *payload_difference(const struct payload *payload, const struct message *message, bool deflate);

#endif

#include "payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAS_ZLIB
#include <zlib.h>

/* Deflates as RFC 7692 wants it: raw, flushed, without the four bytes at the end. */
static size_t compress_message(uint8_t *target, size_t room, const uint8_t *text, size_t size)
{
	z_stream stream = { 0 };
	deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
	stream.next_in = (uint8_t *) text;
	stream.avail_in = (uInt) size;
	stream.next_out = target;
	stream.avail_out = (uInt) room;
	deflate(&stream, Z_SYNC_FLUSH);
	size_t compressed = room - stream.avail_out - 4;
	deflateEnd(&stream);
	return compressed;
}

/* The bytes may be followed by four more, which complete them for zlib. */
static bool inflates_to(const uint8_t *bytes, size_t size, const uint8_t *text, size_t text_size)
{
	static const uint8_t tail[] = { 0x00, 0x00, 0xff, 0xff };
	uint8_t *complete = malloc(size + sizeof tail);
	uint8_t *result = malloc(text_size + 64);
	memcpy(complete, bytes, size);
	memcpy(complete + size, tail, sizeof tail);
	z_stream stream = { 0 };
	inflateInit2(&stream, -15);
	stream.next_in = complete;
	stream.avail_in = (uInt) (size + sizeof tail);
	stream.next_out = result;
	stream.avail_out = (uInt) (text_size + 64);
	inflate(&stream, Z_SYNC_FLUSH);
	bool same = stream.total_out == text_size && memcmp(result, text, text_size) == 0;
	inflateEnd(&stream);
	free(complete);
	free(result);
	return same;
}
#else
static size_t compress_message(uint8_t *target, size_t room, const uint8_t *text, size_t size)
{
	(void) target, (void) room, (void) text, (void) size;
	fputs("generator: built without zlib, which --deflate needs (Debian: zlib1g-dev)\n", stderr);
	exit(2);
}

static bool inflates_to(const uint8_t *bytes, size_t size, const uint8_t *text, size_t text_size)
{
	(void) bytes, (void) size, (void) text, (void) text_size;
	return false;
}
#endif

/* Something like what an API says: the same names again and again, with values that differ. */
static void fill_with_json(char *text, size_t size)
{
	size_t at = (size_t) snprintf(text, size, "{\"orders\":[");
	for (unsigned i = 1; at + 100 < size; i++) {
		at += (size_t) snprintf(text + at, size - at,
				"{\"id\":%u,\"symbol\":\"S%u\",\"price\":%u.%02u,\"quantity\":%u,\"side\":\"%s\"},", 48271 * i % 99991,
				16807 * i % 997, 69621 * i % 1999, 40692 * i % 100, 39373 * i % 5003, i % 3 ? "buy" : "sell");
	}
	at += (size_t) snprintf(text + at, size - at, "{}],\"note\":\"");
	while (at < size - 2) {
		text[at++] = '.';
	}
	memcpy(text + size - 2, "\"}", 2);
}

static void fill_with_letters(uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		text[i] = (uint8_t) ('a' + i % 26);
	}
}

struct payload payload_prepare(const struct options *options, enum opcode opcode, int copies)
{
	size_t size = options->size;
	struct payload payload = { .text = malloc(size + 128), .size = size };
	uint8_t *frame = malloc(2 * size + 128);
	if (options->deflate && size >= 256) {
		fill_with_json((char *) payload.text, size);
	}
	else {
		fill_with_letters(payload.text, size);
	}
	if (options->deflate) {
		uint8_t *compressed = malloc(2 * size + 64);
		size_t compressed_size = compress_message(compressed, 2 * size + 64, payload.text, size);
		payload.frame_size = frame_write(frame, opcode, true, compressed, compressed_size);
		free(compressed);
	}
	else {
		payload.frame_size = frame_write(frame, opcode, false, payload.text, size);
	}
	payload.frames_size = payload.frame_size * (size_t) copies;
	payload.frames = malloc(payload.frames_size);
	for (int i = 0; i < copies; i++) {
		memcpy(payload.frames + (size_t) i * payload.frame_size, frame, payload.frame_size);
	}
	free(frame);
	return payload;
}

const char *payload_difference(const struct payload *payload, const struct message *message, bool deflate)
{
	if (message->opcode != TEXT) {
		return "the echo is no text message";
	}
	if (message->compressed != deflate) {
		return deflate ? "the echo is not compressed" : "the echo has a reserved bit";
	}
	bool same = deflate ? inflates_to(message->payload, (size_t) message->size, payload->text, payload->size)
			: message->size == payload->size && memcmp(message->payload, payload->text, payload->size) == 0;
	return same ? NULL : "the echo is not what was sent";
}

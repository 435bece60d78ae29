#define _GNU_SOURCE
#include "handshake.h"

#include <stdio.h>
#include <string.h>

/* The key of RFC 6455's example, and the answer to it. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

size_t handshake_request(char *target, const struct options *options)
{
	/* Without context takeover on either side: what all contenders can do, and the default of most. */
	const char *extension = options->deflate
			? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
			: "";
	const char *scheme = options->tls ? "https" : "http";
	return (size_t) snprintf(target, HANDSHAKE_MAX,
			"GET %s HTTP/1.1\r\n"
			"Host: %s:%d\r\n"
			"Origin: %s://%s:%d\r\n"
			"Upgrade: websocket\r\n"
			"Connection: Upgrade\r\n"
			"Sec-WebSocket-Version: 13\r\n"
			"Sec-WebSocket-Key: " KEY "\r\n"
			"%s\r\n",
			options->path, options->host, options->port, scheme, options->host, options->port, extension);
}

const char *handshake_refusal(const char *response, const struct options *options)
{
	if (strncmp(response, "HTTP/1.1 101 ", 13) != 0) {
		return "the server refuses the upgrade";
	}
	if (!strstr(response, ACCEPT)) {
		return "the server answers with the wrong key";
	}
	bool deflate = strcasestr(response, "permessage-deflate") != NULL;
	if (options->deflate != deflate) {
		return deflate ? "the server compresses unasked" : "the server does not compress";
	}
	return NULL;
}

#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

#define HANDSHAKE_MAX 4096

/* Writes the upgrade request to target, which has room for HANDSHAKE_MAX, and returns its length. */
size_t handshake_request(char *target, const struct options *options);

/* NULL when the response, which ends with a zero, accepts the upgrade on the terms that were asked for. */
const char *handshake_refusal(const char *response, const struct options *options);

#endif

/*
 * All connections, on one thread with one epoll instance. What is done with them is a work's business; this opens them,
 * moves bytes and finds messages in them.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "histogram.h"
#include "options.h"
#include "payload.h"
#include "transport.h"

enum state { CLOSED, CONNECTING, UPGRADING, OPEN };

struct connection {
	struct transport transport;
	unsigned number;
	enum state state;
	uint64_t began;
	struct frame_reader reader;

	/* The response to the upgrade, as far as it is there. */
	char *response;
	size_t response_size;

	/* Bytes of the payload's frames that have to be written yet, and where in the frames to go on. */
	uint64_t owed;
	size_t position;
	bool waits_for_room;

	/* Size of the messages that follow the first, which was looked at byte by byte. */
	bool checked;
	uint64_t expected_size;

	/* When the messages on their way were sent, the oldest at oldest. For works that want to know. */
	uint64_t *sent_at;
	unsigned oldest;
};

struct client {
	const struct options *options;
	const struct work *work;
	struct payload payload;
	struct connection *connections;
	int epoll;
	int open;

	/* Time of the last event, in nanoseconds. */
	uint64_t now;
	/* How long it has waited for events, in nanoseconds. */
	uint64_t waited;
	/* Set by a work that has nothing more to do. */
	bool done;

	/* Since the measurement began. */
	uint64_t messages;
	struct histogram latency;

	uint64_t errors;
	const char *first_error;
};

/* What to do with connections. Functions that are not set are not called. */
struct work {
	const char *name;
	enum opcode opcode;
	/* The work opens its connections itself. */
	bool opens;
	/* The load is to be measured in its middle, not from begin to done. */
	bool steady;
	/* Waits for long, and is not to be counted. */
	bool sleeps;
	void (*begin)(struct client *client);
	void (*opened)(struct client *client, struct connection *connection);
	void (*received)(struct client *client, struct connection *connection, const struct message *message);
	void (*sent)(struct client *client, struct connection *connection);
	void (*closed)(struct client *client, struct connection *connection);
};

uint64_t client_clock(void);

void client_start(struct client *client, const struct options *options, const struct work *work);

/* Opens all connections, some at a time. Returns false if that is not done within the time. */
bool client_open_all(struct client *client, double seconds);

/* Handles events until the time is over, the work is done or the function, if any, says so. */
void client_run(struct client *client, double seconds, bool (*stop)(struct client *client));

/* Says goodbye to the server, which would otherwise have to deal with lost connections. */
void client_close_all(struct client *client);

void connection_open(struct client *client, struct connection *connection);

/* Sends the payload so many times, as soon as there is room. */
void connection_send(struct client *client, struct connection *connection, uint64_t times);

/* Sends a short frame of the work's own, between two of the payload. */
void connection_send_frame(struct client *client, struct connection *connection, enum opcode opcode,
		const void *payload, size_t size);

/* Counts an error if the message is not the payload. */
void connection_check(struct client *client, struct connection *connection, const struct message *message);

void connection_fail(struct client *client, struct connection *connection, const char *reason);

#endif

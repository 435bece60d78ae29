#include "works.h"

#include <stdio.h>
#include <string.h>

static struct connection *connection_at(struct client *client, int i)
{
	return &client->connections[i];
}

/*
 * echo: each connection has so many messages on their way at any time. For each that comes back the next is sent, for
 * several that come back together several together.
 */
static void echo_begin(struct client *client)
{
	unsigned in_flight = (unsigned) client->options->in_flight;
	for (int i = 0; i < client->options->connections; i++) {
		struct connection *connection = connection_at(client, i);
		for (unsigned j = 0; j < in_flight; j++) {
			connection->sent_at[j] = client->now;
		}
		connection_send(client, connection, in_flight);
	}
}

static void echo_received(struct client *client, struct connection *connection, const struct message *message)
{
	connection_check(client, connection, message);
	histogram_record(&client->latency, client->now - connection->sent_at[connection->oldest]);
	connection->sent_at[connection->oldest] = client->now;
	connection->oldest = (connection->oldest + 1) % (unsigned) client->options->in_flight;
	connection->owed += client->payload.frame_size; /* Written when all that has arrived was looked at. */
	client->messages++;
}

/* fanout: one connection sends, all receive, itself included; the next is sent when the last has it. */
static int awaited;
static uint64_t fanout_sent_at;

static void fanout_send(struct client *client)
{
	awaited = client->open;
	fanout_sent_at = client->now;
	connection_send(client, connection_at(client, 0), 1);
}

static void fanout_received(struct client *client, struct connection *connection, const struct message *message)
{
	connection_check(client, connection, message);
	client->messages++;
	if (--awaited == 0) {
		histogram_record(&client->latency, client->now - fanout_sent_at);
		fanout_send(client);
	}
}

/* setup: a connection is opened, upgraded, closed with the closing handshake, and the next one opened. */
static void setup_begin(struct client *client)
{
	for (int i = 0; i < client->options->connections; i++) {
		connection_open(client, connection_at(client, i));
	}
}

static void setup_opened(struct client *client, struct connection *connection)
{
	static const uint8_t normal[] = { 0x03, 0xe8 };
	histogram_record(&client->latency, client->now - connection->began);
	client->messages++;
	connection_send_frame(client, connection, CLOSE, normal, sizeof normal);
}

static void setup_closed(struct client *client, struct connection *connection)
{
	/* A server that accepts nothing at all must not make this a recursion without an end. */
	if (!client->done && client->errors < 100) {
		connection_open(client, connection);
	}
}

/* idle: all connections have echoed one message and wait, until the standard input ends. */
static void idle_begin(struct client *client)
{
	for (int i = 0; i < client->options->connections; i++) {
		connection_send(client, connection_at(client, i), 1);
	}
}

static void idle_received(struct client *client, struct connection *connection, const struct message *message)
{
	connection_check(client, connection, message);
	if (++client->messages == (uint64_t) client->options->connections) {
		puts("ready");
		fflush(stdout);
	}
}

/* upload: binary messages until so many bytes are sent, then a text message, which the server echoes. */
static const char end_of_upload[] = "end";

static void upload_begin(struct client *client)
{
	client->messages = client->options->bytes / client->options->size;
	connection_send(client, connection_at(client, 0), client->messages);
}

static void upload_sent(struct client *client, struct connection *connection)
{
	connection_send_frame(client, connection, TEXT, end_of_upload, strlen(end_of_upload));
}

static void upload_received(struct client *client, struct connection *connection, const struct message *message)
{
	(void) connection;
	client->done = message->opcode == TEXT && message->size == strlen(end_of_upload);
}

static const struct work works[] = {
	{ .name = "echo", .opcode = TEXT, .steady = true, .begin = echo_begin, .received = echo_received },
	{ .name = "fanout", .opcode = TEXT, .steady = true, .begin = fanout_send, .received = fanout_received },
	{ .name = "setup", .opcode = TEXT, .steady = true, .opens = true, .begin = setup_begin, .opened = setup_opened,
			.closed = setup_closed },
	{ .name = "idle", .opcode = TEXT, .sleeps = true, .begin = idle_begin, .received = idle_received },
	{ .name = "upload", .opcode = BINARY, .begin = upload_begin, .received = upload_received, .sent = upload_sent },
};

const struct work *work_named(const char *name)
{
	for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
		if (strcmp(works[i].name, name) == 0) {
			return &works[i];
		}
	}
	return NULL;
}

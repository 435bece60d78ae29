#include "client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "handshake.h"

/* How many connections are being opened at a time: a server's backlog may hold no more than a hundred. */
#define OPENING 64

static uint8_t buffer[256 * 1024];

uint64_t client_clock(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t) time.tv_sec * 1000000000 + (uint64_t) time.tv_nsec;
}

static uint64_t after(double seconds)
{
	return client_clock() + (uint64_t) (seconds * 1e9);
}

static void watch(struct client *client, struct connection *connection, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = connection };
	epoll_ctl(client->epoll, operation, connection->transport.fd, &event);
}

static void wait_for_room(struct client *client, struct connection *connection, bool waits)
{
	if (connection->waits_for_room != waits) {
		connection->waits_for_room = waits;
		watch(client, connection, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
}

void client_start(struct client *client, const struct options *options, const struct work *work)
{
	unsigned count = (unsigned) options->connections;
	client->options = options;
	client->work = work;
	client->payload = payload_prepare(options, work->opcode, options->in_flight);
	client->epoll = epoll_create1(0);
	client->connections = calloc(count, sizeof *client->connections);
	for (unsigned i = 0; i < count; i++) {
		client->connections[i].number = i;
		client->connections[i].sent_at = calloc((size_t) options->in_flight, sizeof(uint64_t));
	}
	if (options->tls) {
		transport_use_tls();
	}
}

static void close_connection(struct client *client, struct connection *connection)
{
	if (connection->state == CLOSED) {
		return;
	}
	if (connection->state == OPEN) {
		client->open--;
	}
	connection->state = CLOSED;
	transport_close(&connection->transport);
	frame_reader_release(&connection->reader);
	free(connection->response);
	connection->response = NULL;
	if (client->work->closed) {
		client->work->closed(client, connection);
	}
}

void connection_fail(struct client *client, struct connection *connection, const char *reason)
{
	client->errors++;
	if (!client->first_error) {
		client->first_error = reason;
	}
	close_connection(client, connection);
}

void connection_open(struct client *client, struct connection *connection)
{
	/* A new number, and with it another address, each time. */
	connection->number += (unsigned) client->options->connections;
	connection->began = client->now;
	connection->reader = (struct frame_reader) { .capture = true };
	connection->response = malloc(HANDSHAKE_MAX);
	connection->response_size = 0;
	connection->owed = 0;
	connection->position = 0;
	connection->waits_for_room = true;
	connection->checked = false;
	connection->state = CONNECTING;
	if (transport_open(&connection->transport, client->options->host, client->options->port, connection->number) != 0) {
		connection_fail(client, connection, "no connection");
		return;
	}
	watch(client, connection, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

/* How much of what is owed goes into the next write. */
static size_t next_write(const struct client *client, const struct connection *connection)
{
	const struct payload *payload = &client->payload;
	size_t size = payload->frames_size - connection->position;
	if (client->options->one_by_one) {
		size = payload->frame_size - connection->position % payload->frame_size;
	}
	return size < connection->owed ? size : (size_t) connection->owed;
}

/* Writes what is owed as far as there is room. */
static void flush(struct client *client, struct connection *connection)
{
	const struct payload *payload = &client->payload;
	while (connection->owed > 0 && connection->state == OPEN) {
		ssize_t put = transport_write(&connection->transport, payload->frames + connection->position,
				next_write(client, connection));
		if (put == TRANSPORT_AGAIN) {
			wait_for_room(client, connection, true);
			return;
		}
		if (put <= 0) {
			connection_fail(client, connection, "the connection is lost while sending");
			return;
		}
		connection->owed -= (uint64_t) put;
		connection->position = (connection->position + (size_t) put) % payload->frames_size;
		if (connection->owed == 0 && client->work->sent) {
			client->work->sent(client, connection);
		}
	}
	if (connection->state == OPEN) {
		wait_for_room(client, connection, false);
	}
}

void connection_send(struct client *client, struct connection *connection, uint64_t times)
{
	connection->owed += times * client->payload.frame_size;
	flush(client, connection);
}

void connection_send_frame(struct client *client, struct connection *connection, enum opcode opcode,
		const void *payload, size_t size)
{
	uint8_t frame[125 + FRAME_MAX_HEADER];
	size_t length = frame_write(frame, opcode, false, payload, size);
	if (connection->position % client->payload.frame_size != 0) {
		return; /* Half a frame is out; whoever has so much to send needs no pong to show that it is alive. */
	}
	if (transport_write(&connection->transport, frame, length) != (ssize_t) length) {
		connection_fail(client, connection, "no room for a control frame");
	}
}

void connection_check(struct client *client, struct connection *connection, const struct message *message)
{
	if (connection->checked) {
		if (message->opcode != TEXT || message->size != connection->expected_size ||
		    message->compressed != client->options->deflate) {
			connection_fail(client, connection, "an echo has another length or form than those before");
		}
		return;
	}
	const char *difference = payload_difference(&client->payload, message, client->options->deflate);
	if (difference) {
		connection_fail(client, connection, difference);
		return;
	}
	connection->checked = true;
	connection->expected_size = message->size;
	frame_reader_release(&connection->reader);
}

static void handle_message(struct client *client, struct connection *connection, const struct message *message)
{
	switch (message->opcode) {
	case PING:
		connection_send_frame(client, connection, PONG, message->payload, (size_t) message->size);
		break;
	case PONG:
		break;
	case CLOSE:
		if (client->work->opens || client->done) {
			close_connection(client, connection);
		}
		else {
			connection_fail(client, connection, "the server closes the connection");
		}
		break;
	default:
		if (client->work->received && !client->done) {
			client->work->received(client, connection, message);
		}
	}
}

static void handle_frames(struct client *client, struct connection *connection, const uint8_t *bytes, size_t size)
{
	struct message message;
	const char *reason;
	int found = 0;
	while (connection->state == OPEN && (found = frame_read(&connection->reader, &bytes, &size, &message, &reason)) == 1) {
		handle_message(client, connection, &message);
	}
	if (connection->state == OPEN && found < 0) {
		connection_fail(client, connection, reason);
	}
}

/* The bytes are the response, or a part of it, and perhaps frames behind it. */
static void handle_response(struct client *client, struct connection *connection, const uint8_t *bytes, size_t size)
{
	size_t before = connection->response_size;
	size_t room = HANDSHAKE_MAX - 1 - before;
	size_t taken = size < room ? size : room;
	memcpy(connection->response + before, bytes, taken);
	connection->response_size += taken;
	connection->response[connection->response_size] = 0;
	char *end = strstr(connection->response, "\r\n\r\n");
	if (!end) {
		if (taken == room) {
			connection_fail(client, connection, "the response has no end");
		}
		return;
	}
	const char *refusal = handshake_refusal(connection->response, client->options);
	if (refusal) {
		connection_fail(client, connection, refusal);
		return;
	}
	size_t of_response = (size_t) (end + 4 - connection->response) - before;
	connection->state = OPEN;
	client->open++;
	free(connection->response);
	connection->response = NULL;
	if (client->work->opened) {
		client->work->opened(client, connection);
	}
	handle_frames(client, connection, bytes + of_response, size - of_response);
}

static void handle_connecting(struct client *client, struct connection *connection)
{
	int connected = transport_connect(&connection->transport);
	if (connected == TRANSPORT_AGAIN) {
		wait_for_room(client, connection, connection->transport.wants_write);
		return;
	}
	char request[HANDSHAKE_MAX];
	size_t size = handshake_request(request, client->options);
	if (connected != 1 || transport_write(&connection->transport, request, size) != (ssize_t) size) {
		connection_fail(client, connection, "no connection");
		return;
	}
	connection->state = UPGRADING;
	wait_for_room(client, connection, false);
}

static void handle_readable(struct client *client, struct connection *connection)
{
	ssize_t got;
	do {
		got = transport_read(&connection->transport, buffer, sizeof buffer);
		if (got == TRANSPORT_AGAIN) {
			break;
		}
		if (got <= 0) {
			if (client->work->opens || client->done) {
				close_connection(client, connection);
			}
			else {
				connection_fail(client, connection, "the server has gone");
			}
			return;
		}
		client->now = client_clock();
		if (connection->state == UPGRADING) {
			handle_response(client, connection, buffer, (size_t) got);
		}
		else {
			handle_frames(client, connection, buffer, (size_t) got);
		}
		/* What TLS has decrypted already is not seen by epoll. */
	} while (connection->transport.tls && connection->state >= UPGRADING);
	if (connection->state == OPEN && !connection->waits_for_room) {
		flush(client, connection);
	}
}

static void handle_event(struct client *client, const struct epoll_event *event)
{
	struct connection *connection = event->data.ptr;
	if (connection->state == CONNECTING) {
		handle_connecting(client, connection);
		return;
	}
	if (connection->state != CLOSED && (event->events & ~EPOLLOUT)) {
		handle_readable(client, connection);
	}
	if (connection->state == OPEN && (event->events & EPOLLOUT)) {
		flush(client, connection);
	}
}

static void handle_events(struct client *client)
{
	struct epoll_event events[256];
	/* Waits awake: waking this process up would be at the server's expense, and only if it is not busy anyway. */
	uint64_t before = client_clock();
	int count = epoll_wait(client->epoll, events, 256, client->work->sleeps ? 20 : 0);
	client->now = client_clock();
	if (count == 0) {
		client->waited += client->now - before;
	}
	for (int i = 0; i < count; i++) {
		handle_event(client, &events[i]);
	}
}

void client_run(struct client *client, double seconds, bool (*stop)(struct client *client))
{
	uint64_t deadline = after(seconds);
	client->now = client_clock();
	while (!client->done && client->now < deadline && !(stop && stop(client))) {
		handle_events(client);
	}
}

bool client_open_all(struct client *client, double seconds)
{
	uint64_t deadline = after(seconds);
	int count = client->options->connections;
	int begun = 0;
	client->now = client_clock();
	while (client->open < count && client->errors == 0 && client->now < deadline) {
		while (begun < count && begun - client->open < OPENING) {
			connection_open(client, &client->connections[begun++]);
		}
		handle_events(client);
	}
	return client->open == count;
}

void client_close_all(struct client *client)
{
	static const uint8_t normal[] = { 0x03, 0xe8 };
	client->done = true;
	for (int i = 0; i < client->options->connections; i++) {
		struct connection *connection = &client->connections[i];
		if (connection->state == OPEN) {
			connection_send_frame(client, connection, CLOSE, normal, sizeof normal);
		}
	}
	uint64_t deadline = after(2);
	while (client->open > 0 && client->now < deadline) {
		handle_events(client);
	}
}

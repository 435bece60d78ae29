/*
 * The least that a server can do: one thread, one epoll instance, one read per burst of messages and one write per
 * message, or per burst if it is told so. It checks nothing, has no limits and no timeouts, and is no server that anyone
 * should run: it shows what the kernel and the protocol cost by themselves.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <openssl/evp.h>

#define TEXT 1
#define BINARY 2

enum path { NOT_YET_KNOWN, ECHO, FANOUT, UPLOAD };

struct connection {
	int fd;
	enum path path;
	/* What was read and is no whole frame yet, and what could not be written yet. Allocated when there is any. */
	uint8_t *rest;
	size_t rest_size;
	uint8_t *unsent;
	size_t unsent_size;
	/* Its place among the subscribers. */
	int subscriber;
};

static int poller;
static bool batches;
static uint8_t input[128 * 1024];
static uint8_t output[128 * 1024 + 64];
static struct connection *subscribers[65536];
static int subscriber_count;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void watch(struct connection *connection, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = connection };
	epoll_ctl(poller, operation, connection->fd, &event);
}

static void end(struct connection *connection)
{
	if (connection->path == FANOUT) {
		struct connection *last = subscribers[--subscriber_count];
		subscribers[connection->subscriber] = last;
		last->subscriber = connection->subscriber;
	}
	close(connection->fd);
	free(connection->rest);
	free(connection->unsent);
	free(connection);
}

static void keep_unsent(struct connection *connection, const uint8_t *bytes, size_t size)
{
	connection->unsent = realloc(connection->unsent, connection->unsent_size + size);
	memcpy(connection->unsent + connection->unsent_size, bytes, size);
	if (connection->unsent_size == 0) {
		watch(connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
	}
	connection->unsent_size += size;
}

/* A connection that is lost is noticed when it is read. */
static void send_bytes(struct connection *connection, const uint8_t *bytes, size_t size)
{
	ssize_t put = 0;
	if (connection->unsent_size == 0) {
		put = write(connection->fd, bytes, size);
		if (put < 0 && errno != EAGAIN) {
			return;
		}
	}
	size_t done = put > 0 ? (size_t) put : 0;
	if (done < size) {
		keep_unsent(connection, bytes + done, size - done);
	}
}

static void send_unsent(struct connection *connection)
{
	ssize_t put = write(connection->fd, connection->unsent, connection->unsent_size);
	if (put <= 0) {
		return;
	}
	connection->unsent_size -= (size_t) put;
	memmove(connection->unsent, connection->unsent + put, connection->unsent_size);
	if (connection->unsent_size == 0) {
		free(connection->unsent);
		connection->unsent = NULL;
		watch(connection, EPOLL_CTL_MOD, EPOLLIN);
	}
}

static size_t write_header(uint8_t *target, uint8_t first, uint64_t length)
{
	target[0] = first;
	if (length < 126) {
		target[1] = (uint8_t) length;
		return 2;
	}
	if (length < 65536) {
		target[1] = 126;
		target[2] = (uint8_t) (length >> 8);
		target[3] = (uint8_t) length;
		return 4;
	}
	target[1] = 127;
	for (int i = 0; i < 8; i++) {
		target[2 + i] = (uint8_t) (length >> (56 - 8 * i));
	}
	return 10;
}

static void unmask(uint8_t *target, const uint8_t *source, size_t size, const uint8_t *key)
{
	uint64_t wide;
	uint32_t narrow;
	size_t i = 0;
	memcpy(&narrow, key, 4);
	wide = (uint64_t) narrow << 32 | narrow;
	for (; i + 8 <= size; i += 8) {
		uint64_t word;
		memcpy(&word, source + i, 8);
		word ^= wide;
		memcpy(target + i, &word, 8);
	}
	for (; i < size; i++) {
		target[i] = source[i] ^ key[i & 3];
	}
}

static void broadcast(const uint8_t *frame, size_t size)
{
	for (int i = 0; i < subscriber_count; i++) {
		send_bytes(subscribers[i], frame, size);
	}
}

/* Handles the whole frames among the bytes and returns how many bytes that were. */
static size_t handle_frames(struct connection *connection, const uint8_t *bytes, size_t size)
{
	size_t at = 0;
	size_t answered = 0;
	while (size - at >= 6) {
		const uint8_t *frame = bytes + at;
		uint64_t length = frame[1] & 0x7f;
		size_t header = 2;
		if (length >= 126) {
			size_t wide = length == 126 ? 2 : 8;
			if (size - at < 2 + wide + 4) {
				break;
			}
			length = 0;
			for (size_t i = 0; i < wide; i++) {
				length = length << 8 | frame[2 + i];
			}
			header += wide;
		}
		if (length > sizeof output - 64 || size - at < header + 4 + length) {
			break;
		}
		const uint8_t *payload = frame + header + 4;
		at += header + 4 + length;
		if (connection->path == UPLOAD && (frame[0] & 0x0f) == BINARY) {
			unmask(output, payload, length, frame + header);
			continue;
		}
		if (answered > 0 && (!batches || answered + length + 16 > sizeof output)) {
			send_bytes(connection, output, answered);
			answered = 0;
		}
		uint8_t *answer = output + answered;
		size_t answer_header = write_header(answer, frame[0], length);
		unmask(answer + answer_header, payload, length, frame + header);
		if (connection->path == FANOUT && (frame[0] & 0x0f) == TEXT) {
			broadcast(answer, answer_header + length);
		}
		else {
			answered += answer_header + length;
		}
	}
	if (answered > 0) {
		send_bytes(connection, output, answered);
	}
	return at;
}

static enum path path_of(const char *request)
{
	if (strncmp(request, "GET /fanout ", 12) == 0) {
		return FANOUT;
	}
	return strncmp(request, "GET /upload ", 12) == 0 ? UPLOAD : ECHO;
}

static size_t handle_request(struct connection *connection, const uint8_t *bytes, size_t size)
{
	uint8_t *end_of_request = memmem(bytes, size, "\r\n\r\n", 4);
	char *key = memmem(bytes, size, "Sec-WebSocket-Key: ", 19);
	if (!end_of_request || !key) {
		return 0;
	}
	uint8_t digest[EVP_MAX_MD_SIZE];
	char accept[64];
	char response[256];
	char text[60 + 1];
	snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key + 19);
	EVP_Digest(text, 60, digest, NULL, EVP_sha1(), NULL);
	EVP_EncodeBlock((uint8_t *) accept, digest, 20);
	int length = snprintf(response, sizeof response,
			"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			"Sec-WebSocket-Accept: %s\r\n\r\n", accept);
	connection->path = path_of((const char *) bytes);
	if (connection->path == FANOUT) {
		connection->subscriber = subscriber_count;
		subscribers[subscriber_count++] = connection;
	}
	send_bytes(connection, (uint8_t *) response, (size_t) length);
	return (size_t) (end_of_request + 4 - bytes);
}

static void keep_rest(struct connection *connection, const uint8_t *bytes, size_t size)
{
	free(connection->rest);
	connection->rest = NULL;
	connection->rest_size = size;
	if (size > 0) {
		connection->rest = malloc(size);
		memcpy(connection->rest, bytes, size);
	}
}

static void handle_readable(struct connection *connection)
{
	size_t before = connection->rest_size;
	if (before > 0) {
		memcpy(input, connection->rest, before);
	}
	ssize_t got = read(connection->fd, input + before, sizeof input - before);
	if (got <= 0) {
		if (got == 0 || errno != EAGAIN) {
			end(connection);
		}
		return;
	}
	size_t size = before + (size_t) got;
	size_t handled = connection->path == NOT_YET_KNOWN ? handle_request(connection, input, size)
			: handle_frames(connection, input, size);
	if (size - handled > 0 || before > 0) {
		keep_rest(connection, input + handled, size - handled);
	}
}

static void accept_connection(int listener)
{
	int on = 1;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	if (fd < 0) {
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	struct connection *connection = calloc(1, sizeof *connection);
	connection->fd = fd;
	watch(connection, EPOLL_CTL_ADD, EPOLLIN);
}

static int listen_on(int port)
{
	int on = 1;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, (struct sockaddr *) &address, sizeof address) != 0 || listen(listener, 4096) != 0) {
		fail("listen");
	}
	return listener;
}

int main(int argc, char **argv)
{
	batches = argc == 3 && strcmp(argv[2], "batched") == 0;
	if (argc != 2 && !batches) {
		fputs("usage: c-loop PORT [batched]\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	poller = epoll_create1(0);
	struct connection listener = { .fd = listen_on(atoi(argv[1])) };
	watch(&listener, EPOLL_CTL_ADD, EPOLLIN);
	while (true) {
		struct epoll_event events[256];
		int count = epoll_wait(poller, events, 256, -1);
		for (int i = 0; i < count; i++) {
			struct connection *connection = events[i].data.ptr;
			if (connection == &listener) {
				accept_connection(listener.fd);
				continue;
			}
			if (events[i].events & EPOLLOUT) {
				send_unsent(connection);
			}
			if (events[i].events & ~EPOLLOUT) {
				handle_readable(connection);
			}
		}
	}
}

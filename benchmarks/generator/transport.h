/* A non-blocking TCP connection, with TLS or without. */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ssl_st;

struct transport {
	int fd;
	struct ssl_st *tls;
	/* A TLS handshake waits for the socket to be writable only when this is set. */
	bool wants_write;
};

/* What the functions below return when the socket has no more to give or no room; -1 is an error, 0 the end. */
#define TRANSPORT_AGAIN (-2)

/* Ends the process when TLS is asked for but was not there at compile time. */
void transport_use_tls(void);

/*
 * Begins to connect from one of many loopback addresses, which the number chooses: each has its own ports, so that
 * opening and closing many thousand connections does not run out of them. Returns -1 on failure.
 */
int transport_open(struct transport *transport, const char *host, int port, unsigned number);

/* Goes on with the handshakes of TCP and TLS: 1 when they are done, or TRANSPORT_AGAIN, or -1. */
int transport_connect(struct transport *transport);

ssize_t transport_read(struct transport *transport, void *target, size_t size);

ssize_t transport_write(struct transport *transport, const void *bytes, size_t size);

void transport_close(struct transport *transport);

#endif

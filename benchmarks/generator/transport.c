#include "transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAS_OPENSSL
#include <openssl/ssl.h>

static SSL_CTX *context;

void transport_use_tls(void)
{
	context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static int start_tls(struct transport *transport)
{
	transport->tls = SSL_new(context);
	SSL_set_connect_state(transport->tls);
	return SSL_set_fd(transport->tls, transport->fd) == 1 ? 0 : -1;
}

static int outcome(struct transport *transport, int result)
{
	if (result > 0) {
		return result;
	}
	int error = SSL_get_error(transport->tls, result);
	transport->wants_write = error == SSL_ERROR_WANT_WRITE;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		return TRANSPORT_AGAIN;
	}
	return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}
#else
static void *context;

void transport_use_tls(void)
{
	fputs("generator: built without OpenSSL, which --tls needs (Debian: libssl-dev)\n", stderr);
	exit(2);
}
#endif

int transport_open(struct transport *transport, const char *host, int port, unsigned number)
{
	int on = 1;
	struct sockaddr_in target = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port) };
	struct sockaddr_in source = { .sin_family = AF_INET };
	*transport = (struct transport) { .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) };
	if (transport->fd < 0 || inet_pton(AF_INET, host, &target.sin_addr) != 1) {
		return -1;
	}
	setsockopt(transport->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if ((ntohl(target.sin_addr.s_addr) >> 24) == 127) {
		source.sin_addr.s_addr = htonl(0x7f000100 + 1 + number % 64);
		setsockopt(transport->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
		bind(transport->fd, (struct sockaddr *) &source, sizeof source);
	}
	if (connect(transport->fd, (struct sockaddr *) &target, sizeof target) != 0 && errno != EINPROGRESS) {
		return -1;
	}
#ifdef HAS_OPENSSL
	if (context) {
		return start_tls(transport);
	}
#else
	(void) context;
#endif
	return 0;
}

int transport_connect(struct transport *transport)
{
	int error = 0;
	socklen_t size = sizeof error;
	if (getsockopt(transport->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
		return -1;
	}
#ifdef HAS_OPENSSL
	if (transport->tls) {
		return outcome(transport, SSL_do_handshake(transport->tls));
	}
#endif
	return 1;
}

ssize_t transport_read(struct transport *transport, void *target, size_t size)
{
#ifdef HAS_OPENSSL
	if (transport->tls) {
		return outcome(transport, SSL_read(transport->tls, target, (int) size));
	}
#endif
	ssize_t got = read(transport->fd, target, size);
	return got < 0 && (errno == EAGAIN || errno == EINTR) ? TRANSPORT_AGAIN : got;
}

ssize_t transport_write(struct transport *transport, const void *bytes, size_t size)
{
#ifdef HAS_OPENSSL
	if (transport->tls) {
		return outcome(transport, SSL_write(transport->tls, bytes, (int) size));
	}
#endif
	ssize_t put = write(transport->fd, bytes, size);
	return put < 0 && (errno == EAGAIN || errno == EINTR) ? TRANSPORT_AGAIN : put;
}

void transport_close(struct transport *transport)
{
#ifdef HAS_OPENSSL
	if (transport->tls) {
		SSL_free(transport->tls);
		transport->tls = NULL;
	}
#endif
	close(transport->fd);
	transport->fd = -1;
}

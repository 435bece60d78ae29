#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What the command line says. */
struct options {
	const char *work;
	const char *host;
	int port;
	const char *path;
	int connections;
	int in_flight;
	size_t size;
	uint64_t bytes;
	double settle;
	double warmup;
	double seconds;
	bool one_by_one;
	bool deflate;
	bool tls;
	pid_t server;
};

/* Ends the process with a message when the arguments make no sense. */
struct options options_parse(int argc, char **argv);

#endif

#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
	"usage: generator --work WORK --port PORT [options]\n"
	"  --work WORK       echo, fanout, setup, idle or upload\n"
	"  --host ADDRESS    IPv4 address of the server (127.0.0.1)\n"
	"  --path PATH       of the endpoint (/echo)\n"
	"  --conns N         connections; for setup: how many are being set up at any time (100)\n"
	"  --inflight N      echo: messages on their way per connection (1)\n"
	"  --one-by-one      each message in a write of its own, not those together that become due together\n"
	"  --size BYTES      of a message (64)\n"
	"  --bytes BYTES     upload: how much in all (1073741824)\n"
	"  --settle SECONDS  between the upgrades and the load (0.5)\n"
	"  --warmup SECONDS  of the same load before the measurement (1)\n"
	"  --seconds SECONDS of the measurement; idle and upload: at most (5)\n"
	"  --deflate         negotiate permessage-deflate and send JSON, compressed\n"
	"  --tls             speak TLS, and believe any certificate\n"
	"  --server PID      whose processor time is reported\n";

static const struct option names[] = {
	{ "work", required_argument, NULL, 'w' },
	{ "host", required_argument, NULL, 'h' },
	{ "port", required_argument, NULL, 'p' },
	{ "path", required_argument, NULL, 'P' },
	{ "conns", required_argument, NULL, 'c' },
	{ "inflight", required_argument, NULL, 'i' },
	{ "one-by-one", no_argument, NULL, 'o' },
	{ "size", required_argument, NULL, 's' },
	{ "bytes", required_argument, NULL, 'b' },
	{ "settle", required_argument, NULL, 'q' },
	{ "warmup", required_argument, NULL, 'W' },
	{ "seconds", required_argument, NULL, 'S' },
	{ "deflate", no_argument, NULL, 'd' },
	{ "tls", no_argument, NULL, 't' },
	{ "server", required_argument, NULL, 'x' },
	{ NULL, 0, NULL, 0 },
};

static _Noreturn void refuse(void)
{
	fputs(usage, stderr);
	exit(2);
}

struct options options_parse(int argc, char **argv)
{
	struct options options = {
		.host = "127.0.0.1",
		.path = "/echo",
		.connections = 100,
		.in_flight = 1,
		.size = 64,
		.bytes = 1 << 30,
		.settle = 0.5,
		.warmup = 1,
		.seconds = 5,
	};
	int name;
	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (name) {
		case 'w': options.work = optarg; break;
		case 'h': options.host = optarg; break;
		case 'p': options.port = atoi(optarg); break;
		case 'P': options.path = optarg; break;
		case 'c': options.connections = atoi(optarg); break;
		case 'i': options.in_flight = atoi(optarg); break;
		case 'o': options.one_by_one = true; break;
		case 's': options.size = strtoul(optarg, NULL, 10); break;
		case 'b': options.bytes = strtoull(optarg, NULL, 10); break;
		case 'q': options.settle = atof(optarg); break;
		case 'W': options.warmup = atof(optarg); break;
		case 'S': options.seconds = atof(optarg); break;
		case 'd': options.deflate = true; break;
		case 't': options.tls = true; break;
		case 'x': options.server = atoi(optarg); break;
		default: refuse();
		}
	}
	if (!options.work || options.port <= 0 || options.connections <= 0 || options.in_flight <= 0 || options.size == 0
			|| optind < argc) {
		refuse();
	}
	return options;
}

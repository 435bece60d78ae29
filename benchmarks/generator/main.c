/*
 * Puts load on a websocket server, on one thread, and prints one line of JSON about it: how many messages in which time,
 * what they cost the server in processor time, how long they took. It is bounded in time whatever the server does.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client.h"
#include "options.h"
#include "processor.h"
#include "works.h"

#define OPEN_SECONDS 60

struct measurement {
	uint64_t clock;
	double server;
	uint64_t waited;
};

static struct measurement measure(const struct client *client)
{
	return (struct measurement) { client_clock(), processor_time_of(client->options->server), client->waited };
}

static bool input_has_ended(struct client *client)
{
	(void) client;
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char ignored[64];
	return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

static void report(const struct client *client, const struct measurement *start, const struct measurement *end)
{
	double seconds = (double) (end->clock - start->clock) * 1e-9;
	printf("{\"work\": \"%s\", \"messages\": %lu, \"seconds\": %.6f, \"server_cpu\": %.6f, "
			"\"generator_share\": %.3f, \"p50\": %.1f, \"p99\": %.1f, \"p999\": %.1f, \"max\": %.1f, \"done\": %s, "
			"\"errors\": %lu, \"first_error\": \"%s\"}\n",
			client->work->name, client->messages, seconds, end->server - start->server,
			1 - (double) (end->waited - start->waited) * 1e-9 / seconds,
			(double) histogram_quantile(&client->latency, 0.5) * 1e-3,
			(double) histogram_quantile(&client->latency, 0.99) * 1e-3,
			(double) histogram_quantile(&client->latency, 0.999) * 1e-3, (double) client->latency.max * 1e-3,
			client->done ? "true" : "false", client->errors, client->first_error ? client->first_error : "");
}

static struct measurement begin(struct client *client)
{
	if (!client->work->steady) {
		struct measurement start = measure(client);
		client->work->begin(client);
		return start;
	}
	/* A server may have answered an upgrade before it has told the application, which then subscribes. */
	client_run(client, client->options->settle, NULL);
	client->work->begin(client);
	client_run(client, client->options->warmup, NULL);
	client->messages = 0;
	memset(&client->latency, 0, sizeof client->latency);
	return measure(client);
}

static void raise_the_limit_of_open_files(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct options options = options_parse(argc, argv);
	const struct work *work = work_named(options.work);
	if (!work) {
		fprintf(stderr, "generator: no work is called %s\n", options.work);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_the_limit_of_open_files();
	static struct client client;
	client_start(&client, &options, work);
	if (!work->opens && !client_open_all(&client, OPEN_SECONDS)) {
		fprintf(stderr, "generator: %d of %d connections are open: %s\n", client.open, options.connections,
				client.first_error ? client.first_error : "the server takes too long");
		return 1;
	}
	struct measurement start = begin(&client);
	client_run(&client, options.seconds, strcmp(work->name, "idle") == 0 ? input_has_ended : NULL);
	struct measurement end = measure(&client);
	report(&client, &start, &end);
	client_close_all(&client);
	return 0;
}

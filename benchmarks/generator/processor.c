#include "processor.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct processor_time processor_time_of(pid_t process)
{
	struct processor_time none = { 0, 0 };
	char path[64];
	char line[2048];
	snprintf(path, sizeof path, "/proc/%d/stat", (int) process);
	FILE *file = process > 0 ? fopen(path, "r") : NULL;
	if (!file) {
		return none;
	}
	size_t size = fread(line, 1, sizeof line - 1, file);
	fclose(file);
	line[size] = 0;
	/* The name, in parentheses, may contain anything. Fields 14 and 15 follow, in ticks. */
	char *name_end = strrchr(line, ')');
	unsigned long user, system;
	if (!name_end || sscanf(name_end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
		return none;
	}
	double tick = 1.0 / (double) sysconf(_SC_CLK_TCK);
	return (struct processor_time) { (double) user * tick, (double) system * tick };
}

double processor_time_own(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
			+ (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

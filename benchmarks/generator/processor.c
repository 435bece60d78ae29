#include "processor.h"

#include <time.h>

double processor_time_of(pid_t process)
{
	clockid_t clock;
	struct timespec used;
	if (process <= 0 || clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0) {
		return 0;
	}
	return (double) used.tv_sec + (double) used.tv_nsec * 1e-9;
}

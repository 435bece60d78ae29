#ifndef PROCESSOR_H
#define PROCESSOR_H

#include <sys/types.h>

/* Processor time in seconds, of all threads of a process, those that have ended included. */
struct processor_time {
	double user;
	double system;
};

/* Of a process, from /proc; zeros for process 0 and one that is gone. */
struct processor_time processor_time_of(pid_t process);

/* Of this process, in all. */
double processor_time_own(void);

#endif

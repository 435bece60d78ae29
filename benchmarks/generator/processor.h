#ifndef PROCESSOR_H
#define PROCESSOR_H

#include <sys/types.h>

/*
 * Processor time in seconds, user and system, of all threads of a process, those that have ended included. It is what
 * /proc has in ticks. 0 for process 0 and one that is gone.
 */
double processor_time_of(pid_t process);

#endif

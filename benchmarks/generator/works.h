#ifndef WORKS_H
#define WORKS_H

#include "client.h"

/* NULL if there is none of that name. */
const struct work *work_named(const char *name);

#endif

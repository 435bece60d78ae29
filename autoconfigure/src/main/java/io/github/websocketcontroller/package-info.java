/**
 * What an application imports: the annotation, the connection, the hooks, the settings
 * and the exceptions. Everything else in this library is reached through these.
 */
@NullMarked
package io.github.websocketcontroller;

import org.jspecify.annotations.NullMarked;

/**
 * Bytes in and out of a socket, blocking. Knows nothing of frames.
 */
@NullMarked
package io.github.websocketcontroller.transport;

import org.jspecify.annotations.NullMarked;

/**
 * What waits to be written to one peer, within bounds. Who writes it is told elsewhere.
 */
@NullMarked
package io.github.websocketcontroller.outbox;

import org.jspecify.annotations.NullMarked;

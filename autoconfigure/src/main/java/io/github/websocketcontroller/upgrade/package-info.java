/**
 * From an accepted HTTP request to a transport: Spring's handshake handler, our strategy
 * behind it, and for each server what takes its connection over.
 */
@NullMarked
package io.github.websocketcontroller.upgrade;

import org.jspecify.annotations.NullMarked;

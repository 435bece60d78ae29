/**
 * A connection over a codec and a transport: reading, ordered writing and the closing
 * handshake.
 */
@NullMarked
package io.github.websocketcontroller.connection;

import org.jspecify.annotations.NullMarked;

/**
 * permessage-deflate (RFC 7692) as pure code: what is agreed on in the handshake, and the
 * messages of one connection compressed and expanded. Native memory comes from a pool, or
 * is kept by a connection that has agreed to keep its context, and always goes back.
 */
@NullMarked
package io.github.websocketcontroller.compression;

import org.jspecify.annotations.NullMarked;

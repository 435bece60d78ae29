/**
 * RFC 6455 as pure code: frames, messages, UTF-8, close codes. No threads, no Spring but
 * its {@code CloseStatus}.
 */
@NullMarked
package io.github.websocketcontroller.protocol;

import org.jspecify.annotations.NullMarked;

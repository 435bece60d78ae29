/**
 * A chat room and an echo: the application a newcomer runs and reads.
 */
@NullMarked
package io.github.websocketcontroller.sample.chat;

import org.jspecify.annotations.NullMarked;

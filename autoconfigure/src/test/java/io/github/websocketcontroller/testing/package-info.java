/**
 * What tests share: a server, a client that sends bytes as they are, the leak check.
 */
@NullMarked
package io.github.websocketcontroller.testing;

import org.jspecify.annotations.NullMarked;

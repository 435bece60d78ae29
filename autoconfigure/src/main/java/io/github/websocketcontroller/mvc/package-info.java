/**
 * From an HTTP request to a controller: mapping, arguments, validation, handshake checks
 * and origin. Knows Spring MVC, knows no sockets.
 */
@NullMarked
package io.github.websocketcontroller.mvc;

import org.jspecify.annotations.NullMarked;

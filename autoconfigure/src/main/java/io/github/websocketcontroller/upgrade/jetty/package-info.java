/**
 * Connections of Jetty, used through its end points and waited for parked.
 */
@NullMarked
package io.github.websocketcontroller.upgrade.jetty;

import org.jspecify.annotations.NullMarked;

/**
 * Takes connections over from Jetty.
 */
@NullMarked
package io.github.websocketcontroller.upgrade.jetty;

import org.jspecify.annotations.NullMarked;

/**
 * Connections of Tomcat: a socket is taken over, or used through Tomcat and waited for
 * parked.
 */
@NullMarked
package io.github.websocketcontroller.upgrade.tomcat;

import org.jspecify.annotations.NullMarked;

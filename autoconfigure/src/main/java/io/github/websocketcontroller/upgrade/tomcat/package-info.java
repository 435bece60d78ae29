/**
 * Takes connections over from Tomcat.
 */
@NullMarked
package io.github.websocketcontroller.upgrade.tomcat;

import org.jspecify.annotations.NullMarked;

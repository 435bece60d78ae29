/**
 * Spring's own handler, called by Tomcat's worker or served from a queue.
 */
@NullMarked
package io.github.websocketcontroller.benchmarks.spring;

import org.jspecify.annotations.NullMarked;

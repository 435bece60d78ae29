/**
 * Helidon, whose connections have a virtual thread each.
 */
package io.github.websocketcontroller.benchmarks.helidon;

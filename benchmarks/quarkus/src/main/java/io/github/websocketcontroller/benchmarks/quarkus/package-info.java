/**
 * Quarkus WebSockets Next, whose endpoints are beans.
 */
package io.github.websocketcontroller.benchmarks.quarkus;

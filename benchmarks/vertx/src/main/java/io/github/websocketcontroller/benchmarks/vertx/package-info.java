/**
 * Vert.x, on one event loop.
 */
package io.github.websocketcontroller.benchmarks.vertx;

/**
 * Javalin, which gives Jetty's websockets handlers that are lambdas.
 */
package io.github.websocketcontroller.benchmarks.javalin;

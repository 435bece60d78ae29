/**
 * Measurements of the codec.
 */
package io.github.websocketcontroller.protocol;

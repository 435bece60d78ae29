/**
 * Runs {@code serve} on its thread, turns its outcome into a close, keeps the open
 * connections and drains them at shutdown.
 */
@NullMarked
package io.github.websocketcontroller.serve;

import org.jspecify.annotations.NullMarked;

/**
 * Puts the beans together.
 */
@NullMarked
package io.github.websocketcontroller.autoconfigure;

import org.jspecify.annotations.NullMarked;

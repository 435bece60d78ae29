/**
 * This library as a user would write it, for each work one controller.
 */
@NullMarked
package io.github.websocketcontroller.benchmarks.controller;

import org.jspecify.annotations.NullMarked;

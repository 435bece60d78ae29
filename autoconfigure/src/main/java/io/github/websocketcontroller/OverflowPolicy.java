package io.github.websocketcontroller;

/**
 * What happens to a message that is offered while there is no room for it, because the
 * peer takes its messages more slowly than they come. There is always room for a single
 * message, however large.
 *
 * @since 0.1.0
 * @see WebsocketConnection#offer
 */
public enum OverflowPolicy {

	/**
	 * The connection is closed with 1013, and what waits is dropped: no peer misses a
	 * message without being told.
	 */
	CLOSE,

	/** The messages that have waited longest are dropped. */
	DROP_OLDEST,

	/** The message is dropped. */
	DROP_NEWEST,

	/**
	 * A message that is offered with a key takes the place of the one with an equal key
	 * that waits, if there is one, so that a slow peer gets the newest value of each key.
	 * When there is no room all the same, the connection is closed as by {@link #CLOSE}.
	 */
	CONFLATE,

	/**
	 * The offering thread waits for room, at most
	 * {@code websocket-controller.write-timeout}; then the message is dropped. The only
	 * policy with which an offer waits.
	 */
	BLOCK

}

package io.github.websocketcontroller.outbox;

/**
 * What has become of a message that was offered.
 */
public enum Admission {

	/** It waits. */
	QUEUED,

	/** It waits, and the caller has to see to it that somebody writes what waits. */
	QUEUED_UNATTENDED,

	/** It was dropped, as the policy says. */
	DROPPED,

	/** There was no room: everything was dropped, and the connection has to be closed. */
	OVERFLOWED,

	/** Nothing is taken any more. */
	REFUSED,

	/** There is no room yet, and the policy is to wait for it. */
	NO_ROOM

}

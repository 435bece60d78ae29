package io.github.websocketcontroller.connection;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import org.springframework.boot.system.JavaVersion;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class VirtualThreadsTests {

	@Test
	void platformThreadIsNone() {
		assertThat(VirtualThreads.isCurrent()).isFalse();
	}

	@Test
	void virtualThreadIsOne() {
		assumeTrue(JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE),
				"there are virtual threads from Java 21 on");
		SimpleAsyncTaskExecutor threads = new SimpleAsyncTaskExecutor();
		threads.setVirtualThreads(true);
		assertThat(CompletableFuture.supplyAsync(VirtualThreads::isCurrent, threads).join()).isTrue();
	}

}

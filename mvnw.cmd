@echo off
rem Runs Maven: the one on the PATH if it is recent enough, else the one that .mvn\wrapper.properties names. That one is
rem fetched once from Apache's archive, checked against its SHA-512 and kept in the user's home.
rem
rem   JAVA_HOME         the JDK to use; without it, the java on the PATH
rem   MAVEN_DIST_URL    where to fetch from, instead of https://archive.apache.org/dist/maven: the address of a directory
rem                     with maven-3/<version>/binaries/apache-maven-<version>-bin.tar.gz below
rem   MAVEN_USER_HOME   where to keep it, instead of .m2 in the user's home: in its directory mvnw
rem
rem Ends as Maven ends, or before that with 65 (wrong check sum), 69 (could not fetch or unpack) or 127 (a program is
rem missing).
setlocal
set "MVNW_MAVEN="
set "MVNW_STATUS=69"
for /f "usebackq tokens=1,*" %%a in (`powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "%~dp0.mvn\mvnw.ps1"`) do (
	if "%%a" == "run" set "MVNW_MAVEN=%%b"
	if "%%a" == "fail" set "MVNW_STATUS=%%b"
)
if not defined MVNW_MAVEN exit /b %MVNW_STATUS%
call "%MVNW_MAVEN%" %*
exit /b %ERRORLEVEL%
